#include "auth/passwords/one_time.hpp"
#include "auth/users/account_rows.hpp"
#include "auth/users/commands.hpp"
#include "auth/users/rules.hpp"
#include "commands/admit.hpp"
#include "commands/stamp.hpp"
#include "commands/system_call.hpp"
#include "runtime/uuid.hpp"
#include "sql/row_message.hpp"
#include "validate/issue.hpp"

namespace loan_manager::auth::users {
namespace {

namespace asio = boost::asio;
namespace v1 = loanmanager::auth::v1;
using commands::CommandContext;

template <class Field>
std::vector<std::string> list_of(const Field& field) {
    return {field.begin(), field.end()};
}

template <class Field>
void put(Field& field, std::vector<std::string> names) {
    names = without_repetition(std::move(names));
    field.Assign(names.begin(), names.end());
}

/// The companies and branches that a request names.
struct Scope {
    sql::Handle<Ids> companies, branches;
};
template <class Request>
Scope add_scope(CommandContext& command, const Request& request) {
    const auto companies = add_companies(command.reads(), list_of(request.company_scope()));
    return Scope{companies, add_branches(command.reads(), list_of(request.branch_scope()))};
}
void check_scope(CommandContext& command, const Scope& scope) {
    if (!command[scope.companies]) command.issue("company_scope", validate::issue::not_found);
    if (!command[scope.branches]) command.issue("branch_scope", validate::issue::not_found);
}

// Every administrator of accounts reaches every account.
bool covers_all(const v1::User&) { return true; }
std::int32_t version_of(const v1::User& user) { return user.version(); }

// Nobody signs in as `system`, and nothing about it may change.
rpc::Result<void> check_changeable(const v1::User& user) {
    if (user.id() != commands::system_user_id) return {};
    return rpc::Error("INVALID_STATE", "The user system owns automatic changes and cannot be changed.");
}

v1::UserWithPassword shown_once(const v1::User& user, const std::string& password) {
    v1::UserWithPassword answer;
    sql::copy_fields(user, answer);
    answer.set_one_time_password(password);
    return answer;
}

void with_commit(CommandContext& command, Write write) {
    command.with_commit(write.statement, std::move(write.values));
}

}  // namespace

asio::awaitable<rpc::Result<v1::UserWithPassword>> create_account(CommandContext& command,
                                                                  const v1::CreateUserRequest& request,
                                                                  passwords::HashPool& hashes) {
    const auto scope = add_scope(command, request);
    if (const auto go = co_await command.read(); !go) co_return go.error();
    if (!are_roles(list_of(request.roles()))) command.issue("roles", validate::issue::not_allowed);
    check_scope(command, scope);
    if (const auto valid = command.valid(); !valid) co_return valid.error();

    v1::User user;
    sql::copy_fields(request, user, {"roles", "company_scope", "branch_scope"});
    user.set_id(runtime::new_uuid().to_string());
    put(*user.mutable_roles(), list_of(request.roles()));
    put(*user.mutable_company_scope(), *command[scope.companies]);
    put(*user.mutable_branch_scope(), *command[scope.branches]);
    user.set_is_active(!request.has_is_active() || request.is_active());
    user.set_must_change_password(true);
    commands::stamp_created(command, user);

    const std::string password = passwords::one_time_password();
    const rpc::Result<std::string> hash = co_await hashes.hash(password);
    if (!hash) co_return hash.error();
    with_commit(command, insert(user, *hash, command.now()));
    command.record(change_of("USER_CREATED", user, account_table().created(user)));
    co_return shown_once(user, password);
}

asio::awaitable<rpc::Result<v1::User>> update_account(CommandContext& command, const v1::UpdateUserRequest& request) {
    const v1::UserPatch& patch = request.user();
    const auto names = [&](std::string_view field) { return sql::names(request.update_mask(), field); };
    if (names("roles")) {
        if (patch.roles().empty()) command.issue("roles", validate::issue::required);
        if (!are_roles(list_of(patch.roles()))) command.issue("roles", validate::issue::not_allowed);
    }
    const std::string id = command.sound_id("id", request.id());
    const auto scope = add_scope(command, patch);
    if (names("roles") || names("is_active")) add_lock_admins(command.reads());
    const auto lock = add_lock_account(command.reads(), id);
    const auto other_admin = add_other_admin_exists(command.reads(), id);
    if (const auto go = co_await command.read(); !go) co_return go.error();

    check_scope(command, scope);
    const auto before = commands::admit(command, command[lock], &covers_all, &version_of);
    if (!before) co_return before.error();
    if (const auto changeable = check_changeable(*before); !changeable) co_return changeable.error();

    v1::User after = *before;
    sql::apply_patch(patch, request.update_mask(), after, {"roles", "company_scope", "branch_scope"});
    if (names("roles")) put(*after.mutable_roles(), list_of(patch.roles()));
    if (names("company_scope")) put(*after.mutable_company_scope(), *command[scope.companies]);
    if (names("branch_scope")) put(*after.mutable_branch_scope(), *command[scope.branches]);
    if (is_active_admin(*before) && !is_active_admin(after) && !command[other_admin]) {
        co_return rpc::Error("INVALID_STATE", "This is the last active admin; make another user admin first.");
    }
    auto difference = account_table().compare(*before, after);
    if (difference.empty()) co_return *before;

    commands::stamp_updated(command, after);
    command.with_commit(account_table().update(), account_table().update_values(after));
    if (before->is_active() && !after.is_active()) with_commit(command, end_sessions(id, command.now()));
    command.record(change_of("USER_UPDATED", after, std::move(difference)));
    co_return after;
}

asio::awaitable<rpc::Result<v1::UserWithPassword>> reset_account(CommandContext& command,
                                                                 const v1::ResetPasswordRequest& request,
                                                                 passwords::HashPool& hashes) {
    const auto account = add_find_account(command.reads(), command.sound_id("id", request.id()));
    if (const auto go = co_await command.read(); !go) co_return go.error();
    const auto user = commands::admit(command, command[account], &covers_all, &version_of);
    if (!user) co_return user.error();
    if (const auto changeable = check_changeable(*user); !changeable) co_return changeable.error();

    // No row is locked while the hash is computed; the version tells whether it changed meanwhile.
    const std::string password = passwords::one_time_password();
    const rpc::Result<std::string> hash = co_await hashes.hash(password);
    if (!hash) co_return hash.error();
    sql::RoundTrip trip;
    auto replace = replace_password(user->id(), user->version(), *hash, command.now(), command.caller().user_id);
    const auto replaced = trip.add(replace.statement, std::move(replace.values));
    co_await command.run(trip);
    if (trip[replaced].empty()) co_return rpc::Error("PRECONDITION_FAILED");
    with_commit(command, end_sessions(user->id(), command.now()));

    auto change = change_of("USER_UPDATED", *user);
    change.reason = "password reset";
    command.record(std::move(change));
    co_return shown_once(account_table().read(trip[replaced].front()), password);
}

}  // namespace loan_manager::auth::users
