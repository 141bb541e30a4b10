#include "auth/users/queries.hpp"

#include <array>
#include <string_view>

#include "access/permission.hpp"
#include "auth/users/account_rows.hpp"

namespace loan_manager::auth::users {
namespace {

namespace v1 = loanmanager::auth::v1;

constexpr std::array sort_fields{sql::SortField{"username", "u.username", sql::KeyType::text}};
constexpr std::string_view alphabetically = "username";

// What both lists have in common: their order, and the filters that both know.
template <class Request>
rpc::Result<sql::KeysetQuery> users(const Request& request, paging::PageRequest page, std::string_view sort,
                                    const access::Identity& caller) {
    sql::KeysetQuery query(std::move(page), {account_table().columns(), "auth.users u", "u.id"});
    if (auto sorted = query.sort_by(sort_fields, sort, caller); !sorted) return sorted.error();
    if (request.has_role()) {
        if (!access::role_from(request.role())) query.issue("role", validate::issue::not_allowed);
        query.where(query.parameter(request.role()) + " = ANY (u.roles)");
    }
    if (request.has_branch_id()) {
        query.where(query.branch("branch_id", request.branch_id()) + " = ANY (u.branch_scope)");
    }
    if (request.has_q() && !request.q().empty()) {
        const std::string pattern = "lower(" + query.parameter(sql::pattern_containing(request.q())) + ")";
        query.where("(u.username LIKE " + pattern + " OR lower(u.full_name) LIKE " + pattern + ")");
    }
    return query;
}

}  // namespace

rpc::Result<sql::KeysetQuery> list_users(const v1::ListUsersRequest& request, paging::PageRequest page,
                                         const access::Identity& caller) {
    auto query = users(request, std::move(page), sql::order_of(request, alphabetically), caller);
    if (query && request.has_is_active()) query->where("u.is_active = " + query->parameter(request.is_active()));
    return query;
}

v1::User read_user(const postgres::Row& row) { return account_table().read(row); }

rpc::Result<sql::KeysetQuery> list_staff(const v1::ListStaffRequest& request, paging::PageRequest page,
                                         const access::Identity& caller) {
    auto query = users(request, std::move(page), alphabetically, caller);
    if (query) query->where("u.is_active");
    return query;
}

v1::Staff read_staff(const postgres::Row& row) {
    const auto user = account_table().read(row);
    v1::Staff staff;
    staff.set_id(user.id());
    staff.set_full_name(user.full_name());
    if (user.has_staff_no()) staff.set_staff_no(user.staff_no());
    *staff.mutable_roles() = user.roles();
    return staff;
}

}  // namespace loan_manager::auth::users
