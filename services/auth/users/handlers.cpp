#include "auth/users/handlers.hpp"

#include "access/permission.hpp"
#include "auth/sessions/guard.hpp"
#include "auth/users/change_password.hpp"
#include "auth/users/lists.hpp"
#include "auth/users/repository.hpp"
#include "auth/users/rules.hpp"

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

v1::Staff to_staff(const v1::User& user) {
    v1::Staff staff;
    staff.set_id(user.id());
    staff.set_full_name(user.full_name());
    if (user.has_staff_no()) staff.set_staff_no(user.staff_no());
    *staff.mutable_roles() = user.roles();
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
    const rpc::Result<paging::PageRequest> page = paging::read_page(request);
    if (!page) co_return page.error();
    ListFilter filter = read_filter(request);
    filter.is_active = true;
    const rpc::Result<UserPage> found = co_await find_page(parts_.pools.local(), filter, *page, context.deadline);
    if (!found) co_return found.error();
    co_return to_list<v1::StaffList>(*found, *page, to_staff);
}

}  // namespace loan_manager::auth::users
