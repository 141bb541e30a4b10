// The permission matrix, one line per permission and one column per role.
#include <algorithm>

#include "access/permission.hpp"

namespace loan_manager::access {
namespace {

struct RoleRow {
    Role role;
    std::string_view name;
    ReachKind reach;
};

constexpr std::array<RoleRow, role_count> roles{{
    {Role::admin, "admin", ReachKind::all},
    {Role::head_manager, "head_manager", ReachKind::companies},
    {Role::branch_manager, "branch_manager", ReachKind::branches},
    {Role::inventory_manager, "inventory_manager", ReachKind::all},
    {Role::sales_agent, "sales_agent", ReachKind::branches},
    {Role::workshop_manager, "workshop_manager", ReachKind::branches},
    {Role::mechanic, "mechanic", ReachKind::self},
    {Role::finance_officer, "finance_officer", ReachKind::all},
    {Role::auditor, "auditor", ReachKind::all},
    {Role::viewer, "viewer", ReachKind::all},
}};

struct PermissionRow {
    Permission permission;
    std::string_view name;
    std::string_view granted;  // one character for each role, in the order above: 'x' or '.'
};

using P = Permission;

// The columns are the point of the table.
// clang-format off
constexpr std::array<PermissionRow, permission_count> permissions{{
    //                                                                        admin
    //                                                                        |head_manager
    //                                                                        ||branch_manager
    //                                                                        |||inventory_manager
    //                                                                        ||||sales_agent
    //                                                                        |||||workshop_manager
    //                                                                        ||||||mechanic
    //                                                                        |||||||finance_officer
    //                                                                        ||||||||auditor
    //                                                                        |||||||||viewer
    {P::companies_manage, "companies:manage",                                "x........."},
    {P::branches_manage, "branches:manage",                                  "x........."},
    {P::users_manage, "users:manage",                                        "x........."},
    {P::views_refresh, "views:refresh",                                      "x........."},
    {P::transfers_cancel_any, "transfers:cancel_any",                        "x........."},
    {P::sales_void, "sales:void",                                            "x........."},
    {P::bikes_write_off, "bikes:write_off",                                  "x........."},
    {P::bikes_read, "bikes:read",                                            "xxxxxxxxxx"},
    {P::costs_read, "costs:read",                                            "xxxx...xxx"},
    {P::bikes_procure, "bikes:procure",                                      "x.xxx....."},
    {P::transfers_request, "transfers:request",                              "x.xxx....."},
    {P::bikes_update, "bikes:update",                                        "x.xx......"},
    {P::bikes_write_off_request, "bikes:write_off_request",                  "x.xx......"},
    {P::transfers_move, "transfers:move",                                    "x.xx......"},
    {P::bikes_reserve, "bikes:reserve",                                      "x.x.x....."},
    {P::sales_record, "sales:record",                                        "x.x.x....."},
    {P::sales_approve_loss, "sales:approve_loss",                            "x.x......."},
    {P::sales_update, "sales:update",                                        "x.x......."},
    {P::sales_update_own, "sales:update_own",                                "x.x.x....."},
    {P::sales_read, "sales:read",                                            "xxxxx..xxx"},
    {P::sales_void_approve, "sales:void_approve",                            "xx.....x.."},
    {P::transfers_read, "transfers:read",                                    "xxxxxx.xxx"},
    {P::expenses_read, "expenses:read",                                      "xxxx.x.xxx"},
    {P::transfers_approve, "transfers:approve",                              "xxxx......"},
    {P::expenses_record, "expenses:record",                                  "x.x..x.x.."},
    {P::expenses_update, "expenses:update",                                  "x.x....x.."},
    {P::repairs_read, "repairs:read",                                        "xxxx.xxxxx"},
    {P::repairs_open, "repairs:open",                                        "x.x..x...."},
    {P::repairs_open_own, "repairs:open_own",                                "x.x..xx..."},
    {P::repairs_work, "repairs:work",                                        "x.x..x...."},
    {P::repairs_work_own, "repairs:work_own",                                "x.x..xx..."},
    {P::repairs_manage, "repairs:manage",                                    "x.x..x...."},
    {P::repairs_invoice, "repairs:invoice",                                  "x....x.x.."},
    {P::commission_rules_read, "commission_rules:read",                      "xxx....xxx"},
    {P::commissions_read, "commissions:read",                                "xxx....xxx"},
    {P::commissions_read_own, "commissions:read_own",                        "xxxxxxxxxx"},
    {P::commission_rules_manage, "commission_rules:manage",                  "x......x.."},
    {P::commissions_pay, "commissions:pay",                                  "x......x.."},
    {P::expenses_record_post_sale, "expenses:record_post_sale",              "x......x.."},
    {P::commissions_approve, "commissions:approve",                          "xxx....x.."},
    {P::reports_view, "reports:view",                                        "xxxx...xxx"},
    {P::reports_branch_stock, "reports:branch_stock",                        "xxxxx..xxx"},
    {P::reports_sales, "reports:sales",                                      "xxxxx..xxx"},
    {P::reports_garage_productivity, "reports:garage_productivity",          "xxxx.x.xxx"},
    {P::reports_export, "reports:export",                                    "xxxx...xx."},
    {P::reports_export_garage_productivity, "reports:export_garage_productivity", "xxxx.x.xx."},
    {P::imports_run, "imports:run",                                          "x..x......"},
    {P::users_read, "users:read",                                            "x.......x."},
    {P::audit_read, "audit:read",                                            "xx......x."},
}};
// clang-format on

// Look-ups index by enumerator, so the tables must list everything in the enum's order.
consteval bool tables_are_in_order() {
    for (std::size_t i = 0; i < roles.size(); ++i) {
        if (static_cast<std::size_t>(roles[i].role) != i) {
            return false;
        }
    }
    for (std::size_t i = 0; i < permissions.size(); ++i) {
        if (static_cast<std::size_t>(permissions[i].permission) != i || permissions[i].granted.size() != role_count) {
            return false;
        }
    }
    return true;
}
static_assert(tables_are_in_order());

const PermissionRow& row(Permission permission) noexcept { return permissions[static_cast<std::size_t>(permission)]; }

}  // namespace

std::string_view to_string(Permission permission) noexcept { return row(permission).name; }

std::optional<Permission> permission_from(std::string_view name) noexcept {
    const auto found = std::find_if(permissions.begin(), permissions.end(),
                                    [name](const PermissionRow& candidate) { return candidate.name == name; });
    return found == permissions.end() ? std::nullopt : std::optional(found->permission);
}

std::string_view to_string(Role role) noexcept { return roles[static_cast<std::size_t>(role)].name; }

std::optional<Role> role_from(std::string_view name) noexcept {
    const auto found =
        std::find_if(roles.begin(), roles.end(), [name](const RoleRow& candidate) { return candidate.name == name; });
    return found == roles.end() ? std::nullopt : std::optional(found->role);
}

ReachKind reach_of(Role role) noexcept { return roles[static_cast<std::size_t>(role)].reach; }

bool grants(Role role, Permission permission) noexcept {
    return row(permission).granted[static_cast<std::size_t>(role)] == 'x';
}

std::vector<std::string> permissions_of(std::span<const std::string> role_names) {
    std::vector<std::string> names;
    for (const PermissionRow& candidate : permissions) {
        const bool granted = std::any_of(role_names.begin(), role_names.end(), [&](const std::string& name) {
            const std::optional<Role> role = role_from(name);
            return role && grants(*role, candidate.permission);
        });
        if (granted) {
            names.emplace_back(candidate.name);
        }
    }
    return names;
}

}  // namespace loan_manager::access
