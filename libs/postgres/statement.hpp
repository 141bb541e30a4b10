#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace loan_manager::postgres {

/// A statement that is prepared on first use of each connection, in the same round trip as its execution.
/// The name identifies it on the server: one name, one SQL text. Both texts must be NUL-terminated
/// (string literals are) and outlive the call: `constexpr Statement find_bike{"bikes.find", "SELECT …"};`
struct Statement {
    constexpr Statement(const char* statement_name, const char* statement_sql)
        : name(statement_name), sql(statement_sql) {}

    std::string_view name;
    std::string_view sql;
};

/// A point in time by which an operation must have ended.
using Deadline = std::chrono::steady_clock::time_point;
/// Absent: the connection's own limit applies (see ConnectOptions::statement_timeout and Connection::set_deadline).
using OptionalDeadline = std::optional<Deadline>;

}  // namespace loan_manager::postgres
