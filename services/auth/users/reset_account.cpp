#include "auth/users/reset_account.hpp"

#include "auth/passwords/one_time.hpp"
#include "auth/users/account_repository.hpp"
#include "auth/users/journal.hpp"
#include "auth/users/rules.hpp"
#include "commands/system_call.hpp"

namespace loan_manager::auth::users {

namespace asio = boost::asio;
namespace v1 = loanmanager::auth::v1;

void ResetAccount::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    add_find_account(reads, unit.sound_id("id", request.id()));
}

asio::awaitable<rpc::Result<v1::UserWithPassword>> ResetAccount::execute(commands::Unit& unit, const request_type&,
                                                                         std::vector<postgres::Rows>& reads) {
    if (const rpc::Result<void> valid = unit.valid(); !valid) co_return valid.error();
    if (reads.front().empty()) co_return rpc::not_found("There is no such user.");
    const auto user = read_account<v1::User>(reads.front().front());
    if (const rpc::Result<void> current = commands::check_version(unit.context(), user.version()); !current) {
        co_return current.error();
    }
    if (user.id() == commands::system_user_id) co_return system_is_fixed();

    // No row is locked while the hash is computed; the version tells whether it changed meanwhile.
    const std::string password = passwords::one_time_password();
    const rpc::Result<std::string> hash = co_await hashes_.hash(password);
    if (!hash) co_return hash.error();
    postgres::Batch batch;
    add_one_time_password(batch, user.id(), user.version(), *hash, unit.now(), unit.caller().user_id);
    const std::vector<postgres::Rows> written = (co_await unit.transaction().run(batch)).value();
    if (written.front().empty()) co_return rpc::Error("PRECONDITION_FAILED");

    commands::Change change = change_of("USER_UPDATED", user);
    change.reason = "password reset";
    unit.record(std::move(change));
    auto answer = read_account<v1::UserWithPassword>(written.front().front());
    answer.set_one_time_password(password);
    co_return answer;
}

}  // namespace loan_manager::auth::users
