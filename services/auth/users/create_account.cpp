#include "auth/users/create_account.hpp"

#include "auth/passwords/one_time.hpp"
#include "auth/users/account_repository.hpp"
#include "auth/users/journal.hpp"
#include "auth/users/rules.hpp"
#include "runtime/uuid.hpp"
#include "validate/issue.hpp"

namespace loan_manager::auth::users {
namespace {

namespace asio = boost::asio;
namespace v1 = loanmanager::auth::v1;

NewUser to_new_user(const v1::CreateUserRequest& request) {
    const auto maybe = [](bool is_set, const std::string& text) {
        return is_set ? std::optional<std::string>(text) : std::nullopt;
    };
    NewUser user;
    user.username = request.username();
    user.full_name = request.full_name();
    user.staff_no = maybe(request.has_staff_no(), request.staff_no());
    user.email = maybe(request.has_email(), request.email());
    user.phone = maybe(request.has_phone(), request.phone());
    user.roles = without_repetition({request.roles().begin(), request.roles().end()});
    user.is_active = !request.has_is_active() || request.is_active();
    return user;
}

}  // namespace

void CreateAccount::prepare(commands::Unit&, const request_type& request, postgres::Batch& reads) {
    add_companies(reads, {request.company_scope().begin(), request.company_scope().end()});
    add_branches(reads, {request.branch_scope().begin(), request.branch_scope().end()});
}

asio::awaitable<rpc::Result<v1::UserWithPassword>> CreateAccount::execute(commands::Unit& unit,
                                                                          const request_type& request,
                                                                          std::vector<postgres::Rows>& reads) {
    NewUser user = to_new_user(request);
    std::optional<std::vector<std::string>> companies = read_ids(reads.at(0));
    std::optional<std::vector<std::string>> branches = read_ids(reads.at(1));
    if (!are_roles(user.roles)) unit.issue("roles", validate::issue::not_allowed);
    if (!companies) unit.issue("company_scope", validate::issue::not_found);
    if (!branches) unit.issue("branch_scope", validate::issue::not_found);
    if (const rpc::Result<void> valid = unit.valid(); !valid) co_return valid.error();
    user.company_scope = without_repetition(*std::move(companies));
    user.branch_scope = without_repetition(*std::move(branches));
    user.created_by = unit.caller().user_id;

    const std::string password = passwords::one_time_password();
    const rpc::Result<std::string> hash = co_await hashes_.hash(password);
    if (!hash) co_return hash.error();
    postgres::Batch batch;
    add_insert(batch, runtime::new_uuid().to_string(), user, *hash, true, unit.now());
    const std::vector<postgres::Rows> written = (co_await unit.transaction().run(batch)).value();

    const postgres::Row row = written.front().front();
    commands::Change change = change_of("USER_CREATED", read_account<v1::User>(row));
    change.new_values = facts(read_account<v1::User>(row));
    unit.record(std::move(change));
    auto answer = read_account<v1::UserWithPassword>(row);
    answer.set_one_time_password(password);
    co_return answer;
}

}  // namespace loan_manager::auth::users
