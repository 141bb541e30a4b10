#include "postgres/pipeline.hpp"

#include <algorithm>

namespace loan_manager::postgres::detail {

namespace asio = boost::asio;

namespace {

/// A transaction has ended with ROLLBACK, and with it went what was SET in its first exchange.
bool is_rolled_back(PGconn* connection, const boost::container::small_vector_base<Rows>& rows) {
    return PQtransactionStatus(connection) == PQTRANS_IDLE && !rows.empty() && rows.back().command_tag() == "ROLLBACK";
}

}  // namespace

Result<void> Pipeline::check(std::span<const Command> commands) const {
    if (session_->broken()) return Error(Error::Kind::unavailable, "the connection is broken");
    if (session_->operating()) return Error(Error::Kind::protocol, "the connection is busy with another operation");
    if (session_->abandoned()) return Error(Error::Kind::cancelled, "the connection waits for a cancelled statement");
    for (const Command& command : commands) {
        if (command.params->has_error()) return command.params->error();
        const auto known = prepared_.find(command.name);
        if (known != prepared_.end() && known->second.sql != command.sql) {
            return Error(Error::Kind::protocol, "two statements are called " + known->first);
        }
    }
    return Result<void>();
}

void Pipeline::forget_statements() {
    prepared_.clear();
    deallocate_all_ = true;
}

Result<void> Pipeline::sending_failed() {
    Error error = error_from(session_->native(), "sending to the server failed");
    session_->mark_broken();
    return error;
}

// The server knows this for the session only. It is not changed within a transaction, whose end might undo it.
bool Pipeline::choose_planning(std::span<const Command> commands, Expectations& expected) {
    const bool by_value = std::any_of(commands.begin(), commands.end(),
                                      [](const Command& command) { return command.planning == Planning::by_value; });
    const Planning wanted = by_value ? Planning::by_value : Planning::generic;
    if (planning_ == wanted || PQtransactionStatus(session_->native()) != PQTRANS_IDLE) return true;
    const char* sql = by_value ? "SET plan_cache_mode = auto" : "SET plan_cache_mode = force_generic_plan";
    if (PQsendQueryParams(session_->native(), sql, 0, nullptr, nullptr, nullptr, nullptr, 0) != 1) return false;
    planning_ = wanted;
    expected.push_back(Expected{Answer::plan, -1, {}});
    return true;
}

bool Pipeline::send_command(const Command& command) {
    Params::Pointers pointers;
    command.params->fill(pointers);
    const int count = static_cast<int>(command.params->size());
    if (command.name.empty()) {
        return PQsendQueryParams(session_->native(), command.sql.data(), count, nullptr, pointers.values.data(),
                                 pointers.lengths.data(), pointers.formats.data(), 0) == 1;
    }
    return PQsendQueryPrepared(session_->native(), command.name.data(), count, pointers.values.data(),
                               pointers.lengths.data(), pointers.formats.data(), 0) == 1;
}

// DEALLOCATE takes its place in the pipeline before what is prepared instead. In a failed transaction it would not be
// obeyed; the bound may then be passed for a while.
bool Pipeline::make_room(Expectations& expected) {
    while (prepared_.size() >= max_statements_ && PQtransactionStatus(session_->native()) != PQTRANS_INERROR) {
        const auto oldest = std::min_element(prepared_.begin(), prepared_.end(), [](const auto& a, const auto& b) {
            return a.second.last_used < b.second.last_used;
        });
        if (oldest->second.last_used == exchange_) return true;  // this very exchange needs them all
        std::string sql = "DEALLOCATE \"";
        for (const char character : oldest->first) {
            if (character == '"') sql += '"';
            sql += character;
        }
        sql += '"';
        if (PQsendQueryParams(session_->native(), sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0) != 1) {
            return false;
        }
        expected.push_back(Expected{Answer::forget_one, -1, prepared_.extract(oldest)});
    }
    return true;
}

bool Pipeline::prepare(const Command& command, int index, Expectations& expected) {
    if (const auto known = prepared_.find(command.name); known != prepared_.end()) {
        known->second.last_used = exchange_;
        return true;
    }
    if (!make_room(expected)) return false;
    if (PQsendPrepare(session_->native(), command.name.data(), command.sql.data(), 0, nullptr) != 1) return false;
    prepared_.emplace(command.name, Prepared{std::string(command.sql), exchange_});
    expected.push_back(Expected{Answer::prepare, index, {}});
    return true;
}

Result<void> Pipeline::send(std::span<const Command> commands, Expectations& expected) {
    PGconn* connection = session_->native();
    if (deallocate_all_ && PQtransactionStatus(connection) != PQTRANS_INERROR) {
        if (PQsendQueryParams(connection, "DEALLOCATE ALL", 0, nullptr, nullptr, nullptr, nullptr, 0) != 1) {
            return sending_failed();
        }
        expected.push_back(Expected{Answer::forget_all, -1, {}});
    }
    if (!choose_planning(commands, expected)) return sending_failed();
    ++exchange_;
    // First, so that none of them makes room for another.
    for (const Command& command : commands) {
        if (const auto known = prepared_.find(command.name); known != prepared_.end()) {
            known->second.last_used = exchange_;
        }
    }
    for (int index = 0; index < static_cast<int>(commands.size()); ++index) {
        const Command& command = commands[static_cast<std::size_t>(index)];
        if (!command.name.empty() && !prepare(command, index, expected)) return sending_failed();
        if (!send_command(command)) return sending_failed();
        expected.push_back(Expected{Answer::command, index, {}});
    }
    if (PQpipelineSync(connection) != 1) return sending_failed();
    session_->expect_sync();
    return Result<void>();
}

asio::awaitable<Result<void>> Pipeline::exchange(std::span<const Command> commands, Deadline deadline,
                                                 boost::container::small_vector_base<Rows>& rows, int& failed) {
    failed = -1;
    const Result<void> allowed = check(commands);
    if (!allowed) co_return allowed.error();

    Session::Operation operation(session_, deadline);
    Expectations expected;
    const Result<void> sent = send(commands, expected);
    if (!sent) co_return sent.error();
    const Result<void> flushed = co_await session_->flush();
    if (!flushed) co_return flushed.error();

    std::optional<Error> first_error;
    std::size_t current = 0;
    for (;;) {
        Result<ResultPtr> next = co_await session_->next_result();
        if (!next) {
            // "Connection lost" says less than the FATAL error that came before it.
            co_return first_error && session_->broken() ? *first_error : next.error();
        }
        ResultPtr result = *std::move(next);
        if (result == nullptr) {  // the end of one answer
            if (++current > expected.size()) {
                session_->mark_broken();
                co_return first_error ? *first_error
                                      : Error(Error::Kind::unavailable, "the server broke off its answer");
            }
            continue;
        }
        const ExecStatusType status = PQresultStatus(result.get());
        if (status == PGRES_PIPELINE_SYNC) break;
        if (current >= expected.size()) {
            // Everything is answered but not yet synchronised: the server is ending the session (57P01, say).
            session_->mark_broken();
            if (first_error) co_return *std::move(first_error);
            if (status == PGRES_FATAL_ERROR) co_return error_from(result.get());
            co_return Error(Error::Kind::protocol, "more answers than statements");
        }
        Expected& answered = expected[current];
        switch (status) {
            case PGRES_TUPLES_OK:
            case PGRES_COMMAND_OK:
            case PGRES_EMPTY_QUERY:
                if (answered.answer == Answer::command) rows.emplace_back(result.release());
                if (answered.answer == Answer::forget_all) deallocate_all_ = false;
                break;
            case PGRES_FATAL_ERROR:
                if (!first_error) {
                    first_error = error_from(result.get());
                    failed = answered.command;
                }
                [[fallthrough]];
            case PGRES_PIPELINE_ABORTED:
                if (answered.answer == Answer::prepare) {
                    prepared_.erase(prepared_.find(commands[static_cast<std::size_t>(answered.command)].name));
                }
                if (answered.answer == Answer::forget_one) prepared_.insert(std::move(answered.forgotten));
                break;
            default:
                session_->mark_broken();
                co_return Error(Error::Kind::protocol, "COPY and single-row mode are not supported");
        }
    }
    session_->sync_seen();
    operation.complete();
    if (first_error || is_rolled_back(session_->native(), rows)) planning_.reset();
    if (!first_error) co_return Result<void>();
    if (first_error->stale_plan || first_error->is("42P05")) forget_statements();  // 42P05: the name exists already
    co_return *std::move(first_error);
}

asio::awaitable<Result<void>> Pipeline::script(const std::string& sql, Deadline deadline) {
    const Result<void> allowed = check(std::span<const Command>());
    if (!allowed) co_return allowed.error();

    Session::Operation operation(session_, deadline);
    PGconn* connection = session_->native();
    if (PQexitPipelineMode(connection) != 1 || PQsendQuery(connection, sql.c_str()) != 1) {
        co_return sending_failed().error();
    }
    session_->expect_null(true);
    const Result<void> flushed = co_await session_->flush();
    if (!flushed) co_return flushed.error();
    std::optional<Error> first_error;
    for (;;) {
        const Result<ResultPtr> next = co_await session_->next_result();
        if (!next) co_return first_error && session_->broken() ? *first_error : next.error();
        if (next.value() == nullptr) break;
        const ExecStatusType status = PQresultStatus(next.value().get());
        if (status == PGRES_FATAL_ERROR && !first_error) first_error = error_from(next.value().get());
        if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) {
            session_->mark_broken();
            co_return Error(Error::Kind::protocol, "COPY is not supported");
        }
    }
    session_->expect_null(false);
    if (PQenterPipelineMode(connection) != 1) co_return sending_failed().error();
    operation.complete();
    planning_.reset();  // whatever the script set, or rolled back
    if (first_error) co_return *std::move(first_error);
    co_return Result<void>();
}

}  // namespace loan_manager::postgres::detail
