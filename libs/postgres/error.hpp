#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

namespace loan_manager::postgres {

/// Why a database operation failed. All texts are for logs only; never show them to an API client. `message` is safe to
/// log: what the server quotes in it, which may be a value that somebody sent, is cut out where it is made.
struct Error {
    enum class Kind {
        unavailable,     ///< no connection, or lost; after a COMMIT was sent its outcome is unknown
        timeout,         ///< statement_timeout or the caller's deadline
        cancelled,       ///< the coroutine's cancellation slot, or an operator's pg_cancel_backend
        pool_exhausted,  ///< no connection became free in time, or too many callers are waiting
        server,          ///< the server refused the statement: see sqlstate
        protocol,        ///< misuse of this library or an answer that makes no sense
        conversion,      ///< a parameter or a result column cannot be converted
    };

    Error() = default;
    Error(Kind error_kind, std::string text) : kind(error_kind), message(std::move(text)) {}

    Kind kind = Kind::protocol;
    std::string sqlstate;  ///< five characters, empty if the server did not send one
    std::string message;
    std::string constraint;  ///< name of the violated constraint, if any
    std::string table;
    std::string column;
    /// Quotes whole rows, with password hashes and names of people: for the eyes of somebody who could read the table
    /// anyway, never for a log.
    std::string detail;
    int batch_index = -1;     ///< which entry of a Batch failed, counted as its result would be
    bool stale_plan = false;  ///< DDL invalidated the prepared statement; repeating the transaction helps

    [[nodiscard]] bool is(std::string_view state) const { return sqlstate == state; }
    /// True if the whole transaction may succeed when repeated: serialization failure, deadlock, stale plan.
    [[nodiscard]] bool is_retryable() const;
};

[[nodiscard]] std::string_view to_string(Error::Kind kind);
/// One line with kind, SQLSTATE, message and constraint: the one way a database error gets into a log.
[[nodiscard]] std::string to_string(const Error& error);

/// SQLSTATEs that callers distinguish.
namespace sqlstate {
inline constexpr std::string_view unique_violation = "23505";
inline constexpr std::string_view numeric_value_out_of_range = "22003";
inline constexpr std::string_view serialization_failure = "40001";
inline constexpr std::string_view deadlock_detected = "40P01";
inline constexpr std::string_view lock_not_available = "55P03";
inline constexpr std::string_view query_canceled = "57014";
inline constexpr std::string_view in_failed_transaction = "25P02";
}  // namespace sqlstate

/// What `.value()` of a failed Result throws.
class Failure : public std::runtime_error {
public:
    explicit Failure(Error error);
    [[nodiscard]] const Error& error() const { return error_; }

private:
    Error error_;
};

/// Found by argument-dependent look-up from boost::system::result::value().
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

template <class T>
using Result = boost::system::result<T, Error>;

}  // namespace loan_manager::postgres
