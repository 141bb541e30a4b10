#include "auth/sessions/guard.hpp"

#include "postgres/transaction.hpp"
#include "runtime/log.hpp"

namespace loan_manager::auth::sessions {

namespace asio = boost::asio;

asio::awaitable<rpc::Result<Admission>> admit(const Parts& parts, const rpc::CallContext& call, std::string account) {
    const ThrottleLimits& limits = parts.settings.throttle;
    const std::string address = throttle_address(call.client_ip);
    const postgres::Lease lease = (co_await parts.pools.local().acquire(call.deadline)).value();
    postgres::Transaction transaction(*lease);
    LoginFacts facts = co_await lock_attempts(transaction, address, account, limits, parts.clock.now());
    // Read again after waiting for the lock, so that the order of the attempts is the order of their times.
    const WallTime now = parts.clock.now();
    const std::chrono::seconds wait = time_to_wait(facts.history, limits, now);
    if (wait > std::chrono::seconds{0}) {
        static_cast<void>(co_await transaction.rollback());
        runtime::log::info("sign-in throttled", {{"request_id", call.request_id},
                                                 {"address", address},
                                                 {"known_user", facts.user.has_value()},
                                                 {"wait_seconds", wait.count()}});
        co_return rpc::Error("LOGIN_THROTTLED", "Too many attempts to sign in; wait before the next one.",
                             std::vector<rpc::FieldIssue>(), static_cast<std::uint32_t>(wait.count()));
    }
    Admission admission;
    admission.attempt = (co_await begin_attempt(transaction, address, account, now)).value();
    admission.address = address;
    admission.user = std::move(facts.user);
    if (is_last_try(facts.history, limits, now)) admission.locks_until = now + limits.wait;
    co_return admission;
}

}  // namespace loan_manager::auth::sessions
