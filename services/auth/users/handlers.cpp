#include "auth/users/handlers.hpp"

#include "access/permission.hpp"
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
