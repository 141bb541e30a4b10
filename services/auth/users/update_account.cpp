#include "auth/users/update_account.hpp"

#include "auth/users/account_repository.hpp"
#include "auth/users/journal.hpp"
#include "auth/users/rules.hpp"
#include "commands/system_call.hpp"
#include "validate/issue.hpp"

namespace loan_manager::auth::users {
namespace {

namespace asio = boost::asio;
namespace v1 = loanmanager::auth::v1;

bool touches_rights(const v1::UpdateUserRequest& request) {
    return names(request, "roles") || names(request, "is_active");
}

void check_roles(commands::Unit& unit, const v1::UpdateUserRequest& request) {
    if (!names(request, "roles")) return;
    const auto& roles = request.user().roles();
    if (roles.empty()) unit.issue("roles", validate::issue::required);
    if (!are_roles({roles.begin(), roles.end()})) unit.issue("roles", validate::issue::not_allowed);
}

// The request with ids in place of codes, and nothing said twice.
v1::UpdateUserRequest resolved(const v1::UpdateUserRequest& request, std::vector<std::string> companies,
                               std::vector<std::string> branches) {
    v1::UpdateUserRequest exact(request);
    v1::UserPatch& patch = *exact.mutable_user();
    const auto put = [](auto& list, std::vector<std::string> names) {
        names = without_repetition(std::move(names));
        list.Assign(names.begin(), names.end());
    };
    put(*patch.mutable_roles(), {request.user().roles().begin(), request.user().roles().end()});
    put(*patch.mutable_company_scope(), std::move(companies));
    put(*patch.mutable_branch_scope(), std::move(branches));
    return exact;
}

}  // namespace

void UpdateAccount::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    check_roles(unit, request);
    const std::string id = unit.sound_id("id", request.id());
    const v1::UserPatch& patch = request.user();
    add_companies(reads, {patch.company_scope().begin(), patch.company_scope().end()});
    add_branches(reads, {patch.branch_scope().begin(), patch.branch_scope().end()});
    if (touches_rights(request)) add_lock_admins(reads);
    add_lock_account(reads, id);
    // A statement of its own after the locks: it sees what was committed before they were granted.
    add_other_admin_exists(reads, id);
}

asio::awaitable<rpc::Result<v1::User>> UpdateAccount::execute(commands::Unit& unit, const request_type& request,
                                                              std::vector<postgres::Rows>& reads) {
    std::optional<std::vector<std::string>> companies = read_ids(reads.at(0));
    std::optional<std::vector<std::string>> branches = read_ids(reads.at(1));
    if (!companies) unit.issue("company_scope", validate::issue::not_found);
    if (!branches) unit.issue("branch_scope", validate::issue::not_found);
    if (const rpc::Result<void> valid = unit.valid(); !valid) co_return valid.error();

    const postgres::Rows& locked = reads.at(reads.size() - 2);
    if (locked.empty()) co_return rpc::not_found("There is no such user.");
    const auto before = read_account<v1::User>(locked.front());
    if (const rpc::Result<void> current = commands::check_version(unit.context(), before.version()); !current) {
        co_return current.error();
    }
    if (before.id() == commands::system_user_id) co_return system_is_fixed();

    v1::User after = before;
    apply(resolved(request, *std::move(companies), *std::move(branches)), after);
    if (is_active_admin(before) && !is_active_admin(after) && !read_exists(reads.back())) {
        co_return rpc::Error("INVALID_STATE", "This is the last active admin; make another user admin first.");
    }
    commands::Change change = change_of("USER_UPDATED", after);
    change.old_values = facts(before);
    change.new_values = facts(after);
    commands::keep_changed(change.old_values, change.new_values);
    if (change.new_values.empty()) co_return before;

    postgres::Batch batch;
    add_update(batch, after, unit.now(), unit.caller().user_id);
    if (before.is_active() && !after.is_active()) add_end_sessions(batch, after.id(), unit.now());
    const std::vector<postgres::Rows> written = (co_await unit.transaction().run(batch)).value();
    unit.record(std::move(change));
    co_return read_account<v1::User>(written.front().front());
}

}  // namespace loan_manager::auth::users
