// An authenticator whose auth the test plays, with a clock that the test moves.
#pragma once

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include "testing/error_codes.hpp"

#include "runtime/clock.hpp"
#include "token/access_token.hpp"
#include "token/jwk.hpp"
#include "trust/authenticator.hpp"

namespace loan_manager::trust::testing {

namespace asio = boost::asio;
namespace v1 = loanmanager::auth::v1;
using namespace std::chrono_literals;

inline const std::string user = "01900000-0000-7000-8000-00000000000a";

/// What auth knows; the tests turn it.
struct FakeAuth {
    token::Key key = token::Key::generate_ed25519();
    token::KeySet published;
    std::int64_t epoch = 1;
    std::map<std::string, std::pair<std::int64_t, std::int32_t>> revoked;  // user → epoch, min_ver
    std::map<std::string, std::int64_t> revoked_tokens;                    // jti → epoch
    bool away = false;
    bool breaks = false;  ///< throws instead of answering
    int asked = 0;

    FakeAuth() { publish(key); }

    void publish(const token::Key& signing) { REQUIRE(published.add(signing.public_part().value())); }
    void revoke(const std::string& user_id, std::int32_t min_ver) { revoked[user_id] = {++epoch, min_ver}; }
    void revoke_token(const std::string& jti) { revoked_tokens[jti] = ++epoch; }

    asio::awaitable<rpc::Result<v1::Trust>> answer(std::int64_t since) {
        ++asked;
        // Suspends, as a call over the network does.
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
        if (breaks) {
            throw std::runtime_error("on purpose");
        }
        if (away) {
            co_return rpc::unavailable();
        }
        v1::Trust trust;
        trust.set_epoch(epoch);
        trust.set_jwks(token::write_jwks(published));
        for (const auto& [user_id, entry] : revoked) {
            if (entry.first > since) {
                v1::Revocation& revocation = *trust.add_revocations();
                revocation.set_user_id(user_id);
                revocation.set_min_ver(entry.second);
            }
        }
        for (const auto& [jti, revoked_in] : revoked_tokens) {
            if (revoked_in > since) {
                trust.add_revoked_tokens(jti);
            }
        }
        co_return trust;
    }
};

struct Fixture {
    explicit Fixture(AuthenticatorOptions options = {})
        : authenticator(
              with_clock(std::move(options)),
              local_source([this](std::int64_t since, std::chrono::milliseconds) { return auth.answer(since); })) {}

    AuthenticatorOptions with_clock(AuthenticatorOptions options) {
        options.clock = &clock;
        return options;
    }

    template <class T>
    T run(asio::awaitable<T> coroutine) {
        std::future<T> result = asio::co_spawn(context, std::move(coroutine), asio::use_future);
        context.restart();
        context.run();
        return result.get();
    }

    bool refresh() { return run(authenticator.refresh()).has_value(); }

    /// "" if the token is accepted, else the error's code.
    std::string code(const std::string& token) {
        const rpc::Result<access::Identity> identity = run(authenticator.authenticate(token));
        return identity ? "" : std::string(identity.error().code.name());
    }

    std::string token(std::int32_t ver = 1) { return token_by(auth.key, ver); }

    std::string token_by(const token::Key& key, std::int32_t ver = 1) {
        const auto now = std::chrono::floor<std::chrono::seconds>(clock.now());
        token::AccessToken claims;
        claims.user_id = user;
        claims.username = "nimal";
        claims.roles = {"branch_manager"};
        claims.branch_scope = {"01900000-0000-7000-8000-0000000000b1"};
        claims.version = ver;
        claims.id = "jti-" + std::to_string(++issued);
        claims.issued_at = now;
        claims.expires_at = now + 1800s;
        return token::sign_access_token(claims, key).value();
    }

    asio::io_context context;
    runtime::ManualClock clock{std::chrono::sys_days(std::chrono::year(2026) / 5 / 4)};
    FakeAuth auth;
    int issued = 0;
    Authenticator authenticator;
};

}  // namespace loan_manager::trust::testing
