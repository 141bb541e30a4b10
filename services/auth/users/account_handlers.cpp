#include "auth/users/account_handlers.hpp"

#include <functional>

#include "auth/users/account_repository.hpp"
#include "auth/users/create_account.hpp"
#include "auth/users/lists.hpp"
#include "auth/users/reset_account.hpp"
#include "auth/users/update_account.hpp"
#include "loanmanager/auth/v1/auth.grpc.pb.h"

namespace loan_manager::auth::users {

namespace asio = boost::asio;
namespace v1 = loanmanager::auth::v1;

void AccountHandlers::register_with(rpc::Server& server) {
    server.service<v1::UserService>()
        .query("ListUsers", &AccountHandlers::list, *this)
        .query("GetUser", &AccountHandlers::get, *this)
        .command("CreateUser", runner_.handler<CreateAccount>(std::ref(parts_.hashes)))
        .command("UpdateUser", runner_.handler<UpdateAccount>())
        .command("ResetPassword", runner_.handler<ResetAccount>(std::ref(parts_.hashes)));
}

asio::awaitable<rpc::Result<v1::UserList>> AccountHandlers::list(rpc::CallContext& context,
                                                                 const v1::ListUsersRequest& request) {
    co_return co_await list_users(parts_, context, request);
}

asio::awaitable<rpc::Result<v1::User>> AccountHandlers::get(rpc::CallContext& context,
                                                            const v1::GetUserRequest& request) {
    postgres::Batch batch;
    add_find_account(batch, request.id());
    const std::vector<postgres::Rows> found = (co_await parts_.pools.local().run(batch, context.deadline)).value();
    if (found.front().empty()) co_return rpc::not_found("There is no such user.");
    co_return read_account<v1::User>(found.front().front());
}

}  // namespace loan_manager::auth::users
