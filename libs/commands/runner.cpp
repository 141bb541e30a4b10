#include "commands/runner.hpp"

#include "commands/idempotency.hpp"
#include "commands/journal.hpp"
#include "runtime/log.hpp"
#include "validate/validate.hpp"

namespace loan_manager::commands {

namespace asio = boost::asio;

namespace {

constexpr postgres::Statement sweep_keys{
    "commands.sweep_keys",
    "DELETE FROM fleet.idempotency_keys WHERE (user_id, key) IN (SELECT user_id, key FROM fleet.idempotency_keys "
    "WHERE expires_at < now() ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED)"};

}  // namespace

void CommandBase::prepare(Unit&, const google::protobuf::Message&, postgres::Batch&) {}

std::optional<rpc::Error> CommandBase::refuse(const postgres::Error&) { return std::nullopt; }

Runner::Runner(postgres::PoolGroup& pools, RunnerOptions options) : pools_(pools), options_(std::move(options)) {}

/// What one attempt ended with: done, a business error, or a database error that may be worth repeating.
struct Runner::Attempt {
    rpc::CallContext& context;
    const google::protobuf::Message& request;
    const std::vector<rpc::FieldIssue>& issues;
    const Idempotency& idempotency;
    CommandBase& command;
    google::protobuf::Message& answer;
    const RunnerOptions& options;

    rpc::Result<void> outcome{};
    std::optional<postgres::Error> database_error{};

    // Everything between BEGIN and COMMIT. Throws postgres::Failure on database errors.
    asio::awaitable<void> work(postgres::Transaction& transaction) {
        Unit unit(context, transaction, options.clock->now(), issues);

        postgres::Batch first;
        if (idempotency.wanted()) {
            idempotency.add_look_up(first);
        }
        command.prepare(unit, request, first);
        std::vector<postgres::Rows> reads;
        if (!first.empty()) {
            postgres::Result<std::vector<postgres::Rows>> results = co_await transaction.run(first);
            reads = std::move(results).value();
        }
        if (idempotency.wanted()) {
            rpc::Result<bool> replayed = idempotency.replay(reads, context, answer);
            if (!replayed || *replayed) {
                if (!replayed) {
                    outcome = replayed.error();
                }
                co_await roll_back(transaction);
                co_return;
            }
            reads.erase(reads.begin(), reads.begin() + Idempotency::look_up_results);
        }

        outcome = co_await command.execute(unit, request, reads, answer);
        if (outcome && !unit.issues_.empty()) {
            outcome = rpc::validation(unit.issues_);
        }
        if (!outcome) {
            co_await roll_back(transaction);
            co_return;
        }

        add_journal(unit.last_, context, unit.now(), unit.changes_, unit.events_, options.channel);
        if (idempotency.wanted()) {
            idempotency.add_store(unit.last_, answer, unit.http_status_, unit.now() + options.replay_for);
        }
        postgres::Result<std::vector<postgres::Rows>> committed =
            co_await transaction.commit_with(std::move(unit.last_));
        static_cast<void>(std::move(committed).value());
        if (unit.http_status_ != 0) {
            context.set_http_status(unit.http_status_);
        }
    }

    // Before answering: whoever repeats the request must not meet the locks of this attempt.
    static asio::awaitable<void> roll_back(postgres::Transaction& transaction) {
        if (transaction.connection().is_usable()) {
            static_cast<void>(co_await transaction.rollback());
        }
    }

    asio::awaitable<void> run(postgres::Pool& pool) {
        postgres::Result<postgres::Lease> lease = co_await pool.acquire(context.deadline);
        if (!lease) {
            database_error = lease.error();
            co_return;
        }
        postgres::Transaction transaction(*lease->get());
        std::exception_ptr thrown;
        try {
            co_await work(transaction);
        } catch (const postgres::Failure& failure) {
            database_error = failure.error();
        } catch (...) {
            thrown = std::current_exception();
        }
        if (database_error || thrown) {
            co_await roll_back(transaction);
        }
        if (thrown) {
            std::rethrow_exception(thrown);
        }
    }
};

asio::awaitable<rpc::Result<void>> Runner::run_erased(rpc::CallContext& context, google::protobuf::Message& request,
                                                      CommandBase& command, google::protobuf::Message& answer) {
    // The fingerprint is of what the client sent, so it is taken before the checks normalise the texts.
    const Idempotency idempotency(context, request);
    std::vector<rpc::FieldIssue> issues = context.field_issues;
    validate::check(request, issues);

    for (int tries = 0;; ++tries) {
        answer.Clear();
        Attempt attempt{context, request, issues, idempotency, command, answer, options_};
        co_await attempt.run(pools_.local());
        if (!attempt.database_error) {
            co_return std::move(attempt.outcome);
        }
        const postgres::Error& error = *attempt.database_error;
        if (std::optional<rpc::Error> refused = command.refuse(error)) {
            co_return *std::move(refused);
        }
        if (!error.is_retryable() || tries >= options_.max_retries || context.remaining().count() <= 0) {
            co_return to_rpc_error(error);
        }
        runtime::log::info("command repeated", {{"request_id", context.request_id},
                                                {"method", context.method},
                                                {"try", tries + 1},
                                                {"sqlstate", error.sqlstate}});
        co_await options_.pause(tries + 1);
    }
}

asio::awaitable<postgres::Result<std::int64_t>> Runner::sweep() {
    const postgres::Params limit(sweep_step);
    postgres::Result<postgres::Rows> swept = co_await pools_.local().execute(sweep_keys, limit);
    if (!swept) {
        co_return swept.error();
    }
    co_return swept->affected();
}

}  // namespace loan_manager::commands
