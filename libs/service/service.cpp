#include "service/service.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "commands/errors.hpp"
#include "loanmanager/auth/v1/auth.pb.h"
#include "runtime/instance_socket.hpp"
#include "runtime/listen.hpp"

namespace loan_manager::service {

namespace asio = boost::asio;

postgres::ConnectOptions connect_options(const runtime::DatabaseSettings& settings, const std::string& name) {
    postgres::Result<postgres::Dsn> dsn = postgres::Dsn::parse(settings.database_url);
    if (!dsn) {
        throw runtime::StartupError("DATABASE_URL: " + dsn.error().message);
    }
    postgres::ConnectOptions options;
    options.dsn = std::move(*dsn);
    options.application_name = name;
    options.lock_timeout = settings.db_lock_timeout;
    return options;
}

postgres::PoolOptions pool_options(const runtime::DatabaseSettings& settings, const std::string& name) {
    postgres::PoolOptions options;
    options.connect = connect_options(settings, name);
    options.max_connections = settings.db_pool_size;
    options.bulkheads = true;
    return options;
}

postgres::PoolOptions home_pool_options(const runtime::DatabaseSettings& settings, const std::string& name) {
    postgres::PoolOptions options;
    options.connect = connect_options(settings, name);
    options.max_connections = 1;
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

rpc::UpstreamOptions auth_upstream(const rpc::UpstreamSettings& auth) {
    rpc::UpstreamOptions options;
    options.name = "auth";
    options.address = auth.address;
    options.owner = auth.owner;
    options.services = {
        loanmanager::auth::v1::GetTrustRequest::descriptor()->file()->FindServiceByName("TrustService")};
    return options;
}

rpc::ServerOptions server_options(runtime::Process& process) {
    rpc::ServerOptions options;
    const runtime::CommonSettings& settings = process.settings();
    options.socket = std::make_shared<runtime::InstanceSocket>(settings.instance_dir, settings.instance);
    options.gateway_user = settings.gateway_user;
    options.reflection = settings.environment == "development";
    return options;
}

rpc::ServerHooks server_hooks(runtime::Process& process, trust::Authenticator& authenticator) {
    rpc::ServerHooks hooks;
    hooks.authenticate = [&authenticator](std::string_view bearer) { return authenticator.authenticate(bearer); };
    hooks.map_exception = commands::map_exception;
    hooks.metrics = &process.metrics();
    return hooks;
}

void add_trust_check(runtime::Process& process, trust::Authenticator& authenticator) {
    process.add_ready_check("trust", [&authenticator]() -> std::optional<std::string> {
        return authenticator.ready() ? std::nullopt : std::optional<std::string>("no keys to verify tokens with");
    });
}

void export_pool_metrics(runtime::Process& process, postgres::PoolGroup& pools) {
    auto& metrics = process.metrics();
    const auto gauge = [&](const char* state, std::size_t postgres::PoolStats::*member) {
        metrics.gauge_from("db_connections", "Connections to the database.", {{"state", state}},
                           [&pools, member] { return static_cast<double>(pools.stats().*member); });
    };
    gauge("idle", &postgres::PoolStats::idle);
    gauge("in_use", &postgres::PoolStats::in_use);
    metrics.gauge_from("db_waiting", "Calls waiting for a connection.", {},
                       [&pools] { return static_cast<double>(pools.stats().waiting); });
}

void take_calls(runtime::Process& process, rpc::Server& server) {
    process.on_not_ready([&server] { server.set_serving(false); });
    server.start();
    server.set_serving(true);
    process.listening(server.socket());
}

void drain(rpc::Server& server, runtime::Process::SteadyTime deadline) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    server.shutdown(std::max(left, std::chrono::milliseconds{0}));
}

}  // namespace loan_manager::service
