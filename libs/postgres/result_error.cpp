#include "postgres/session.hpp"

#include <algorithm>
#include <iterator>

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

// In these classes the quoted parts of a message are names of tables, columns, roles and the like. In the others they
// may be values: 'invalid input syntax for type uuid: "…"', 'value "…" is out of range', RAISE in a trigger.
bool quotes_names_only(std::string_view state) {
    constexpr std::string_view classes[] = {"08", "0A", "23", "25", "26", "28", "3D",
                                            "3F", "40", "42", "53", "55", "57"};
    return std::any_of(std::begin(classes), std::end(classes),
                       [&](std::string_view c) { return state.starts_with(c); });
}

// A syntax error quotes the text where it stopped, which may be a literal.
bool quotes_sql(std::string_view state) { return state == "42601"; }

// Up to the first quote or colon: what comes after it tells of one value, what comes before of the kind of error.
std::string without_values(const std::string& message, std::string_view state) {
    if (quotes_names_only(state) && !quotes_sql(state)) return message;
    std::size_t end = message.find_first_of("\":");
    if (end == std::string::npos) return message;
    while (end > 0 && message[end - 1] == ' ') --end;
    return message.substr(0, end) + " (value not shown)";
}

// libpq collects what the server said before it went, with all its fields; only its own words are wanted.
std::string without_report(std::string text) {
    for (const std::string_view field : {"ERROR:", "DETAIL:", "HINT:", "CONTEXT:", "QUERY:", "STATEMENT:", "LINE "}) {
        if (const std::size_t at = text.find(field); at != std::string::npos) text.resize(at);
    }
    return text;
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
    if (error.message.empty()) error.message = without_report(trimmed(PQresultErrorMessage(result)));
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
    error.message = without_values(error.message, error.sqlstate);
    return error;
}

Error error_from(const PGconn* connection, std::string_view what) {
    return Error(Error::Kind::unavailable,
                 std::string(what) + ": " + without_report(trimmed(PQerrorMessage(connection))));
}

}  // namespace loan_manager::postgres::detail
