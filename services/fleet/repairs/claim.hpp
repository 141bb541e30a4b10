#pragma once

#include <string_view>

#include "fleet/repairs/repository.hpp"
#include "fleet/values/proto_values.hpp"

/// What commands on a job have in common.
namespace loan_manager::fleet::repairs {

/// One of the may_… rules.
using Allowed = bool (*)(const access::Identity& caller, const v1::RepairJob& job, std::string_view company_id);

/// The locked job, asked for in the order of D-212: VALIDATION if the request has issues, NOT_FOUND, OUT_OF_SCOPE.
rpc::Result<Located> claim_within_reach(const commands::Unit& unit, const postgres::Rows& locked, Allowed allowed);
/// And then PRECONDITION_FAILED: the job as the client saw it.
rpc::Result<Located> claim(commands::Unit& unit, const postgres::Rows& locked, Allowed allowed);

/// A line may be named by its own version or by its job's: both are versions of the job, and the line's is the one at
/// which it last changed. PRECONDITION_FAILED.
rpc::Result<void> check_line_version(commands::Unit& unit, const v1::RepairJob& job, const v1::RepairJobLine& line);

/// The moment of the command, but not before an earlier step of the job: whoever waited for a lock took its time
/// before.
WallTime moment_after(const commands::Unit& unit, const google::protobuf::Timestamp& earlier);

}  // namespace loan_manager::fleet::repairs
