#pragma once

#include <google/protobuf/message.h>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "commands/admit.hpp"
#include "commands/command_context.hpp"
#include "commands/constraints.hpp"
#include "commands/errors.hpp"
#include "postgres/pool.hpp"
#include "postgres/transaction.hpp"
#include "rpc/handler.hpp"
#include "runtime/clock.hpp"

namespace loan_manager::commands {

/// The body of a command: reads, decides, writes. It decides in the order of D-212: `command.read()`, then admit() –
/// field issues, row exists, scope, If-Match – then personal rules, state, writes. It may use `.value()` on database
/// results. It may run several times, on a transaction of its own each time.
template <class Request, class Response, class... Args>
using Body = boost::asio::awaitable<rpc::Result<Response>> (*)(CommandContext&, const Request&, Args...);

struct RunnerOptions {
    /// NOTIFY channel told of every event; empty: nobody is told.
    std::string channel = "fleet_changes";
    /// What violated constraints mean, e.g. DUPLICATE. A command may know better (refuse_with) and is asked first.
    std::vector<Constraint> constraints = {};
    std::chrono::hours replay_for{24};  ///< D-215
    int max_retries = 3;                ///< D-218
    /// Before each of them, so that commands in each other's way part; tests count these.
    std::function<boost::asio::awaitable<void>(int attempt)> pause = postgres::pause_before_retry;
    /// Told of every command that has committed how many round trips to the database it took, its COMMIT included;
    /// tests hold on to the numbers.
    std::function<void(const rpc::CallContext&, int round_trips)> measured{};
    const runtime::Clock* clock = &runtime::system_clock();  ///< Must outlive the runner.
};

class Runner;

/// What all attempts at one command share, and the attempt under way. Used by Runner only.
class Attempt {
public:
    /// Normalises and checks the texts of the request.
    Attempt(Runner& runner, rpc::CallContext& call, google::protobuf::Message& request,
            google::protobuf::Message& answer);

    /// Takes a connection. Nothing if the database is away: then finish() says so.
    boost::asio::awaitable<CommandContext*> begin();
    /// The body threw: postgres::Failure is a database error, anything else goes on to the caller of finish().
    void threw(std::exception_ptr thrown);
    /// Commits if there is no error, rolls back otherwise. True: the command has ended with `outcome()`; false: it is
    /// to be repeated.
    boost::asio::awaitable<bool> finish(rpc::Result<void> outcome);
    rpc::Result<void> outcome() && { return std::move(outcome_); }

private:
    boost::asio::awaitable<void> commit();
    boost::asio::awaitable<bool> settle();
    boost::asio::awaitable<void> leave_behind(sql::RoundTrip& trip,
                                              const sql::Handle<std::optional<rpc::Error>>& verdict);

    Runner& runner_;
    rpc::CallContext& call_;
    const google::protobuf::Message& request_;
    google::protobuf::Message& answer_;
    Idempotency idempotency_;  // of what the client sent: made before the checks normalise the texts
    std::vector<rpc::FieldIssue> issues_;
    int tries_ = 0;

    std::optional<postgres::Lease> lease_;
    std::optional<postgres::Transaction> transaction_;
    std::optional<CommandContext> command_;
    rpc::Result<void> outcome_{};
    std::optional<postgres::Error> database_error_;
    std::exception_ptr thrown_;
    bool committed_ = false;
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

    /// Runs a command once, for whoever is no gRPC method: housekeeping, tests.
    template <class Request, class Response, class... Args>
    boost::asio::awaitable<rpc::Result<Response>> run(rpc::CallContext& call, const Request& request,
                                                      Body<Request, Response, Args...> body,
                                                      std::type_identity_t<Args>... args) {
        Request checked(request);
        Response answer;
        Attempt attempt(*this, call, checked, answer);
        for (;;) {
            answer.Clear();
            rpc::Result<void> outcome;
            CommandContext* command = co_await attempt.begin();
            if (command != nullptr) {
                try {
                    rpc::Result<Response> result = co_await body(*command, checked, args...);
                    if (result) {
                        answer = std::move(*result);
                    } else {
                        outcome = std::move(result).error();
                    }
                } catch (...) {
                    attempt.threw(std::current_exception());
                }
            }
            const bool ended = co_await attempt.finish(std::move(outcome));
            if (ended) {
                break;
            }
        }
        rpc::Result<void> done = std::move(attempt).outcome();
        if (!done) {
            co_return std::move(done).error();
        }
        co_return std::move(answer);
    }

    /// The only way to what rpc::ServiceBuilder takes as a command: `service.command("CompleteTransfer",
    /// runner_.handler(&complete, stock_number_max_));` What a body takes by reference must outlive the server.
    template <class Request, class Response, class... Args>
    rpc::CommandHandler<Request, Response> handler(Body<Request, Response, Args...> body,
                                                   std::type_identity_t<Args>... args) {
        return rpc::CommandHandler<Request, Response>(
            [this, body, bound = std::tuple<Args...>(std::forward<Args>(args)...)](rpc::CallContext& call,
                                                                                   const Request& request) {
                return std::apply([&](auto&&... each) { return run(call, request, body, each...); }, bound);
            });
    }

    /// What a command asks before it and notes after it, outside its transaction and once per call, replays included.
    /// `before` may refuse, and gives what `after` needs; for `after`, `error` is null after a success. It is not
    /// called when `before` refused or the call ended with an exception.
    template <class State, class Request, class... Args>
    struct Frame {
        boost::asio::awaitable<rpc::Result<State>> (*before)(rpc::CallContext&, const Request&, Args...);
        boost::asio::awaitable<void> (*after)(rpc::CallContext&, const State&, const rpc::Error* error, Args...);
    };
    /// A command within such a frame, e.g. a throttle. All three take the same arguments.
    template <class State, class Request, class Response, class... Args>
    rpc::CommandHandler<Request, Response> handler(Frame<State, Request, Args...> frame,
                                                   Body<Request, Response, Args...> body,
                                                   std::type_identity_t<Args>... args) {
        return rpc::CommandHandler<Request, Response>([this, frame, body,
                                                       bound = std::tuple<Args...>(std::forward<Args>(args)...)](
                                                          rpc::CallContext& call, const Request& request) {
            return std::apply([&](auto&&... each) { return run_within(call, request, frame, body, each...); }, bound);
        });
    }

    /// Removes up to `sweep_step` stored answers that have expired and says how many; call it now and then, again at
    /// once while it finds that many.
    boost::asio::awaitable<postgres::Result<std::int64_t>> sweep();
    static constexpr std::int64_t sweep_step = 500;

private:
    friend class Attempt;

    template <class State, class Request, class Response, class... Args>
    boost::asio::awaitable<rpc::Result<Response>> run_within(rpc::CallContext& call, const Request& request,
                                                             Frame<State, Request, std::type_identity_t<Args>...> frame,
                                                             Body<Request, Response, Args...> body,
                                                             std::type_identity_t<Args>... args) {
        const rpc::Result<State> begun = co_await frame.before(call, request, args...);
        if (!begun) {
            co_return begun.error();
        }
        rpc::Result<Response> answer = co_await run(call, request, body, args...);
        if (answer) {
            co_await frame.after(call, *begun, nullptr, args...);
        } else {
            const rpc::Error error = answer.error();
            co_await frame.after(call, *begun, &error, args...);
        }
        co_return answer;
    }

    postgres::PoolGroup& pools_;
    RunnerOptions options_;
};

}  // namespace loan_manager::commands
