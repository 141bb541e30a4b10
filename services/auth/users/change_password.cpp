#include "auth/users/change_password.hpp"

#include "auth/passwords/one_time.hpp"
#include "auth/sessions/repository.hpp"
#include "auth/users/repository.hpp"
#include "validate/issue.hpp"

namespace loan_manager::auth::users {
namespace {

namespace asio = boost::asio;
namespace v1 = loanmanager::auth::v1;

commands::Change audit(const User& user) {
    commands::Change change;
    change.action = "USER_UPDATED";
    change.entity_type = "user";
    change.entity_id = user.id;
    change.entity_no = user.username;
    change.reason = "password changed";
    return change;
}

asio::awaitable<rpc::Result<sessions::Admission>> admit(rpc::CallContext& call, const v1::ChangePasswordRequest&,
                                                        const Parts& parts) {
    co_return co_await sessions::admit(parts, call, call.caller.username);
}

asio::awaitable<void> note_outcome(rpc::CallContext& call, const sessions::Admission& admission,
                                   const rpc::Error* error, const Parts& parts) {
    postgres::Pool& pool = parts.pools.local();
    if (error != nullptr && error->code == "BAD_CREDENTIALS") {
        (co_await sessions::fail_attempt(pool, admission.attempt, admission.user, call, parts.clock.now(),
                                         admission.locks_until))
            .value();
    } else {
        // The answer stands, whether or not this can be noted.
        static_cast<void>(co_await sessions::pass_attempt(pool, admission.attempt, call.deadline));
    }
}

}  // namespace

const commands::Runner::Frame<sessions::Admission, v1::ChangePasswordRequest, const Parts&> counted_like_sign_in{
    &admit, &note_outcome};

asio::awaitable<rpc::Result<google::protobuf::Empty>> change_password(commands::CommandContext& command,
                                                                      const v1::ChangePasswordRequest& request,
                                                                      const Parts& parts) {
    const auto rows = command.reads().add(by_id, postgres::Params(command.caller().user_id));
    if (const auto go = co_await command.read(); !go) co_return go.error();
    if (const validate::IssueToken issue = passwords::password_issue(request.new_password()); !issue.empty()) {
        command.issue("new_password", issue);
    }
    if (request.new_password() == request.current_password()) {
        command.issue("new_password", validate::issue::not_allowed);
    }
    if (const rpc::Result<void> valid = command.valid(); !valid) co_return valid.error();

    if (command[rows].empty()) co_return rpc::Error("UNAUTHENTICATED");
    const User user = read(command[rows].front());
    if (!user.is_active) co_return rpc::Error("UNAUTHENTICATED");
    if (const rpc::Result<void> current = commands::check_version(command.call(), user.version); !current) {
        co_return current.error();
    }
    // No row is locked while the hashes are computed; set_password notices a change meanwhile.
    const rpc::Result<bool> matches = co_await parts.hashes.verify(request.current_password(), user.password_hash);
    if (!matches) co_return matches.error();
    if (!*matches) co_return rpc::Error("BAD_CREDENTIALS", "The current password is not right.");
    const rpc::Result<std::string> hash = co_await parts.hashes.hash(request.new_password());
    if (!hash) co_return hash.error();

    postgres::Connection& connection = command.transaction().connection();
    const bool stored = (co_await set_password(connection, user, *hash, command.caller().jti, command.now())).value();
    if (!stored) co_return rpc::Error("PRECONDITION_FAILED");
    command.record(audit(user));
    co_return google::protobuf::Empty();
}

}  // namespace loan_manager::auth::users
