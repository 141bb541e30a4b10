#include "auth/service.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <utility>
#include <vector>

#include "auth/parts.hpp"
#include "auth/sessions/handlers.hpp"
#include "auth/sessions/repository.hpp"
#include "auth/trust/handlers.hpp"
#include "auth/users/account_handlers.hpp"
#include "auth/users/account_rows.hpp"
#include "auth/users/change_password.hpp"
#include "auth/users/handlers.hpp"
#include "auth/users/queries.hpp"
#include "commands/runner.hpp"
#include "loanmanager/auth/v1/auth.grpc.pb.h"
#include "postgres/listener.hpp"
#include "rpc/server.hpp"
#include "runtime/log.hpp"
#include "runtime/periodic.hpp"
#include "service/service.hpp"
#include "trust/authenticator.hpp"
#include "trust/source.hpp"

namespace loan_manager::auth {
namespace {

namespace asio = boost::asio;
namespace v1 = loanmanager::auth::v1;

commands::RunnerOptions runner_options() {
    commands::RunnerOptions options;
    options.constraints.assign(users::constraints.begin(), users::constraints.end());
    return options;
}

constexpr std::chrono::minutes clear_away_interval{10};

// How long the start waits for the database.
constexpr std::chrono::seconds first_publication{2};

postgres::PoolOptions pool_options(const Settings& settings) {
    return service::pool_options(settings.database, "loan-manager auth");
}

std::unique_ptr<keys::Keyring> make_keyring(const Settings& settings) {
    const runtime::Clock& clock = runtime::system_clock();
    if (settings.algorithm == "HS256") {
        return std::make_unique<keys::Keyring>(token::Key::hs256(settings.jwt_secret_key).value(), clock);
    }
    return std::make_unique<keys::Keyring>(keys::KeyDirectory(settings.key_directory), clock);
}

loan_manager::trust::AuthenticatorOptions authenticator_options(const Settings& settings) {
    loan_manager::trust::AuthenticatorOptions options;
    options.algorithm = settings.algorithm;
    options.shared_secret = settings.jwt_secret_key;
    return options;
}

runtime::PeriodicOptions every(std::chrono::milliseconds interval, const char* name) {
    runtime::PeriodicOptions options;
    options.name = name;
    options.interval = interval;
    return options;
}

/// Members are destroyed from last to first. Keys and trust live on loop 0.
class Service {
public:
    Service(runtime::Process& process, const Settings& settings)
        : process_(process),
          settings_(settings),
          home_(process.loops().at(0)),
          pools_(service::contexts_of(process.loops()), pool_options(settings)),
          home_pool_(home_, home_pool_options(settings)),
          hashes_(settings.argon2, settings.argon2_threads, settings.argon2_queue),
          keyring_(make_keyring(settings)),
          pages_(pools_),
          parts_{settings, pools_, pages_, hashes_, *keyring_, runtime::system_clock()},
          commands_(pools_, runner_options()),
          trust_handlers_(parts_, watch_),
          session_handlers_(parts_),
          user_handlers_(parts_),
          account_handlers_(parts_, commands_),
          authenticator_(authenticator_options(settings),
                         loan_manager::trust::local_source([this](std::int64_t epoch, std::chrono::milliseconds hold) {
                             return trust_handlers_.trust_since(epoch, hold);
                         })),
          listener_(home_, listener_options(settings), listener_callbacks()),
          server_(service::server_options(process), service::executors_of(process.loops()),
                  service::server_hooks(process, authenticator_)) {}

    void start() {
        register_calls();
        service::export_pool_metrics(process_, pools_);
        publish_keys();
        clearing_.start();
        runtime::run_on(home_, [this] { listener_.start(); });
        authenticator_.start(home_.get_executor());
        process_.add_ready_check("signing key", [this]() -> std::optional<std::string> {
            return keyring_->signing_key() ? std::nullopt : std::optional<std::string>("not published yet");
        });
        service::add_trust_check(process_, authenticator_);
        process_.add_ready_check("database", [this]() -> std::optional<std::string> {
            return home_pool_.stats().available ? std::nullopt : std::optional<std::string>("cannot be reached");
        });
        process_.metrics().gauge_from("password_hashes_pending", "Password hashes running or waiting.", {},
                                      [this] { return static_cast<double>(hashes_.pending()); });
        register_stop();
        service::take_calls(process_, server_);
        key_rounds_.start();
    }

private:
    /// Keys and housekeeping do not compete with sign-ins for connections.
    static postgres::PoolOptions home_pool_options(const Settings& settings) {
        postgres::PoolOptions options = pool_options(settings);
        options.max_connections = 1;
        options.connect.application_name += ": keys";
        return options;
    }

