#include "auth/users/handlers.hpp"

#include "access/permission.hpp"
#include "auth/users/repository.hpp"
#include "auth/users/rules.hpp"

namespace loan_manager::auth::users {
namespace {

namespace asio = boost::asio;
namespace v1 = loanmanager::auth::v1;

v1::Me to_proto(const UserWithCodes& found) {
    const User& user = found.user;
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
    me.mutable_company_scope_codes()->Add(found.company_codes.begin(), found.company_codes.end());
    me.mutable_branch_scope_codes()->Add(found.branch_codes.begin(), found.branch_codes.end());
    me.set_must_change_password(user.must_change_password);
    me.set_version(user.version);
    return me;
}

}  // namespace

asio::awaitable<rpc::Result<v1::Me>> Handlers::get_me(rpc::CallContext& call, const v1::GetMeRequest&) {
    const std::optional<UserWithCodes> found =
        (co_await find_with_codes(parts_.pools.local(), call.caller.user_id, call.deadline)).value();
    if (!found || !found->user.is_active) co_return rpc::Error("UNAUTHENTICATED");
    co_return to_proto(*found);
}

}  // namespace loan_manager::auth::users
