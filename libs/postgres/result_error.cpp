#include "postgres/session.hpp"

namespace loan_manager::postgres::detail {
namespace {

std::string field(const PGresult* result, int code) {
    const char* text = PQresultErrorField(result, code);
    return text != nullptr ? text : "";
}

Error::Kind kind_of(std::string_view state, std::string_view severity, std::string_view message) {
    // FATAL ends the session: whoever caused it, this connection is gone.
    if (severity == "FATAL" || severity == "PANIC" || state.starts_with("08") || state.starts_with("57P")) {
        return Error::Kind::unavailable;
    }
    if (state == sqlstate::query_canceled) {
        // One SQLSTATE for both; a server that speaks another language than English is taken to mean its timeout.
        return message.find("user request") != std::string_view::npos ? Error::Kind::cancelled : Error::Kind::timeout;
    }
    return Error::Kind::server;
}

std::string trimmed(const char* text) {
    std::string message = text != nullptr ? text : "";
    while (!message.empty() && (message.back() == '\n' || message.back() == ' ')) {
        message.pop_back();
    }
    return message;
}

}  // namespace

Error error_from(const PGresult* result) {
    Error error;
    error.sqlstate = field(result, PG_DIAG_SQLSTATE);
    error.message = field(result, PG_DIAG_MESSAGE_PRIMARY);
    if (error.message.empty()) error.message = trimmed(PQresultErrorMessage(result));
    error.detail = field(result, PG_DIAG_MESSAGE_DETAIL);
    error.constraint = field(result, PG_DIAG_CONSTRAINT_NAME);
    error.table = field(result, PG_DIAG_TABLE_NAME);
    error.column = field(result, PG_DIAG_COLUMN_NAME);
    if (error.sqlstate.empty()) {
        error.kind = Error::Kind::unavailable;  // made by libpq itself, for example "server closed the connection"
        return error;
    }
    error.kind = kind_of(error.sqlstate, field(result, PG_DIAG_SEVERITY_NONLOCALIZED), error.message);
    // "cached plan must not change result type", in whatever language, or somebody has run DEALLOCATE.
    error.stale_plan =
        (error.sqlstate == "0A000" && field(result, PG_DIAG_SOURCE_FUNCTION) == "RevalidateCachedQuery") ||
        error.sqlstate == "26000";
    return error;
}

Error error_from(const PGconn* connection, std::string_view what) {
    return Error(Error::Kind::unavailable, std::string(what) + ": " + trimmed(PQerrorMessage(connection)));
}

}  // namespace loan_manager::postgres::detail
