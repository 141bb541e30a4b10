#pragma once

#include <chrono>
#include <concepts>
#include <optional>
#include <string_view>

namespace loan_manager::postgres {

/// How the server plans a prepared statement.
enum class Planning {
    /// Once, for any value: the right plan of a look-up by key or an INSERT is always the same, and making it takes
    /// several times as long as running it. Left to itself the server would make it at every call while a table has no
    /// statistics, and on that connection ever after.
    generic,
    /// As the server thinks best: anew for each value as long as that gives cheaper plans.
    by_value
};

/// A statement that is prepared on first use of each connection, in the same round trip as its execution.
/// The name identifies it on the server: one name, one SQL text. Both texts must be NUL-terminated
/// (string literals are) and outlive the call: `constexpr Statement find_bike{"bikes.find", "SELECT …"};`
struct Statement {
    constexpr Statement(const char* statement_name, const char* statement_sql,
                        Planning statement_planning = Planning::generic)
        : name(statement_name), sql(statement_sql), planning(statement_planning) {}

    std::string_view name;
    std::string_view sql;
    Planning planning;
};

/// A point in time by which an operation must have ended.
using Deadline = std::chrono::steady_clock::time_point;

/// What a connection is wanted for. Each kind may take most of a pool's connections, never all
/// (PoolOptions::bulkheads).
enum class Use { read, command };

/// Absent: the connection's own limit applies (see ConnectOptions::statement_timeout and Connection::set_deadline).
///
/// It also says for whom: a pool deals connections fairly between lanes. A type of time point that has the members
/// `lane` and `is_command`, such as rpc::CallDeadline, brings them along; everybody else shares the lane without a
/// name.
class OptionalDeadline : public std::optional<Deadline> {
public:
    OptionalDeadline() = default;
    OptionalDeadline(std::nullopt_t) {}
    OptionalDeadline(Deadline end) : optional(end) {}
    template <class Named>
    requires(std::derived_from<Named, Deadline>&& requires(const Named& named) { std::string_view(named.lane); })
        OptionalDeadline(const Named& named)
        : optional(static_cast<const Deadline&>(named)),
          lane(named.lane),
          use(named.is_command ? Use::command : Use::read) {}

    std::string_view lane{};  ///< Must outlive the operation.
    Use use = Use::read;
};

}  // namespace loan_manager::postgres
