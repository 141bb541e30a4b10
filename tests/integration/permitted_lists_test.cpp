// D-901: lists and reports hold exactly the rows that a role covers, compared with the database.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "support/permissions/matrix.hpp"
#include "support/permissions/world.hpp"

using namespace loan_manager::testing;
using namespace loan_manager::testing::permissions;

namespace {

World& world() { return World::shared(); }

/// D-901, D-903 as SQL: the condition under which `role` covers a row whose branch is in column `branch`.
std::string covers(const std::string& role, const std::string& branch) {
    switch (Matrix::shared().reach(role)) {
        case 'A':
            return "true";
        case 'C':
            return branch +
                   " in (select b.id from fleet.branches b join fleet.companies c on c.id = b.company_id"
                   " where c.code = 'MA')";
        case 'B':
            return branch + " = (select id from fleet.branches where code = '" + world().branch(Place::own) + "')";
        default:
            return "false";
    }
}

struct List {
    const char* path;
    const char* permission;
    const char* table;
    /// Columns of which one must be covered; and what else covers a row, `$me` being the user.
    std::vector<std::string> branches;
    const char* also;
};

const std::vector<List> lists{
    // D-505: a bike also by reach on the destination of its open transfer; a mechanic has the bikes of his jobs.
    {"/v1/bikes",
     "bikes:read",
     "bicycles",
     {"current_branch_id"},
     "exists (select 1 from fleet.transfers t where t.bicycle_id = r.id and t.status in ('PENDING', 'APPROVED', "
     "'IN_TRANSIT')"
     " and $covers(t.to_branch_id)) or exists (select 1 from fleet.repair_jobs j where j.bicycle_id = r.id and "
     "j.mechanic_id = $me"
     " and $self)"},
    {"/v1/transfers", "transfers:read", "transfers", {"from_branch_id", "to_branch_id"}, "false"},
    {"/v1/expenses?include_voided=true", "expenses:read", "expenses", {"branch_id"}, "false"},
    {"/v1/repair-jobs", "repairs:read", "repair_jobs", {"branch_id"}, "$self and r.mechanic_id = $me"},
    {"/v1/sales", "sales:read", "sales", {"selling_branch_id"}, "false"},
    {"/v1/commissions", "commissions:read", "commissions", {"branch_id"}, "r.payee_user_id = $me"},
    {"/v1/audit", "audit:read", "audit_log", {"branch_id"}, "false"},
};

void replace(std::string& text, const std::string& what, const std::string& by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
        text.replace(at, what.size(), by);
    }
}

}  // namespace

TEST_CASE("D-901 lists return exactly the covered rows") {
    auto database = world().suite().database();
    for (const List& list : lists) {
        CAPTURE(list.path);
        for (const std::string& role : Matrix::shared().roles()) {
            CAPTURE(role);
            if (Matrix::shared().grant(list.permission, role) != Grant::yes) continue;
            std::string condition = list.also;
            const bool self = Matrix::shared().reach(role) == 'S';
            replace(condition, "$covers(t.to_branch_id)", covers(role, "t.to_branch_id"));
            replace(condition, "$self", self ? "true" : "false");
            replace(condition, "$me", "'" + world().user_id(role) + "'");
            for (const std::string& branch : list.branches) condition += " or " + covers(role, "r." + branch);
            std::multiset<std::string> expected;
            for (const auto& row :
                 database.rows(std::string("select r.id from fleet.") + list.table + " r where " + condition)) {
                expected.insert(row[0]);
            }
            const auto found = world().listed(list.path, role);
            CHECK(found.size() == expected.size());
            CHECK(found == expected);
        }
    }
}

TEST_CASE("D-901 reports hold rows of covered branches only") {
    for (const char* report : {"/v1/reports/branch-stock", "/v1/reports/cost-summary"}) {
        CAPTURE(report);
        for (const std::string role :
             {"admin", "head_manager", "branch_manager", "inventory_manager", "finance_officer", "auditor", "viewer"}) {
            CAPTURE(role);
            const auto answer = world().suite().get(std::string(report) + "?limit=200", world().token(role));
            REQUIRE(answer.status == 200);
            std::set<std::string> codes;
            const auto body = answer.json();
            for (const auto& item : body.at("items").as_array())
                codes.insert(std::string(item.at("branch_code").as_string()));
            auto database = world().suite().database();
            std::set<std::string> expected;
            for (const auto& row : database.rows("select code from fleet.branches r where " + covers(role, "r.id"))) {
                expected.insert(row[0]);
            }
            CHECK(std::includes(expected.begin(), expected.end(), codes.begin(), codes.end()));
            CHECK(codes.contains(world().branch(Place::own)));
        }
    }
}
