#include "auth/users/provision.hpp"

#include "auth/passwords/one_time.hpp"
#include "auth/users/account_rows.hpp"
#include "auth/users/repository.hpp"
#include "auth/users/rules.hpp"
#include "commands/errors.hpp"
#include "commands/journal.hpp"
#include "commands/system_call.hpp"
#include "runtime/clock.hpp"
#include "runtime/uuid.hpp"

namespace loan_manager::auth {
namespace {

namespace asio = boost::asio;
namespace v1 = loanmanager::auth::v1;
using postgres::Batch;
using postgres::Params;
using postgres::Rows;

// The channel that the lifecycle-refresher listens to.
const std::string channel = "fleet_changes";

rpc::Error to_error(const postgres::Error& error) {
    if (std::optional<rpc::Error> meaning = commands::meaning_of(error, users::constraints)) return *std::move(meaning);
    return commands::to_rpc_error(error, {});
}

// Nobody called: the change belongs to the user `system`.
rpc::CallContext nobody() { return commands::system_call("provision", std::chrono::seconds(10)); }

v1::User account_of(const NewUser& user, const std::string& id, bool must_change_password) {
    v1::User account;
    account.set_id(id);
    account.set_username(user.username);
    account.set_full_name(user.full_name);
    if (user.staff_no) account.set_staff_no(*user.staff_no);
    if (user.email) account.set_email(*user.email);
    if (user.phone) account.set_phone(*user.phone);
    account.mutable_roles()->Assign(user.roles.begin(), user.roles.end());
    account.mutable_company_scope()->Assign(user.company_scope.begin(), user.company_scope.end());
    account.mutable_branch_scope()->Assign(user.branch_scope.begin(), user.branch_scope.end());
    account.set_is_active(user.is_active);
    account.set_is_demo(user.is_demo);
    account.set_must_change_password(must_change_password);
    account.set_created_by(user.created_by);
    return account;
}

std::vector<commands::Change> audit(const char* action, const std::string& id, const std::string& username) {
    commands::Change change;
    change.action = action;
    change.entity_type = "user";
    change.entity_id = id;
    change.entity_no = username;
    return {std::move(change)};
}

}  // namespace

asio::awaitable<rpc::Result<CreatedUser>> create_user(postgres::Connection& connection, NewUser user,
                                                      passwords::Cost cost) {
    std::vector<validate::Issue> issues = check_new_user(user);
    if (!issues.empty()) co_return rpc::validation(std::move(issues));
    const bool one_time = !user.password;
    CreatedUser created{.id = runtime::new_uuid().to_string(),
                        .password = one_time ? passwords::one_time_password() : *user.password};
    const auto now = runtime::system_clock().now();

    // Without BEGIN of its own: part of the caller's transaction, or one implicit transaction.
    Batch batch;
    auto insert = users::insert(account_of(user, created.id, one_time), passwords::hash(created.password, cost), now);
    batch.add(insert.statement, std::move(insert.values));
    const std::vector<commands::Change> changes = audit("USER_CREATED", created.id, user.username);
    commands::add_journal(batch, nobody(), now, changes, {}, channel);
    const postgres::Result<std::vector<Rows>> rows = co_await connection.run(batch);
    if (!rows) co_return to_error(rows.error());
    co_return created;
}

asio::awaitable<rpc::Result<std::string>> reset_password(postgres::Connection& connection, std::string username,
                                                         passwords::Cost cost) {
    const std::string name = normalise_username(username);
    const Params by_name(name);
    const postgres::Result<Rows> found = co_await connection.execute(users::by_username, by_name);
    if (!found) co_return to_error(found.error());
    if (found->empty()) co_return rpc::not_found("There is no user of this name.");
    const User user = users::read(found->front());
    if (!user.is_active) co_return rpc::not_found("This user is not active.");

    std::string password = passwords::one_time_password();
    const auto now = runtime::system_clock().now();
    Batch batch;
    for (auto& write : {users::replace_password(user.id, std::nullopt, passwords::hash(password, cost), now,
                                                commands::system_user_id),
                        users::end_sessions(user.id, now)}) {
        batch.add(write.statement, write.values);
    }
    std::vector<commands::Change> changes = audit("USER_UPDATED", user.id, name);
    changes.front().reason = "password reset";
    commands::add_journal(batch, nobody(), now, changes, {}, channel);
    const postgres::Result<std::vector<Rows>> rows = co_await connection.run(batch);
    if (!rows) co_return to_error(rows.error());
    co_return rpc::Result<std::string>(boost::system::in_place_value, std::move(password));
}

}  // namespace loan_manager::auth
