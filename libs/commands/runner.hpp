#pragma once

#include <google/protobuf/message.h>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "commands/errors.hpp"
#include "commands/unit.hpp"
#include "postgres/pool.hpp"
#include "postgres/transaction.hpp"
#include "runtime/clock.hpp"

namespace loan_manager::commands {

/// A command with its types erased; derive from Command instead.
class CommandBase {
public:
    virtual ~CommandBase() = default;

    /// Statements that need nothing but the request (references, the row under lock). They travel in the same round
    /// trip as the idempotency look-up; their results reach the body in this order. Called once per attempt.
    virtual void prepare(Unit&, const google::protobuf::Message& request, postgres::Batch& reads);
    virtual boost::asio::awaitable<rpc::Result<void>> execute(Unit& unit, const google::protobuf::Message& request,
                                                              std::vector<postgres::Rows>& reads,
                                                              google::protobuf::Message& answer) = 0;
    /// Says which business error a violated constraint means, e.g. DUPLICATE. Nothing: not a business matter.
    virtual std::optional<rpc::Error> refuse(const postgres::Error& error);
};

/// One command of one call: state lives in the derived object, which the caller keeps until run() has ended.
///
/// The body decides in the order of D-212: add issues, `unit.valid()`, row exists, scope, `check_version`, personal
/// rules, state; then writes. It may use `.value()` on database results.
template <class Request, class Response>
class Command : public CommandBase {
public:
    using request_type = Request;
    using response_type = Response;

    virtual void prepare(Unit&, const Request&, postgres::Batch&) {}
    virtual boost::asio::awaitable<rpc::Result<Response>> execute(Unit& unit, const Request& request,
                                                                  std::vector<postgres::Rows>& reads) = 0;

    void prepare(Unit& unit, const google::protobuf::Message& request, postgres::Batch& reads) final {
        prepare(unit, static_cast<const Request&>(request), reads);
    }
    boost::asio::awaitable<rpc::Result<void>> execute(Unit& unit, const google::protobuf::Message& request,
                                                      std::vector<postgres::Rows>& reads,
                                                      google::protobuf::Message& answer) final {
        rpc::Result<Response> result = co_await execute(unit, static_cast<const Request&>(request), reads);
        if (!result) {
            co_return std::move(result).error();
        }
        static_cast<Response&>(answer) = std::move(*result);
        co_return rpc::Result<void>();
    }
};

struct RunnerOptions {
    /// NOTIFY channel told of every event; empty: nobody is told.
    std::string channel = "fleet_changes";
    std::chrono::hours replay_for{24};  ///< D-215
    int max_retries = 3;                ///< D-218
    /// Before each of them, so that commands in each other's way part; tests count these.
    std::function<boost::asio::awaitable<void>(int attempt)> pause = postgres::pause_before_retry;
    const runtime::Clock* clock = &runtime::system_clock();  ///< Must outlive the runner.
};

/// Runs commands: one transaction holding the business rows, audit and outbox rows, the change notification and the
/// answer stored for the idempotency key – all or nothing (D-215, D-218).
///
/// In order: key locked (IDEMPOTENCY_IN_FLIGHT if a twin is running) → stored answer replayed, or
/// IDEMPOTENCY_MISMATCH → body → COMMIT. Serialization failures, deadlocks and stale plans repeat the whole attempt
/// after a short random pause, up to `max_retries` times, then UNAVAILABLE. A connection lost during COMMIT is
/// UNAVAILABLE too: a retry with the same key finds out what happened.
///
/// One per process; any loop may use it, each through its own pool.
class Runner {
public:
    Runner(postgres::PoolGroup& pools, RunnerOptions options);

    template <class Request, class Response>
    boost::asio::awaitable<rpc::Result<Response>> run(rpc::CallContext& context, const Request& request,
                                                      Command<Request, Response>& command) {
        Request checked(request);
        Response answer;
        rpc::Result<void> done = co_await run_erased(context, checked, command, answer);
        if (!done) {
            co_return std::move(done).error();
        }
        co_return std::move(answer);
    }

    /// For rpc::ServiceBuilder: a handler that runs a command of this type, made anew for each call from copies of
    /// `args` (std::ref for what must not be copied).
    ///     service.command("ProcureBike", runner_.handler<Procure>(stock_number_max_));
    template <class C, class... Args>
    auto handler(Args... args) {
        return [this, args...](rpc::CallContext& context, const typename C::request_type& request) {
            return run_new<C>(context, request, args...);
        };
    }

    /// Removes up to `sweep_step` stored answers that have expired and says how many; call it now and then, again at
    /// once while it finds that many.
    boost::asio::awaitable<postgres::Result<std::int64_t>> sweep();
    static constexpr std::int64_t sweep_step = 500;

private:
    template <class C, class... Args>
    boost::asio::awaitable<rpc::Result<typename C::response_type>> run_new(rpc::CallContext& context,
                                                                           const typename C::request_type& request,
                                                                           Args... args) {
        C command(args...);
        co_return co_await run(context, request, command);
    }

    struct Attempt;
    boost::asio::awaitable<rpc::Result<void>> run_erased(rpc::CallContext& context, google::protobuf::Message& request,
                                                         CommandBase& command, google::protobuf::Message& answer);

    postgres::PoolGroup& pools_;
    RunnerOptions options_;
};

}  // namespace loan_manager::commands
