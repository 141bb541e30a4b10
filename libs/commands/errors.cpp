#include "commands/errors.hpp"

#include "runtime/log.hpp"

namespace loan_manager::commands {
namespace {

// Classes of SQLSTATE that say "not now": connection, resources, operator intervention, a lock not had in time,
// a server that has become read-only.
bool is_temporary(const postgres::Error& error) {
    const std::string_view state = error.sqlstate;
    return state.starts_with("08") || state.starts_with("53") || state.starts_with("57P") || state == "55P03" ||
           state == "25006" || error.is_retryable();
}

void note(runtime::log::Level level, std::string_view what, const postgres::Error& error, std::string_view request_id) {
    runtime::log::write(level, what,
                        {{"request_id", request_id},
                         {"error", postgres::to_string(error)},
                         {"sqlstate", error.sqlstate},
                         {"constraint", error.constraint}});
}

}  // namespace

rpc::Error to_rpc_error(const postgres::Error& error, std::string_view request_id) {
    using Level = runtime::log::Level;
    using Kind = postgres::Error::Kind;
    switch (error.kind) {
        case Kind::unavailable:
        case Kind::pool_exhausted:
            note(Level::warning, "database unavailable", error, request_id);
            return rpc::unavailable();
        case Kind::timeout:
            note(Level::warning, "database too slow", error, request_id);
            return rpc::Error("DEADLINE_EXCEEDED");
        case Kind::cancelled:
            return rpc::Error("CLIENT_CLOSED");
        case Kind::server:
            if (is_temporary(error)) {
                note(Level::warning, "database refused for now", error, request_id);
                return rpc::unavailable();
            }
            if (error.is(postgres::sqlstate::query_canceled)) {
                return rpc::Error("DEADLINE_EXCEEDED");
            }
            // Every single input has been checked, so it is a sum of them that outgrows its column.
            if (error.is(postgres::sqlstate::numeric_value_out_of_range)) {
                return rpc::Error("VALIDATION", "With these amounts a total would exceed 999999999999.99.");
            }
            break;
        case Kind::protocol:
        case Kind::conversion:
            break;
    }
    note(Level::error, "database error", error, request_id);
    return rpc::internal_error();
}

std::optional<rpc::Error> map_exception(const std::exception_ptr& thrown, const rpc::CallContext& context) {
    try {
        std::rethrow_exception(thrown);
    } catch (const postgres::Failure& failure) {
        return to_rpc_error(failure.error(), context.request_id);
    } catch (...) {
        return std::nullopt;
    }
}

}  // namespace loan_manager::commands
