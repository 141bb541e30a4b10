#include "fleet/service.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <future>
#include <utility>
#include <vector>

#include "commands/errors.hpp"
#include "commands/runner.hpp"
#include "fleet/bikes/handlers.hpp"
#include "fleet/housekeeping.hpp"
#include "fleet/organisation/handlers.hpp"
#include "loanmanager/auth/v1/auth.pb.h"
#include "rpc/server.hpp"
#include "rpc/upstream.hpp"
#include "trust/authenticator.hpp"
#include "trust/source.hpp"

namespace loan_manager::fleet {
namespace {

namespace asio = boost::asio;

postgres::PoolOptions pool_options(const Settings& settings) {
    postgres::Result<postgres::Dsn> dsn = postgres::Dsn::parse(settings.database.database_url);
    if (!dsn) {
        throw runtime::StartupError("DATABASE_URL: " + dsn.error().message);
    }
    postgres::PoolOptions options;
    options.connect.dsn = std::move(*dsn);
    options.connect.application_name = "loan-manager fleet";
    options.max_connections = settings.database.db_pool_size;
    return options;
}

std::vector<asio::io_context*> contexts_of(runtime::Loops& loops) {
    std::vector<asio::io_context*> contexts;
    for (std::size_t i = 0; i != loops.size(); ++i) {
        contexts.push_back(&loops.at(i));
    }
    return contexts;
}

std::vector<asio::any_io_executor> executors_of(runtime::Loops& loops) {
    std::vector<asio::any_io_executor> executors;
    for (std::size_t i = 0; i != loops.size(); ++i) {
        executors.emplace_back(loops.at(i).get_executor());
    }
    return executors;
}

rpc::UpstreamOptions auth_options(const Settings& settings) {
    rpc::UpstreamOptions options;
    options.name = "auth";
    options.address = settings.auth_address;
    options.services = {
        loanmanager::auth::v1::GetTrustRequest::descriptor()->file()->FindServiceByName("TrustService")};
    return options;
}

trust::AuthenticatorOptions trust_options(const Settings& settings) {
    trust::AuthenticatorOptions options;
    options.algorithm = settings.algorithm;
    options.shared_secret = settings.jwt_secret_key;
    options.max_stale = std::chrono::duration_cast<std::chrono::seconds>(settings.jwks_max_stale);
    return options;
}

rpc::ServerOptions server_options(runtime::Process& process) {
    rpc::ServerOptions options;
    options.host = process.settings().host;
    options.port = process.settings().port;
    return options;
}

/// Members are destroyed from last to first. Housekeeping and the trust in tokens live on loop 0.
class Service {
public:
    Service(runtime::Process& process, const Settings& settings)
        : process_(process),
          home_(process.loops().at(0)),
          pools_(contexts_of(process.loops()), pool_options(settings)),
          auth_(auth_options(settings), home_.get_executor()),
          authenticator_(trust_options(settings), trust::upstream_source(auth_)),
          runner_(pools_, commands::RunnerOptions()),
          housekeeping_(home_, pools_, runner_),
          organisation_(pools_),
          bikes_(pools_, runner_, runtime::system_clock(), settings.stock_number_max),
          server_(server_options(process), executors_of(process.loops()), hooks()) {}

    void start() {
        organisation_.register_with(server_);
        bikes_.register_with(server_);
        register_metrics();
        runtime::require_free_port(process_.settings().host, process_.settings().port, "PORT");
        auth_.start();
        authenticator_.start(home_.get_executor());
        on_home([this] { housekeeping_.start(); });
        process_.add_ready_check("database", [this]() -> std::optional<std::string> {
            return housekeeping_.healthy() ? std::nullopt : std::optional<std::string>("the database does not answer");
        });
        process_.add_ready_check("trust", [this]() -> std::optional<std::string> {
            return authenticator_.ready() ? std::nullopt : std::optional<std::string>("no keys to verify tokens with");
        });
        register_stop();
        server_.start();
        server_.set_serving(true);
        process_.listening(process_.settings().host, server_.port());
    }

private:
    rpc::ServerHooks hooks() {
        rpc::ServerHooks hooks;
        hooks.authenticate = [this](std::string_view bearer) { return authenticator_.authenticate(bearer); };
        hooks.map_exception = commands::map_exception;
        hooks.metrics = &process_.metrics();
        return hooks;
    }

    void register_metrics() {
        auto& metrics = process_.metrics();
        const auto gauge = [&](const char* state, std::size_t postgres::PoolStats::*member) {
            metrics.gauge_from("db_connections", "Connections to the database.", {{"state", state}},
                               [this, member] { return static_cast<double>(pools_.stats().*member); });
        };
        gauge("idle", &postgres::PoolStats::idle);
        gauge("in_use", &postgres::PoolStats::in_use);
        metrics.gauge_from("db_waiting", "Calls waiting for a connection.", {},
                           [this] { return static_cast<double>(pools_.stats().waiting); });
    }

    void register_stop() {
        process_.on_not_ready([this] { server_.set_serving(false); });
        process_.on_stop_accepting([this] { on_home([this] { housekeeping_.stop(); }); });
        process_.on_drain([this](runtime::Process::SteadyTime deadline) {
            const auto left =
                std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
            server_.shutdown(std::max(left, std::chrono::milliseconds{0}));
        });
        process_.on_cancel([this] {
            server_.shutdown(std::chrono::milliseconds{0});
            authenticator_.stop();
            auth_.shutdown(std::chrono::milliseconds{0});
            pools_.close();
        });
    }

    /// Runs it on loop 0 and waits until it has.
    template <class Function>
    void on_home(Function function) {
        std::promise<void> done;
        asio::post(home_, [&] {
            function();
            done.set_value();
        });
        done.get_future().wait();
    }

    runtime::Process& process_;
    asio::io_context& home_;
    postgres::PoolGroup pools_;
    rpc::Upstream auth_;
    trust::Authenticator authenticator_;
    commands::Runner runner_;
    Housekeeping housekeeping_;
    organisation::OrganisationHandlers organisation_;
    bikes::BikeHandlers bikes_;
    rpc::Server server_;
};

}  // namespace

std::shared_ptr<void> start(runtime::Process& process, const Settings& settings) {
    auto service = std::make_shared<Service>(process, settings);
    service->start();
    return service;
}

}  // namespace loan_manager::fleet