    void register_calls() {
        // Signing in and out changes state but needs no idempotency key (D-215), so these are not commands.
        server_.service<v1::AuthService>()
            .query("Login", &sessions::Handlers::login, session_handlers_)
            .query("Refresh", &sessions::Handlers::refresh, session_handlers_)
            .query("Logout", &sessions::Handlers::logout, session_handlers_)
            .query("GetMe", &users::Handlers::get_me, user_handlers_)
            .command("ChangePassword", commands_.handler(users::counted_like_sign_in, &users::change_password, parts_))
            .query("ListStaff", pages_.list<v1::StaffList>(&users::list_staff, &users::read_staff));
        account_handlers_.register_with(server_);
        server_.service<v1::TrustService>()
            .query("GetTrust", &trust::Handlers::get_trust, trust_handlers_, rpc::OpenTo::anyone)
            .query("GetJwks", &trust::Handlers::get_jwks, trust_handlers_);
    }

    static postgres::ListenerOptions listener_options(const Settings& settings) {
        postgres::ListenerOptions options;
        options.connect = service::connect_options(settings.database, "loan-manager auth: listen");
        options.channels = {"auth_trust"};
        options.task = "trust listener";
        return options;
    }

    /// The database announces each new epoch (a trigger of auth.trust_state): verifiers are told at once, and the keys
    /// are looked at, since theirs is one of the changes it counts.
    postgres::ListenerCallbacks listener_callbacks() {
        return {.on_notification =
                    [this](const postgres::Notification&) {
                        watch_.announce();
                        key_rounds_.run_soon();
                    },
                .on_connected =
                    [this] {
                        watch_.set_listening(true);
                        key_rounds_.run_soon();
                    },
                .on_disconnected =
                    [this](const postgres::Error& error) {
                        watch_.set_listening(false);
                        key_rounds_.run_soon();
                        runtime::log::warning("no longer told of revocations; looking for them instead",
                                              {{"reason", postgres::to_string(error)}});
                    }};
    }

    asio::awaitable<void> refresh_keys() {
        const std::chrono::milliseconds pause = co_await keyring_->refresh_once(home_pool_);
        key_rounds_.next_after(pause);
        if (keyring_->is_failing()) {
            key_rounds_.note_failure();
        }
        // Sign-ins go where they can be served; where nobody can serve them, the gateway's /health says so.
        server_.set_serving(keyring_->can_sign() && !process_.stopping());
    }

    /// So that the first one who asks is answered; when the database is away, the background goes on trying.
    void publish_keys() {
        std::future<std::chrono::milliseconds> done =
            asio::co_spawn(home_, keyring_->refresh_once(home_pool_), asio::use_future);
        done.wait_for(first_publication);
    }

    /// Deletes what no decision needs any more; every instance may do it.
    asio::awaitable<void> clear_away() {
        const sessions::Lives lives{settings_.throttle, settings_.access_token_expire,
                                    settings_.refresh_token_expire_days};
        const postgres::Result<void> done =
            co_await sessions::clear_away(home_pool_, lives, runtime::system_clock().now());
        if (!done) {
            clearing_.note_failure();
            runtime::log::warning("old sessions cannot be cleared away",
                                  {{"reason", postgres::to_string(done.error())}});
        }
    }

    void register_stop() {
        // Whoever waits for news is answered now, and asks another instance.
        process_.on_not_ready([this] { watch_.stop(); });
        process_.on_drain([this](runtime::Process::SteadyTime deadline) { service::drain(server_, deadline); });
        process_.on_cancel([this] {
            server_.shutdown(std::chrono::milliseconds{0});
            authenticator_.stop();
            key_rounds_.cancel();
            clearing_.cancel();
            asio::post(home_, [this] {
                listener_.stop();
                home_pool_.close();
            });
            pools_.close();
        });
    }

    runtime::Process& process_;
    const Settings& settings_;
    asio::io_context& home_;
    postgres::PoolGroup pools_;
    postgres::Pool home_pool_;
    passwords::HashPool hashes_;
    std::unique_ptr<keys::Keyring> keyring_;
    sql::Pages pages_;
    Parts parts_;
    commands::Runner commands_;
    trust::EpochWatch watch_;
    trust::Handlers trust_handlers_;
    sessions::Handlers session_handlers_;
    users::Handlers user_handlers_;
    users::AccountHandlers account_handlers_;
    loan_manager::trust::Authenticator authenticator_;
    postgres::Listener listener_;
    runtime::Periodic key_rounds_{home_.get_executor(), every(keys::Keyring::refresh_interval, "signing keys"),
                                  [this] { return refresh_keys(); }};
    runtime::Periodic clearing_{home_.get_executor(), every(clear_away_interval, "old sessions"),
                                [this] { return clear_away(); }};
    rpc::Server server_;
};

}  // namespace

std::shared_ptr<void> start(runtime::Process& process, const Settings& settings) {
    auto service = std::make_shared<Service>(process, settings);
    service->start();
    return service;
}

}  // namespace loan_manager::auth
