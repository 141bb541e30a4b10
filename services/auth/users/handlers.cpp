#include "auth/users/handlers.hpp"

#include "access/permission.hpp"
#include "auth/sessions/guard.hpp"
#include "auth/users/change_password.hpp"
#include "auth/users/repository.hpp"
#include "auth/users/rules.hpp"
#include "paging/page.hpp"

namespace loan_manager::auth::users {
namespace {

namespace asio = boost::asio;
namespace v1 = loanmanager::auth::v1;

v1::Me to_proto(const User& user) {
    v1::Me me;
    me.set_id(user.id);
    me.set_username(user.username);
    me.set_full_name(user.full_name);
    if (user.staff_no) me.set_staff_no(*user.staff_no);
    if (user.email) me.set_email(*user.email);
    if (user.phone) me.set_phone(*user.phone);
    me.mutable_roles()->Add(user.roles.begin(), user.roles.end());
    const std::vector<std::string> permissions = access::permissions_of(effective_grants(user).roles);
    me.mutable_permissions()->Add(permissions.begin(), permissions.end());
    me.mutable_company_scope()->Add(user.company_scope.begin(), user.company_scope.end());
    me.mutable_branch_scope()->Add(user.branch_scope.begin(), user.branch_scope.end());
    me.set_must_change_password(user.must_change_password);
    me.set_version(user.version);
    return me;
}

v1::Staff to_proto(const StaffRow& row) {
    v1::Staff staff;
    staff.set_id(row.id);
    staff.set_full_name(row.full_name);
    if (row.staff_no) staff.set_staff_no(*row.staff_no);
    staff.mutable_roles()->Add(row.roles.begin(), row.roles.end());
    return staff;
}

}  // namespace

asio::awaitable<rpc::Result<v1::Me>> Handlers::get_me(rpc::CallContext& context, const v1::GetMeRequest&) {
    const std::optional<User> user =
        (co_await find(parts_.pools.local(), context.caller.user_id, context.deadline)).value();
    if (!user || !user->is_active) co_return rpc::Error("UNAUTHENTICATED");
    co_return to_proto(*user);
}

asio::awaitable<rpc::Result<google::protobuf::Empty>> Handlers::change_password(
    rpc::CallContext& context, const v1::ChangePasswordRequest& request) {
    // Counted like a sign-in: a stolen access token must not become a way to guess the password.
    const rpc::Result<sessions::Admission> admission =
        co_await sessions::admit(parts_, context, context.caller.username);
    if (!admission) co_return admission.error();

    ChangePassword command(parts_.hashes);
    rpc::Result<google::protobuf::Empty> answer = co_await runner_.run(context, request, command);
    postgres::Pool& pool = parts_.pools.local();
    if (answer.has_error() && answer.error().code == "BAD_CREDENTIALS") {
        (co_await sessions::fail_attempt(pool, admission->attempt, admission->user, context, parts_.clock.now(),
                                         admission->locks_until))
            .value();
    } else {
        // The answer stands, whether or not this can be noted.
        static_cast<void>(co_await sessions::pass_attempt(pool, admission->attempt, context.deadline));
    }
    co_return answer;
}

asio::awaitable<rpc::Result<v1::StaffList>> Handlers::list_staff(rpc::CallContext& context,
                                                                 const v1::ListStaffRequest& request) {
    rpc::Result<paging::PageRequest> page = paging::read_page(request);
    if (!page) co_return page.error();

    postgres::Pool& pool = parts_.pools.local();
    StaffFilter filter;
    std::vector<rpc::FieldIssue> issues;
    if (request.has_role()) {
        filter.role = request.role();
        if (!access::role_from(request.role())) validate::add_issue(issues, "role", validate::issue::not_allowed);
    }
    if (request.has_branch_id()) {
        filter.branch_id = (co_await find_branch(pool, request.branch_id(), context.deadline)).value();
        if (!filter.branch_id) validate::add_issue(issues, "branch_id", validate::issue::not_found);
    }
    if (!issues.empty()) co_return rpc::validation(std::move(issues));
    if (request.has_q()) filter.text = request.q();
    filter.limit = page->limit;
    if (const std::optional<paging::Cursor>& cursor = page->cursor) {
        filter.after_username = cursor->key;
        filter.after_id = cursor->id;
    }

    std::vector<StaffRow> rows = (co_await users::list_staff(pool, filter, context.deadline)).value();
    std::optional<std::int64_t> counted;
    if (page->count) {
        counted = (co_await count_staff(pool, filter, static_cast<std::int32_t>(paging::total_cap), context.deadline))
                      .value();
    }
    std::optional<paging::Cursor> last;
    if (rows.size() > static_cast<std::size_t>(filter.limit)) {
        rows.resize(static_cast<std::size_t>(filter.limit));
        last.emplace();
        last->key = rows.back().username;
        last->id = rows.back().id;
    }
    v1::StaffList list;
    for (const StaffRow& row : rows) *list.add_items() = to_proto(row);
    paging::finish_page(list, *page, std::move(last), counted);
    co_return list;
}

}  // namespace loan_manager::auth::users
