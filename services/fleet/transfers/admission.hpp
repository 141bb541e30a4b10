#pragma once

#include "access/permission.hpp"
#include "commands/unit.hpp"
#include "fleet/transfers/repository.hpp"
#include "rpc/error.hpp"

namespace loan_manager::fleet::transfers {

/// The end of a transfer that decides who may command it: "@source", "@destination".
enum class End { source, destination };

/// What every command on a transfer asks before its own rules, in the order of D-212: field issues, NOT_FOUND,
/// OUT_OF_SCOPE, PRECONDITION_FAILED. Call it once everything that can be wrong with the request is in the unit.
rpc::Result<Locked> admit(commands::Unit& unit, rpc::Result<Locked> found, access::Permission permission, End end);

}  // namespace loan_manager::fleet::transfers
