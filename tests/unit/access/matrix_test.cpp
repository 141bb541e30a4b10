#include <doctest/doctest.h>
#include <algorithm>
#include <iterator>
#include <set>
#include <sstream>

#include "access/permission.hpp"

using namespace loan_manager::access;

namespace {

// The table of docs/business-rules.md once more: permissions; then one cell for each role.
// x granted, o the "_own" variant, - not granted.
struct PrintedRow {
    const char* permissions;
    const char* cells;
};

constexpr PrintedRow printed[] = {
    {"companies:manage branches:manage users:manage views:refresh transfers:cancel_any sales:void bikes:write_off",
     "x---------"},
    {"bikes:read", "xxxxxxxxxx"},
    {"costs:read", "xxxx---xxx"},
    {"bikes:procure transfers:request", "x-xxx-----"},
    {"bikes:update bikes:write_off_request transfers:move", "x-xx------"},
    {"bikes:reserve sales:record", "x-x-x-----"},
    {"sales:approve_loss", "x-x-------"},
    {"sales:update", "x-x-o-----"},
    {"sales:read", "xxxxx--xxx"},
    {"sales:void_approve", "xx-----x--"},
    {"transfers:read", "xxxxxx-xxx"},
    {"expenses:read", "xxxx-x-xxx"},
    {"transfers:approve", "xxxx------"},
    {"expenses:record", "x-x--x-x--"},
    {"expenses:update", "x-x----x--"},
    {"repairs:read", "xxxx-xxxxx"},
    {"repairs:open repairs:work", "x-x--xo---"},
    {"repairs:manage", "x-x--x----"},
    {"repairs:invoice", "x----x-x--"},
    {"commission_rules:read commissions:read", "xxx----xxx"},
    {"commission_rules:manage commissions:pay expenses:record_post_sale", "x------x--"},
    {"commissions:approve", "xxx----x--"},
    {"reports:view", "xxxx---xxx"},
    {"reports:export", "xxxx---xx-"},
    {"imports:run", "x--x------"},
    {"users:read", "x-------x-"},
    {"audit:read", "xx------x-"},
};

// Variants the footnotes speak of.
constexpr PrintedRow variants[] = {
    {"commissions:read_own", "xxxxxxxxxx"},
    {"reports:branch_stock reports:sales", "xxxxx--xxx"},
    {"reports:garage_productivity", "xxxx-x-xxx"},
    {"reports:export_garage_productivity", "xxxx-x-xx-"},
};

std::vector<std::string> words(const char* text) {
    std::istringstream stream(text);
    return {std::istream_iterator<std::string>(stream), {}};
}

Permission named(const std::string& name) {
    const std::optional<Permission> permission = permission_from(name);
    REQUIRE_MESSAGE(permission.has_value(), name);
    return *permission;
}

}  // namespace

TEST_CASE("D-901 every cell of the permission matrix") {
    std::set<std::string> seen;
    const auto check = [&](const PrintedRow& row) {
        for (const std::string& name : words(row.permissions)) {
            seen.insert(name);
            for (std::size_t role = 0; role < role_count; ++role) {
                CAPTURE(name);
                CAPTURE(to_string(static_cast<Role>(role)));
                const char cell = row.cells[role];
                CHECK(grants(static_cast<Role>(role), named(name)) == (cell == 'x'));
                if (cell == 'o') {
                    CHECK(grants(static_cast<Role>(role), named(name + "_own")));
                    seen.insert(name + "_own");
                }
            }
        }
    };
    std::for_each(std::begin(printed), std::end(printed), check);
    std::for_each(std::begin(variants), std::end(variants), check);
    CHECK(seen.size() == permission_count);
}

TEST_CASE("D-901 a role with a right has its narrower variants too") {
    const std::pair<Permission, Permission> pairs[] = {
        {Permission::sales_update, Permission::sales_update_own},
        {Permission::repairs_open, Permission::repairs_open_own},
        {Permission::repairs_work, Permission::repairs_work_own},
        {Permission::commissions_read, Permission::commissions_read_own},
        {Permission::reports_view, Permission::reports_branch_stock},
        {Permission::reports_view, Permission::reports_sales},
        {Permission::reports_view, Permission::reports_garage_productivity},
        {Permission::reports_export, Permission::reports_export_garage_productivity},
    };
    for (const auto& [wide, narrow] : pairs) {
        for (std::size_t role = 0; role < role_count; ++role) {
            if (grants(static_cast<Role>(role), wide)) {
                CHECK(grants(static_cast<Role>(role), narrow));
            }
        }
    }
}

TEST_CASE("names of permissions and roles read back") {
    for (std::size_t i = 0; i < permission_count; ++i) {
        const auto permission = static_cast<Permission>(i);
        CHECK(permission_from(to_string(permission)) == permission);
    }
    for (std::size_t i = 0; i < role_count; ++i) {
        CHECK(role_from(to_string(static_cast<Role>(i))) == static_cast<Role>(i));
    }
    CHECK_FALSE(permission_from("bikes:fly"));
    CHECK_FALSE(role_from("Admin"));
}

TEST_CASE("D-901 permissions of several roles are their union, once each, in matrix order") {
    const std::vector<std::string> mechanic_only = {"mechanic"};
    CHECK(permissions_of(mechanic_only) == std::vector<std::string>{"bikes:read", "repairs:read", "repairs:open_own",
                                                                    "repairs:work_own", "commissions:read_own"});
    const std::vector<std::string> both = {"viewer", "mechanic", "no_such_role", "viewer"};
    const std::vector<std::string> names = permissions_of(both);
    CHECK(std::count(names.begin(), names.end(), "bikes:read") == 1);
    CHECK(std::count(names.begin(), names.end(), "costs:read") == 1);
    CHECK(std::count(names.begin(), names.end(), "repairs:work_own") == 1);
    CHECK(permissions_of({}).empty());
}
