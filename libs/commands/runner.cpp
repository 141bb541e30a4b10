#include "commands/runner.hpp"

#include <stdexcept>

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

// What was dated by a clock that was ahead would keep its key for as much longer.
constexpr postgres::Statement bring_back_keys{
    "commands.bring_back_keys",
    "UPDATE fleet.idempotency_keys SET expires_at = now() + make_interval(hours => $2) WHERE (user_id, key) IN "
    "(SELECT user_id, key FROM fleet.idempotency_keys WHERE expires_at > now() + make_interval(hours => $2 + 1) "
    "ORDER BY expires_at DESC LIMIT $1 FOR UPDATE SKIP LOCKED)"};

}  // namespace

Runner::Runner(postgres::PoolGroup& pools, RunnerOptions options) : pools_(pools), options_(std::move(options)) {}

Attempt::Attempt(Runner& runner, rpc::CallContext& call, google::protobuf::Message& request,
                 google::protobuf::Message& answer)
    : runner_(runner),
      call_(call),
      request_(request),
      answer_(answer),
      idempotency_(call, request),
      issues_(call.field_issues) {
    validate::check(request, issues_);
}

asio::awaitable<CommandContext*> Attempt::begin() {
    outcome_ = rpc::Result<void>();
    database_error_.reset();
    postgres::Result<postgres::Lease> lease = co_await runner_.pools_.local().acquire(call_.deadline);
    if (!lease) {
        database_error_ = lease.error();
        co_return nullptr;
    }
    lease_.emplace(std::move(*lease));
    transaction_.emplace(**lease_);
    command_.emplace(call_, *transaction_, idempotency_, answer_, runner_.options_.clock->now(), issues_);
    co_return &*command_;
}

void Attempt::threw(std::exception_ptr thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const postgres::Failure& failure) {
        database_error_ = failure.error();
    } catch (...) {
        thrown_ = std::move(thrown);
    }
}

asio::awaitable<bool> Attempt::finish(rpc::Result<void> outcome) {
    outcome_ = std::move(outcome);
    if (command_) {
        if (outcome_ && !command_->replayed_ && !database_error_ && !thrown_) {
            outcome_ = command_->valid();  // of checks that found something after the body asked
            if (outcome_ && !command_->has_read_) {
                throw std::logic_error(call_.method + " has not read what is stored under its idempotency key");
            }
        }
        if (outcome_ && !command_->replayed_ && !database_error_ && !thrown_) {
            try {
                co_await commit();
            } catch (...) {
                threw(std::current_exception());
            }
        }
        if (command_->replayed_ && !database_error_ && !thrown_) {
            outcome_ = rpc::Result<void>();
        }
    }
    std::optional<CommandContext::WhenRefused> last_words;
    if (command_) {
        last_words = std::move(command_->when_refused_);
    }
    const bool ended = co_await settle();
    if (ended && !outcome_ && last_words) {
        co_await leave_behind(last_words->trip, last_words->verdict);
    }
    co_return ended;
}

// The refusal is not told unless this has been written down.
asio::awaitable<void> Attempt::leave_behind(sql::RoundTrip& trip,
                                            const sql::Handle<std::optional<rpc::Error>>& verdict) {
    try {
        co_await trip.run(runner_.pools_.local(), call_.deadline);
        if (std::optional<rpc::Error> instead = trip[verdict]) {
            outcome_ = *std::move(instead);
        }
    } catch (const postgres::Failure& failure) {
        outcome_ = to_rpc_error(failure.error(), call_.request_id);
    }
}

asio::awaitable<void> Attempt::commit() {
    auto& command = *command_;
    const auto& options = runner_.options_;
    add_journal(command.last_, call_, command.now(), command.changes_, command.events_, options.channel);
    if (idempotency_.wanted()) {
        idempotency_.add_store(command.last_, answer_, command.http_status_, command.now() + options.replay_for);
    }
    (co_await transaction_->commit_with(std::move(command.last_))).value();
    if (command.http_status_ != 0) {
        call_.set_http_status(command.http_status_);
    }
    committed_ = true;
    if (options.measured) {
        options.measured(call_, command.round_trips_ + 1);
    }
}

// Whatever did not commit is rolled back before answering: whoever repeats the request must not meet the locks of this
// attempt.
asio::awaitable<bool> Attempt::settle() {
    std::function<std::optional<rpc::Error>(const postgres::Error&)> refuse;
    if (command_) {
        refuse = command_->refuse_;
    }
    command_.reset();
    if (transaction_ && !committed_ && transaction_->connection().is_usable()) {
        static_cast<void>(co_await transaction_->rollback());
    }
    transaction_.reset();
    lease_.reset();
    if (thrown_) {
        std::rethrow_exception(thrown_);
    }
    if (!database_error_) {
        co_return true;
    }
    const postgres::Error& error = *database_error_;
    const auto& options = runner_.options_;
    std::optional<rpc::Error> refused = refuse ? refuse(error) : std::nullopt;
    if (!refused) {
        refused = meaning_of(error, options.constraints);
    }
    if (!refused && error.is(postgres::sqlstate::numeric_value_out_of_range)) {
        refused = total_too_large(request_);
    }
    if (refused) {
        outcome_ = *std::move(refused);
        co_return true;
    }
    if (!error.is_retryable() || tries_ >= options.max_retries || call_.remaining().count() <= 0) {
        outcome_ = to_rpc_error(error, call_.request_id);
        co_return true;
    }
    ++tries_;
    runtime::log::info(
        "command repeated",
        {{"request_id", call_.request_id}, {"method", call_.method}, {"try", tries_}, {"sqlstate", error.sqlstate}});
    co_await options.pause(tries_);
    co_return false;
}

asio::awaitable<postgres::Result<std::int64_t>> Runner::sweep() {
    const postgres::Params limit(sweep_step);
    postgres::Result<postgres::Rows> swept = co_await pools_.local().execute(sweep_keys, limit);
    if (!swept) {
        co_return swept.error();
    }
    const postgres::Params longest(sweep_step, static_cast<std::int32_t>(options_.replay_for.count()));
    const postgres::Result<postgres::Rows> brought_back = co_await pools_.local().execute(bring_back_keys, longest);
    if (!brought_back) {
        co_return brought_back.error();
    }
    co_return swept->affected();
}

}  // namespace loan_manager::commands
