#include "auth/users/change_password.hpp"

#include "auth/passwords/one_time.hpp"
#include "auth/users/repository.hpp"
#include "validate/issue.hpp"

namespace loan_manager::auth::users {
namespace {

namespace asio = boost::asio;

commands::Change audit(const User& user) {
    commands::Change change;
    change.action = "USER_UPDATED";
    change.entity_type = "user";
    change.entity_id = user.id;
    change.entity_no = user.username;
    change.reason = "password changed";
    return change;
}

}  // namespace

void ChangePassword::prepare(commands::Unit& unit, const Request&, postgres::Batch& reads) {
    reads.add(by_id, postgres::Params(unit.caller().user_id));
}

asio::awaitable<rpc::Result<google::protobuf::Empty>> ChangePassword::execute(commands::Unit& unit,
                                                                              const Request& request,
                                                                              std::vector<postgres::Rows>& reads) {
    if (const std::string_view issue = passwords::password_issue(request.new_password()); !issue.empty()) {
        unit.issue("new_password", issue);
    }
    if (request.new_password() == request.current_password()) {
        unit.issue("new_password", validate::issue::not_allowed);
    }
    if (const rpc::Result<void> valid = unit.valid(); !valid) co_return valid.error();

    if (reads.front().empty()) co_return rpc::Error("UNAUTHENTICATED");
    const User user = read(reads.front().front());
    if (!user.is_active) co_return rpc::Error("UNAUTHENTICATED");
    if (const rpc::Result<void> current = commands::check_version(unit.context(), user.version); !current) {
        co_return current.error();
    }
    // No row is locked while the hashes are computed; set_password notices a change meanwhile.
    const rpc::Result<bool> matches = co_await hashes_.verify(request.current_password(), user.password_hash);
    if (!matches) co_return matches.error();
    if (!*matches) co_return rpc::Error("BAD_CREDENTIALS", "The current password is not right.");
    const rpc::Result<std::string> hash = co_await hashes_.hash(request.new_password());
    if (!hash) co_return hash.error();

    postgres::Connection& connection = unit.transaction().connection();
    const bool stored = (co_await set_password(connection, user, *hash, unit.caller().jti, unit.now())).value();
    if (!stored) co_return rpc::Error("PRECONDITION_FAILED");
    unit.record(audit(user));
    co_return google::protobuf::Empty();
}

}  // namespace loan_manager::auth::users
