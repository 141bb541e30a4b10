#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace loan_manager::access {

/// Every right of the permission matrix (docs/business-rules.md).
///
/// Where a cell of the matrix says more than yes or no, the narrower right is a permission of its own: `*_own`
/// covers only rows of the caller (the handler compares the person), `reports_*` only the named report.
/// A route that accepts the narrower right as well names it in its `or_permission` annotation.
enum class Permission : std::uint8_t {
    companies_manage,
    branches_manage,
    users_manage,
    views_refresh,
    transfers_cancel_any,
    sales_void,
    bikes_write_off,
    bikes_read,
    costs_read,
    bikes_procure,
    transfers_request,
    bikes_update,
    bikes_write_off_request,
    transfers_move,
    bikes_reserve,
    sales_record,
    sales_approve_loss,
    sales_update,
    sales_update_own,  ///< Sales the caller recorded.
    sales_read,
    sales_void_approve,
    transfers_read,
    expenses_read,
    transfers_approve,
    expenses_record,
    expenses_update,
    repairs_read,
    repairs_open,
    repairs_open_own,  ///< Opens with himself as mechanic, at a branch of his branch_scope.
    repairs_work,
    repairs_work_own,  ///< Works on jobs assigned to him.
    repairs_manage,
    repairs_invoice,
    commission_rules_read,
    commissions_read,
    commissions_read_own,  ///< Rows whose payee is the caller (`payee=me`): every role.
    commission_rules_manage,
    commissions_pay,
    expenses_record_post_sale,
    commissions_approve,
    reports_view,
    reports_branch_stock,         ///< The branch-stock report, without cost columns.
    reports_sales,                ///< The sales reports, without cost columns.
    reports_garage_productivity,  ///< The garage-productivity report.
    reports_export,
    reports_export_garage_productivity,
    imports_run,
    users_read,
    audit_read,
};

inline constexpr std::size_t permission_count = static_cast<std::size_t>(Permission::audit_read) + 1;

/// Roles in the order of the matrix.
enum class Role : std::uint8_t {
    admin,
    head_manager,
    branch_manager,
    inventory_manager,
    sales_agent,
    workshop_manager,
    mechanic,
    finance_officer,
    auditor,
    viewer,
};

inline constexpr std::size_t role_count = static_cast<std::size_t>(Role::viewer) + 1;

/// Which rows a role covers (D-901).
enum class ReachKind : std::uint8_t {
    all,        ///< `A`
    companies,  ///< `C`: branches of the companies in company_scope
    branches,   ///< `B`: branches in branch_scope
    self,       ///< `S`: rows assigned to the user
};

/// "bikes:read"; the wire and annotation name.
std::string_view to_string(Permission permission) noexcept;
std::optional<Permission> permission_from(std::string_view name) noexcept;

/// "head_manager"; the name in tokens and in the database.
std::string_view to_string(Role role) noexcept;
std::optional<Role> role_from(std::string_view name) noexcept;

/// The row "reach" of the matrix.
ReachKind reach_of(Role role) noexcept;

/// One cell of the matrix.
bool grants(Role role, Permission permission) noexcept;

/// Names of everything the roles grant, in matrix order and without repetition; for GET /v1/me.
/// Unknown role names grant nothing.
std::vector<std::string> permissions_of(std::span<const std::string> roles);

}  // namespace loan_manager::access
