#pragma once

#include "postgres/connection.hpp"
#include "postgres/pool.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace loan_manager::postgres::testing {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// A database of the test's own in the server of LM_TEST_POSTGRES, or in a private cluster if that is not set.
/// Shared by the tests of the executable, dropped at its end.
const std::string& test_dsn();

ConnectOptions connect_options(const std::string& dsn = test_dsn());
PoolOptions pool_options(std::size_t max_connections = 4, const std::string& dsn = test_dsn());

using Body = std::function<asio::awaitable<void>(asio::io_context&)>;
/// Runs the coroutine on a loop of its own and passes on what it throws; fails if it is not done after `limit`.
void run(const Body& body, std::chrono::seconds limit = 30s);

/// For use in coroutines: gives the loop a moment, up to a few seconds, until the condition holds.
asio::awaitable<bool> eventually(std::function<bool()> condition);

inline Deadline after(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

/// Opens a connection or throws Failure.
asio::awaitable<std::unique_ptr<Connection>> connect(asio::io_context& context,
                                                     std::shared_ptr<CancelThreads> cancellers = nullptr);
/// Ends another session from the server's side.
asio::awaitable<void> terminate(Connection& administrator, int backend_pid);

}  // namespace loan_manager::postgres::testing
