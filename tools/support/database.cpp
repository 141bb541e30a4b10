#include "tools/support/database.hpp"

namespace loan_manager::ctl {
namespace {

using Kind = postgres::Error::Kind;

constexpr std::chrono::minutes longest_statement{30};

}  // namespace

Failure failure_of(const postgres::Error& error) {
    if (error.kind == Kind::unavailable) {
        // 28xxx: the server is there and says no.
        if (error.sqlstate.starts_with("28")) {
            return Failure(exit_refused, "the database refuses the login: " + error.message);
        }
        return Failure(exit_unreachable, "the database cannot be reached: " + error.message);
    }
    if (error.is("42501")) {
        return Failure(exit_refused, "the database user may not do this: " + error.message);
    }
    if (error.is("42P01") || error.is("3F000")) {
        return Failure(exit_failed, error.message + " (is the database migrated? See `loan-managerctl migrate`)");
    }
    return Failure(exit_failed, "database: " + error.message + (error.detail.empty() ? "" : " – " + error.detail));
}

Database::Database(const std::string& url) {
    postgres::Result<postgres::Dsn> dsn = postgres::Dsn::parse(url);
    if (!dsn) {
        throw Failure(exit_usage, "the database address cannot be read: " + dsn.error().message);
    }
    postgres::ConnectOptions options;
    options.dsn = std::move(*dsn);
    options.application_name = "loan-managerctl";
    options.statement_timeout = longest_statement;
    options.idle_in_transaction_timeout = std::chrono::milliseconds{0};
    auto connection = wait(postgres::Connection::open(context_, options, nullptr));
    if (!connection) {
        throw failure_of(connection.error());
    }
    connection_ = std::move(*connection);
}

postgres::Result<postgres::Rows> Database::try_query(const std::string& sql, const postgres::Params& params) {
    return wait(connection_->query(sql, params));
}

postgres::Rows Database::query(const std::string& sql, const postgres::Params& params) {
    postgres::Result<postgres::Rows> rows = try_query(sql, params);
    if (!rows) {
        throw failure_of(rows.error());
    }
    return std::move(*rows);
}

void Database::script(const std::string& sql) {
    const postgres::Result<void> done = wait(connection_->script(sql));
    if (!done) {
        throw failure_of(done.error());
    }
}

Transaction::Transaction(Database& database, const std::string& mode) : database_(database) {
    database_.script("BEGIN " + mode);
}

Transaction::~Transaction() {
    if (open_) {
        try {
            database_.script("ROLLBACK");
        } catch (const std::exception&) {
            // The server rolls back by itself when the connection ends.
        }
    }
}

void Transaction::commit() {
    open_ = false;
    database_.script("COMMIT");
}

}  // namespace loan_manager::ctl
