#include "postgres/connection.hpp"

#include "postgres/pipeline.hpp"
#include "postgres/session.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace loan_manager::postgres {

namespace asio = boost::asio;
using detail::Command;
using RowsList = boost::container::small_vector<Rows, 2>;

namespace {
const Params& no_params() {
    static const Params none;
    return none;
}
}  // namespace

struct Connection::Impl {
    Impl(std::shared_ptr<detail::Session> opened, const ConnectOptions& options)
        : session(std::move(opened)),
          pipeline(session, options.max_statements),
          limit(options.statement_timeout.count() > 0 ? options.statement_timeout + options.client_margin
                                                      : std::chrono::milliseconds(0)) {}

    [[nodiscard]] Deadline effective(OptionalDeadline own) const {
        if (own) return *own;
        Deadline end = deadline.value_or(detail::no_deadline);
        if (limit.count() > 0) end = std::min(end, std::chrono::steady_clock::now() + limit);
        return end;
    }

    [[nodiscard]] bool idle() const { return PQtransactionStatus(session->native()) == PQTRANS_IDLE; }

    asio::awaitable<Result<void>> roll_back(Deadline end) {
        RowsList rows;
        int failed = 0;
        const Command rollback(Statement("", "ROLLBACK"), no_params());
        co_return co_await pipeline.exchange(std::span(&rollback, 1), end, rows, failed);
    }

    // `commands` begins with the pending BEGIN, if there is one; `last_commit` is the index of the last COMMIT.
    asio::awaitable<Result<void>> run(std::span<const Command> commands, Deadline end, bool begins, int first_commit,
                                      RowsList& rows, int& failed) {
        if (forsaken) co_return Error(Error::Kind::protocol, "a transaction was left open on this connection");
        const bool was_idle = idle();
        for (int attempt = 0;; ++attempt) {
            rows.clear();
            Result<void> done = co_await pipeline.exchange(commands, end, rows, failed);
            if (done || !was_idle || session->broken() || session->abandoned()) co_return done;
            const bool repeat = attempt == 0 && done.error().stale_plan && (first_commit < 0 || failed <= first_commit);
            if (!idle() && (begins || repeat)) {
                const Result<void> rolled_back = co_await roll_back(end);
                if (!rolled_back) co_return done;
            }
            if (!repeat) co_return done;
        }
    }

    std::shared_ptr<detail::Session> session;
    detail::Pipeline pipeline;
    std::chrono::milliseconds limit;
    OptionalDeadline deadline;
    std::optional<Statement> pending_begin;
    bool forsaken = false;
};

Connection::Connection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Connection::~Connection() = default;

asio::awaitable<Result<std::unique_ptr<Connection>>> Connection::open(asio::io_context& context, ConnectOptions options,
                                                                      std::shared_ptr<CancelThreads> cancellers) {
    Result<std::shared_ptr<detail::Session>> session =
        co_await detail::Session::open(context, options, std::move(cancellers));
    if (!session) co_return session.error();
    co_return std::unique_ptr<Connection>(new Connection(std::make_unique<Impl>(*std::move(session), options)));
}

asio::awaitable<Result<Rows>> Connection::run_one(Command command, OptionalDeadline deadline) {
    boost::container::small_vector<Command, 2> commands;
    if (impl_->pending_begin) commands.emplace_back(*impl_->pending_begin, no_params());
    commands.push_back(command);
    impl_->pending_begin.reset();
    RowsList rows;
    int failed = 0;
    const std::span<const Command> all(commands.data(), commands.size());
    const Result<void> done = co_await impl_->run(all, impl_->effective(deadline), false, -1, rows, failed);
    if (!done) co_return done.error();
    co_return std::move(rows.back());
}

asio::awaitable<Result<Rows>> Connection::execute(const Statement& statement, const Params& params,
                                                  OptionalDeadline deadline) {
    return run_one(Command(statement, params), deadline);
}

asio::awaitable<Result<Rows>> Connection::execute(const Statement& statement, OptionalDeadline deadline) {
    return run_one(Command(statement, no_params()), deadline);
}

asio::awaitable<Result<Rows>> Connection::query(const std::string& sql, const Params& params,
                                                OptionalDeadline deadline) {
    return run_one(Command(sql, params), deadline);
}

asio::awaitable<Result<Rows>> Connection::query(const std::string& sql, OptionalDeadline deadline) {
    return run_one(Command(sql, no_params()), deadline);
}

asio::awaitable<Result<void>> Connection::script(const std::string& sql, OptionalDeadline deadline) {
    if (impl_->forsaken) co_return Error(Error::Kind::protocol, "a transaction was left open on this connection");
    if (!impl_->pending_begin) co_return co_await impl_->pipeline.script(sql, impl_->effective(deadline));
    const std::string whole = std::string(impl_->pending_begin->sql) + "; " + sql;
    impl_->pending_begin.reset();
    co_return co_await impl_->pipeline.script(whole, impl_->effective(deadline));
}

