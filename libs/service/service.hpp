#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <string>
#include <vector>

#include "postgres/pool.hpp"
#include "rpc/server.hpp"
#include "rpc/upstream.hpp"
#include "rpc/upstream_settings.hpp"
#include "runtime/common_settings.hpp"
#include "runtime/process.hpp"
#include "trust/authenticator.hpp"

namespace loan_manager::service {

/// Options of connections called `name` in pg_stat_activity. Throws runtime::StartupError for a bad DATABASE_URL.
postgres::ConnectOptions connect_options(const runtime::DatabaseSettings& settings, const std::string& name);
/// A pool, or pools on several loops, of DB_POOL_SIZE such connections in all.
postgres::PoolOptions pool_options(const runtime::DatabaseSettings& settings, const std::string& name);

/// A pool of one connection for what a service does for itself, beside those that calls compete for.
postgres::PoolOptions home_pool_options(const runtime::DatabaseSettings& settings, const std::string& name);

std::vector<boost::asio::io_context*> contexts_of(runtime::Loops& loops);
std::vector<boost::asio::any_io_executor> executors_of(runtime::Loops& loops);

/// The upstream that trust in tokens comes from.
rpc::UpstreamOptions auth_upstream(const rpc::UpstreamSettings& auth);

/// Opens the socket of this instance; throws runtime::StartupError if that cannot be, e.g. because another process has
/// its name.
rpc::ServerOptions server_options(runtime::Process& process);
/// Tokens by `authenticator`, database failures as answers, calls counted in the process's metrics.
/// The authenticator and the process must outlive the server.
rpc::ServerHooks server_hooks(runtime::Process& process, trust::Authenticator& authenticator);

/// Not ready while no token could be verified.
void add_trust_check(runtime::Process& process, trust::Authenticator& authenticator);
/// Gauges db_connections and db_waiting.
void export_pool_metrics(runtime::Process& process, postgres::PoolGroup& pools);

/// At the end of the start, when everything a call needs stands: opens the server and tells the world. From the moment
/// the process is to end, callers are sent elsewhere.
void take_calls(runtime::Process& process, rpc::Server& server);

/// Stops the server within what is left until `deadline`. For on_drain: blocks.
void drain(rpc::Server& server, runtime::Process::SteadyTime deadline);

}  // namespace loan_manager::service
