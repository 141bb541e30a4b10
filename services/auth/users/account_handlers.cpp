#include "auth/users/account_handlers.hpp"

#include "auth/users/account_rows.hpp"
#include "auth/users/commands.hpp"
#include "auth/users/queries.hpp"
#include "loanmanager/auth/v1/auth.grpc.pb.h"

namespace loan_manager::auth::users {

namespace asio = boost::asio;
namespace v1 = loanmanager::auth::v1;

void AccountHandlers::register_with(rpc::Server& server) {
    server.service<v1::UserService>()
        .query("ListUsers", parts_.pages.list<v1::UserList>(&list_users, &read_user))
        .query("GetUser", &AccountHandlers::get, *this)
        .command("CreateUser", runner_.handler(&create_account, parts_.hashes))
        .command("UpdateUser", runner_.handler(&update_account))
        .command("ResetPassword", runner_.handler(&reset_account, parts_.hashes));
}

asio::awaitable<rpc::Result<v1::User>> AccountHandlers::get(rpc::CallContext& call, const v1::GetUserRequest& request) {
    sql::RoundTrip trip;
    const auto account = add_find_account(trip, request.id());
    co_await trip.run(parts_.pools.local(), call.deadline);
    co_return trip[account];
}

}  // namespace loan_manager::auth::users
