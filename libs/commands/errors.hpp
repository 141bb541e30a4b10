#pragma once

#include <exception>
#include <optional>
#include <string_view>

#include "postgres/error.hpp"
#include "rpc/context.hpp"
#include "rpc/error.hpp"

namespace loan_manager::commands {

/// Database error → what a client is told. A lost or exhausted database is UNAVAILABLE, so is a lock that was not had
/// in time; a statement that took too long DEADLINE_EXCEEDED, everything unexpected INTERNAL. What the client learns
/// nothing of is logged here, with the request it happened in, and never with values of rows or parameters.
/// `request_id` is empty only for work that no request caused.
rpc::Error to_rpc_error(const postgres::Error& error, std::string_view request_id);

/// For rpc::ServerHooks::map_exception: handles postgres::Failure, leaves everything else to the server.
std::optional<rpc::Error> map_exception(const std::exception_ptr& thrown, const rpc::CallContext& context);

}  // namespace loan_manager::commands
