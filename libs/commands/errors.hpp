#pragma once

#include <exception>
#include <optional>

#include "postgres/error.hpp"
#include "rpc/error.hpp"

namespace loan_manager::commands {

/// Database error → what a client is told. A lost or exhausted database is UNAVAILABLE, a statement that took too
/// long DEADLINE_EXCEEDED, everything unexpected INTERNAL (and logged here, since the client learns nothing of it).
rpc::Error to_rpc_error(const postgres::Error& error);

/// For rpc::ServerHooks::map_exception: handles postgres::Failure, leaves everything else to the server.
std::optional<rpc::Error> map_exception(const std::exception_ptr& thrown);

}  // namespace loan_manager::commands
