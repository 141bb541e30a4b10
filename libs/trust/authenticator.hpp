#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "access/identity.hpp"
#include "rpc/error.hpp"
#include "runtime/clock.hpp"
#include "trust/source.hpp"

namespace loan_manager::trust {

struct AuthenticatorOptions {
    std::string algorithm = "EdDSA";  ///< "EdDSA" (keys come from auth) or "HS256".
    std::string shared_secret;        ///< JWT_SECRET_KEY, for HS256 only.
    /// How long auth is asked to hold its answer back while there is nothing new; never more than half of `max_stale`.
    std::chrono::milliseconds hold{10'000};
    /// Pause before the next question if auth did not hold its answer back, or did not answer.
    std::chrono::milliseconds poll_interval{500};
    /// How long keys stay usable while auth cannot be reached (JWKS_MAX_STALE).
    std::chrono::seconds max_stale{3600};
    /// A key nobody knows makes us ask auth at most this often.
    std::chrono::milliseconds unknown_key_cooldown{2000};
    std::size_t cache_entries = 16384;                       ///< Verified tokens remembered.
    const runtime::Clock* clock = &runtime::system_clock();  ///< Must outlive the authenticator.
};

/// Decides whom an access token belongs to. Verified tokens are remembered by digest; a revocation or a changed key
/// set forgets them. One per process, shared by all loops: every function may be called from any thread.
class Authenticator {
public:
    /// Throws std::invalid_argument on an unknown algorithm or a shared secret of less than 32 bytes.
    /// `source` may be null with HS256: then revocations stay unknown.
    Authenticator(AuthenticatorOptions options, std::shared_ptr<Source> source);
    ~Authenticator();
    Authenticator(const Authenticator&) = delete;
    Authenticator& operator=(const Authenticator&) = delete;

    /// Asks the source for news on `executor` until stop(). Once.
    void start(boost::asio::any_io_executor executor);
    /// Ends the polling; returns at once. The event loop must run on until what is under way has ended.
    void stop();

    /// Asks the source once, for what it knows now.
    boost::asio::awaitable<rpc::Result<void>> refresh();

    /// Token → identity. Errors: UNAUTHENTICATED, TOKEN_EXPIRED, and UNAVAILABLE while no trustworthy keys are known.
    boost::asio::awaitable<rpc::Result<access::Identity>> authenticate(std::string_view bearer);

    /// Whether tokens can be verified now: with EdDSA, auth has answered, and not longer than `max_stale` ago; with
    /// HS256 always.
    bool ready() const;

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace loan_manager::trust