asio::awaitable<Result<std::vector<Rows>>> Connection::run(const Batch& batch, OptionalDeadline deadline) {
    if (batch.empty()) co_return std::vector<Rows>();
    boost::container::small_vector<Command, 8> commands;
    // What each command is, in the order sent: the index of its result, or -1 for transaction control.
    boost::container::small_vector<int, 8> result_index;
    bool begins = false;
    int first_commit = -1;
    if (impl_->pending_begin) {
        commands.emplace_back(*impl_->pending_begin, no_params());
        result_index.push_back(-1);
        impl_->pending_begin.reset();
    }
    int results = 0;
    for (const Batch::Entry& entry : batch.entries_) {
        begins = begins || entry.role == Batch::Role::begin;
        if (entry.role == Batch::Role::commit && first_commit < 0) first_commit = static_cast<int>(commands.size());
        if (entry.sql.empty()) {
            commands.emplace_back(entry.statement, entry.params);
        } else {
            commands.emplace_back(entry.sql, entry.params);
        }
        result_index.push_back(entry.role == Batch::Role::statement ? results++ : -1);
    }
    RowsList rows;
    int failed = 0;
    const std::span<const Command> all(commands.data(), commands.size());
    Result<void> done = co_await impl_->run(all, impl_->effective(deadline), begins, first_commit, rows, failed);
    if (!done) {
        Error error = done.error();
        if (failed >= 0) error.batch_index = result_index[static_cast<std::size_t>(failed)];
        co_return error;
    }
    std::vector<Rows> answers;
    answers.reserve(static_cast<std::size_t>(results));
    for (std::size_t index = 0; index < commands.size(); ++index) {
        if (result_index[index] >= 0) answers.push_back(std::move(rows[index]));
    }
    co_return answers;
}

asio::awaitable<Result<std::vector<Notification>>> Connection::notifications(Deadline deadline) {
    if (!is_usable()) co_return Error(Error::Kind::protocol, "the connection is not usable");
    detail::Session::Operation operation(impl_->session, deadline);
    operation.complete();  // nothing was asked of the server, so nothing is left behind
    std::vector<Notification> found;
    for (;;) {
        while (const std::unique_ptr<PGnotify, decltype(&PQfreemem)> notify{PQnotifies(impl_->session->native()),
                                                                            &PQfreemem}) {
            Notification notification;
            notification.channel = notify->relname;
            notification.payload = notify->extra;
            notification.backend_pid = notify->be_pid;
            found.push_back(std::move(notification));
        }
        if (!found.empty()) co_return found;
        const Result<bool> received = co_await impl_->session->receive();
        if (!received) co_return received.error();
        if (!received.value()) co_return found;
    }
}

void Connection::set_deadline(OptionalDeadline deadline) { impl_->deadline = deadline; }

void Connection::begin_with_next(const Statement& begin) { impl_->pending_begin = begin; }

bool Connection::take_back_begin() {
    const bool pending = impl_->pending_begin.has_value();
    impl_->pending_begin.reset();
    return pending;
}

void Connection::forsake_transaction() {
    if (!take_back_begin() && in_transaction()) impl_->forsaken = true;
}

bool Connection::is_broken() const { return impl_->session->broken(); }

bool Connection::is_usable() const {
    return !impl_->session->broken() && !impl_->session->abandoned() && !impl_->session->operating() &&
           !impl_->forsaken;
}

bool Connection::in_transaction() const { return !impl_->idle(); }

bool Connection::is_alive() { return is_usable() && impl_->session->is_alive(); }

asio::awaitable<bool> Connection::recover(std::chrono::milliseconds limit) {
    const Deadline end = std::chrono::steady_clock::now() + limit;
    impl_->deadline.reset();
    impl_->pending_begin.reset();
    impl_->forsaken = false;
    if (impl_->session->abandoned()) {
        const bool settled = co_await impl_->session->settle(end);
        if (!settled) co_return false;
        impl_->pipeline.after_interruption();
        // A cancel request that arrived after the statement had ended may still hit this, and then does no harm.
        const Result<void> ignored = co_await impl_->roll_back(end);
        static_cast<void>(ignored);
    }
    if (!is_usable()) co_return false;
    if (!impl_->idle()) {
        const Result<void> rolled_back = co_await impl_->roll_back(end);
        if (!rolled_back) co_return false;
    }
    co_return is_usable() && impl_->idle();
}

int Connection::backend_pid() const { return PQbackendPID(impl_->session->native()); }

}  // namespace loan_manager::postgres
