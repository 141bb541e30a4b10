#include "auth/sessions/handlers.hpp"

#include "auth/sessions/issue.hpp"
#include "auth/sessions/refresh_rules.hpp"
#include "auth/users/repository.hpp"
#include "auth/users/rules.hpp"
#include "postgres/transaction.hpp"
#include "runtime/log.hpp"
#include "runtime/uuid.hpp"

namespace loan_manager::auth::sessions {
namespace {

namespace asio = boost::asio;
namespace log = runtime::log;
namespace v1 = loanmanager::auth::v1;

// A sign-in that meets a change of the same user is tried again with what is true then.
constexpr int max_tries = 4;

// The call as its audit row tells it: as if the user had been signed in already. A name that is no user's is left out,
// since people type passwords there, and the audit log is for ever.
rpc::CallContext trace_of(const rpc::CallContext& call, const std::optional<User>& user) {
    rpc::CallContext trace(call);
    if (user) {
        trace.caller.user_id = user->id;
        trace.caller.username = user->username;
        trace.caller.roles = user->roles;
    }
    return trace;
}

}  // namespace

bool Handlers::may_sign_in(const User& user) const {
    return user.is_active && user.password_hash.starts_with("$argon2id$") &&
           !has_expired(user, std::chrono::hours(parts_.settings.one_time_password_expire_hours), parts_.clock.now());
}

asio::awaitable<rpc::Result<bool>> Handlers::check_password(const std::optional<User>& user, std::string password) {
    if (user && may_sign_in(*user)) co_return co_await parts_.hashes.verify(std::move(password), user->password_hash);
    co_return co_await parts_.hashes.verify_nobody(std::move(password));
}

asio::awaitable<rpc::Result<v1::TokenResponse>> Handlers::login(rpc::CallContext& call,
                                                                const v1::LoginRequest& request) {
    const std::string account = normalise_username(request.username());
    rpc::Result<Admission> admission = co_await admit(parts_, call, account);
    if (!admission) co_return admission.error();

    const rpc::Result<bool> matches = co_await check_password(admission->user, request.password());
    if (!matches) {
        // Nobody looked at the password, so it was no guess.
        (co_await withdraw_attempt(parts_.pools.local(), admission->attempt, call.deadline)).value();
        co_return matches.error();
    }
    if (!*matches) {
        const rpc::CallContext trace = trace_of(call, admission->user);
        (co_await fail_attempt(parts_.pools.local(), admission->attempt, admission->user, trace, parts_.clock.now(),
                               admission->locks_until))
            .value();
        co_return rpc::Error("BAD_CREDENTIALS");
    }
    co_return co_await open_session(call, std::move(*admission), request.password());
}

asio::awaitable<rpc::Result<v1::TokenResponse>> Handlers::open_session(rpc::CallContext& call, Admission admission,
                                                                       std::string password) {
    postgres::Pool& pool = parts_.pools.local();
    User user = std::move(*admission.user);
    const std::string verified_hash = user.password_hash;
    const rpc::CallContext trace = trace_of(call, user);

    std::optional<std::string> new_hash;
    if (passwords::needs_rehash(verified_hash, parts_.hashes.cost())) {
        // Not worth failing for: the next sign-in tries again.
        rpc::Result<std::string> hash = co_await parts_.hashes.hash(std::move(password));
        if (hash) new_hash = *std::move(hash);
    }
    for (int attempt = 0; attempt < max_tries; ++attempt) {
        const rpc::Result<IssuedTokens> tokens =
            issue(parts_, user, runtime::new_uuid().to_string(), parts_.clock.now());
        if (!tokens) {
            (co_await withdraw_attempt(pool, admission.attempt, call.deadline)).value();
            co_return tokens.error();
        }
        {
            const postgres::Lease lease = (co_await pool.acquire(call.deadline)).value();
            postgres::Transaction transaction(*lease);
            const postgres::Result<bool> stored = co_await complete_login(
                transaction, admission.attempt, admission.address, user, new_hash, tokens->stored, trace);
            if (stored.value()) co_return tokens->answer;
            (co_await transaction.rollback()).value();
        }
        // Rights or password were changed while the hash was computed.
        const std::optional<User> current = (co_await users::find(pool, user.id, call.deadline)).value();
        if (!current || !may_sign_in(*current) || current->password_hash != verified_hash) break;
        user = *current;
    }
    const std::optional<User> refused(user);
    (co_await fail_attempt(pool, admission.attempt, refused, trace, parts_.clock.now(), admission.locks_until)).value();
    co_return rpc::Error("BAD_CREDENTIALS");
}

Ending Handlers::ending(WallTime now) const {
    return {.at = now, .oldest_access_token = oldest_access_token(now, parts_.settings.access_token_expire)};
}

asio::awaitable<rpc::Result<v1::TokenResponse>> Handlers::refresh(rpc::CallContext& call,
                                                                  const v1::RefreshRequest& request) {
    const auto hash = refresh_token_hash(request.refresh_token());
    rpc::Result<v1::TokenResponse> answer = rpc::Error("UNAUTHENTICATED");
    // Runs in a transaction that commits also when the answer is an error: a family ended for reuse stays ended.
    auto body = [&](postgres::Transaction& transaction) -> asio::awaitable<postgres::Result<void>> {
        answer = rpc::Error("UNAUTHENTICATED");
        const std::optional<StoredRefreshToken> stored = co_await lock_refresh_token(transaction, hash);
        const WallTime now = parts_.clock.now();
        switch (judge(stored ? std::optional<RefreshState>(stored->state) : std::nullopt, now)) {
            case RefreshVerdict::refuse:
                break;
            case RefreshVerdict::reuse:
                (co_await end_session(transaction, hash, ending(now))).value();
                log::warning(
                    "refresh token used twice: session ended",
                    {{"request_id", call.request_id}, {"user_id", stored->user.id}, {"family_id", stored->family_id}});
                answer = rpc::Error("TOKEN_REUSED");
                break;
            case RefreshVerdict::reuse_again:
                answer = rpc::Error("TOKEN_REUSED");
                break;
            case RefreshVerdict::accept: {
                const rpc::Result<IssuedTokens> tokens = issue(parts_, stored->user, stored->family_id, now);
                if (!tokens) {
                    answer = tokens.error();
                    break;
                }
                (co_await rotate(transaction, stored->id, stored->user.id, tokens->stored)).value();
                answer = tokens->answer;
                break;
            }
        }
        co_return postgres::Result<void>();
    };
    const postgres::TransactionOptions options;
    const postgres::Result<void> done =
        co_await postgres::with_transaction(parts_.pools.local(), options, body, call.deadline);
    done.value();
    co_return answer;
}

asio::awaitable<rpc::Result<google::protobuf::Empty>> Handlers::logout(rpc::CallContext& call,
                                                                       const v1::LogoutRequest& request) {
    const auto hash = refresh_token_hash(request.refresh_token());
    const postgres::Result<void> done =
        co_await sessions::logout(parts_.pools.local(), hash, ending(parts_.clock.now()), call.deadline);
    done.value();
    co_return google::protobuf::Empty();
}

}  // namespace loan_manager::auth::sessions
