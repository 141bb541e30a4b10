#include "auth/users/lists.hpp"

#include <array>
#include <string_view>

#include "access/permission.hpp"
#include "auth/users/account_rows.hpp"
#include "sql/keyset_query.hpp"

namespace loan_manager::auth::users {
namespace {

namespace asio = boost::asio;
namespace v1 = loanmanager::auth::v1;

constexpr std::array sort_fields{sql::SortField{"username", "u.username", sql::KeyType::text}};

// The filters that both lists know.
template <class Request>
void filter(sql::KeysetQuery& query, const Request& request) {
    if (request.has_role()) query.where(query.parameter(request.role()) + " = ANY (u.roles)");
    if (request.has_branch_id()) {
        query.where(query.branch("branch_id", request.branch_id()) + " = ANY (u.branch_scope)");
    }
    if (request.has_q() && !request.q().empty()) {
        const std::string pattern = "lower(" + query.parameter(sql::pattern_containing(request.q())) + ")";
        query.where("(u.username LIKE " + pattern + " OR lower(u.full_name) LIKE " + pattern + ")");
    }
}

// The rows, or what is wrong with the filters: all of it at once (D-210).
template <class List, class Request, class Read>
asio::awaitable<rpc::Result<List>> answer(const Parts& parts, const rpc::CallContext& call, const Request& request,
                                          sql::KeysetQuery& query, Read read) {
    filter(query, request);
    sql::RoundTrip trip;
    query.add_to(trip);
    co_await trip.run(parts.pools.local(), call.deadline);

    std::vector<rpc::FieldIssue> issues;
    if (request.has_role() && !access::role_from(request.role())) {
        validate::add_issue(issues, "role", validate::issue::not_allowed);
    }
    if (auto known = query.check(trip); !known) {
        const auto& unknown = known.error().details;
        issues.insert(issues.end(), unknown.begin(), unknown.end());
    }
    if (!issues.empty()) co_return rpc::validation(std::move(issues));
    co_return query.read<List>(trip, read);
}

rpc::Result<sql::KeysetQuery> accounts(paging::PageRequest page, std::string_view sort,
                                       const access::Identity& caller) {
    sql::KeysetQuery query(std::move(page), {account_table().columns(), "auth.users u", "u.id"});
    if (auto sorted = query.sort_by(sort_fields, sort, caller); !sorted) return sorted.error();
    return query;
}

v1::User read_account(const postgres::Row& row) { return account_table().read(row); }

v1::Staff read_staff(const postgres::Row& row) {
    const auto user = account_table().read(row);
    v1::Staff staff;
    staff.set_id(user.id());
    staff.set_full_name(user.full_name());
    if (user.has_staff_no()) staff.set_staff_no(user.staff_no());
    *staff.mutable_roles() = user.roles();
    return staff;
}

}  // namespace

asio::awaitable<rpc::Result<v1::UserList>> list_users(const Parts& parts, const rpc::CallContext& call,
                                                      const v1::ListUsersRequest& request) {
    auto page = co_await parts.pages.read(request, call.deadline);
    if (!page) co_return page.error();
    auto query =
        accounts(std::move(*page), request.has_sort() ? std::string_view(request.sort()) : "username", call.caller);
    if (!query) co_return query.error();
    if (request.has_is_active()) query->where("u.is_active = " + query->parameter(request.is_active()));
    co_return co_await answer<v1::UserList>(parts, call, request, *query, &read_account);
}

asio::awaitable<rpc::Result<v1::StaffList>> list_staff(const Parts& parts, const rpc::CallContext& call,
                                                       const v1::ListStaffRequest& request) {
    auto page = co_await parts.pages.read(request, call.deadline);
    if (!page) co_return page.error();
    auto query = accounts(std::move(*page), "username", call.caller);
    if (!query) co_return query.error();
    query->where("u.is_active");
    co_return co_await answer<v1::StaffList>(parts, call, request, *query, &read_staff);
}

}  // namespace loan_manager::auth::users
