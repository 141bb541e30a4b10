// auth's handlers on a real database, with a clock that the test moves.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "../lifecycle/support/loop.hpp"
#include "../lifecycle/support/scratch_database.hpp"
#include "auth/parts.hpp"
#include "auth/sessions/handlers.hpp"
#include "auth/trust/handlers.hpp"
#include "auth/users/provision.hpp"
#include "token/access_token.hpp"

namespace loan_manager::auth::testing {

inline constexpr passwords::Cost cheap_hash{.memory_kib = 1024, .iterations = 1, .parallelism = 1};

inline Settings test_settings() {
    Settings settings;
    settings.algorithm = "HS256";
    settings.access_token_expire = std::chrono::minutes{30};
    settings.refresh_token_expire_days = 7;
    settings.one_time_password_expire_hours = 72;
    settings.argon2 = cheap_hash;
    settings.throttle.attempts_per_minute = 0;
    return settings;
}

inline postgres::PoolOptions pool_options(const std::string& url) {
    postgres::PoolOptions options;
    options.connect = loan_manager::testing::connect_options(url);
    options.max_connections = 6;
    return options;
}

struct World {
    World() = default;
    ~World() {
        pools.close();
        loop.stop();
    }

    /// A user with this password who need not change it.
    CreatedUser add_user(const std::string& username, const std::string& password = "correct horse",
                         std::vector<std::string> roles = {"viewer"}) {
        NewUser user;
        user.username = username;
        user.full_name = "Test " + username;
        user.roles = std::move(roles);
        user.password = password;
        return add(std::move(user)).value();
    }

    rpc::Result<CreatedUser> add(NewUser user) { return loop.run(create(std::move(user))); }

    rpc::Result<loanmanager::auth::v1::TokenResponse> login(const std::string& username, const std::string& password,
                                                            const std::string& address = "203.0.113.1") {
        return loop.run(log_in(username, password, address));
    }

    rpc::Result<loanmanager::auth::v1::TokenResponse> refresh(const std::string& token) {
        return loop.run(refresh_with(token));
    }

    boost::asio::awaitable<rpc::Result<loanmanager::auth::v1::TokenResponse>> log_in(std::string username,
                                                                                     std::string password,
                                                                                     std::string address) {
        rpc::CallContext context = call(address);
        loanmanager::auth::v1::LoginRequest request;
        request.set_username(username);
        request.set_password(password);
        co_return co_await sessions_.login(context, request);
    }

    boost::asio::awaitable<rpc::Result<loanmanager::auth::v1::TokenResponse>> refresh_with(std::string token) {
        rpc::CallContext context = call("203.0.113.1");
        loanmanager::auth::v1::RefreshRequest request;
        request.set_refresh_token(token);
        co_return co_await sessions_.refresh(context, request);
    }

    loanmanager::auth::v1::Trust trust(std::int64_t since) { return loop.run(trust_.trust_since(since)).value(); }

    void clear_away() { loop.run(cleared_away()).value(); }

    void logout(const std::string& token) { loop.run(log_out(token)).value(); }

    token::AccessToken read(const std::string& access_token) {
        token::KeySet keys;
        keys.add(secret).value();
        return token::verify_access_token(access_token, keys, std::chrono::floor<std::chrono::seconds>(clock.now()))
            .value();
    }

    loan_manager::testing::ScratchDatabase database;
    loan_manager::testing::Session admin{database.url()};
    loan_manager::testing::Loop loop;
    runtime::ManualClock clock{std::chrono::system_clock::now()};
    Settings settings = test_settings();
    token::Key secret = token::Key::hs256("a-secret-of-at-least-32-bytes-for-tests").value();
    postgres::PoolGroup pools{{&loop.context()}, pool_options(database.url_as("loan_manager_auth"))};
    passwords::HashPool hashes{cheap_hash, 2, 64};
    keys::Keyring keyring{secret, clock};
    sql::Pages pages{pools};
    Parts parts{settings, pools, pages, hashes, keyring, clock};
    trust::EpochWatch watch;

private:
    rpc::CallContext call(const std::string& address) {
        rpc::CallContext context;
        context.request_id = "test-request";
        context.client_ip = address;
        context.user_agent = "doctest";
        context.deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
        return context;
    }

    boost::asio::awaitable<rpc::Result<CreatedUser>> create(NewUser user) {
        const postgres::Lease lease = (co_await pools.local().acquire()).value();
        co_return co_await create_user(*lease, std::move(user), cheap_hash);
    }

    boost::asio::awaitable<rpc::Result<google::protobuf::Empty>> log_out(std::string token) {
        rpc::CallContext context = call("203.0.113.1");
        loanmanager::auth::v1::LogoutRequest request;
        request.set_refresh_token(token);
        co_return co_await sessions_.logout(context, request);
    }

    boost::asio::awaitable<postgres::Result<void>> cleared_away() {
        const sessions::Lives lives{settings.throttle, settings.access_token_expire,
                                    settings.refresh_token_expire_days};
        co_return co_await sessions::clear_away(pools.local(), lives, clock.now());
    }

    sessions::Handlers sessions_{parts};
    trust::Handlers trust_{parts, watch};
};

}  // namespace loan_manager::auth::testing
