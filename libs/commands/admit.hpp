#pragma once

#include <cstdint>
#include <utility>

#include "commands/command_context.hpp"
#include "rpc/error.hpp"

namespace loan_manager::commands {

/// D-214: the version of If-Match against the row read under lock. PRECONDITION_FAILED if they differ; no If-Match at
/// all passes, since the server has already refused calls that need one.
inline rpc::Result<void> check_version(const rpc::CallContext& call, std::int32_t current) {
    if (call.if_match && *call.if_match != current) {
        return rpc::Error("PRECONDITION_FAILED");
    }
    return {};
}

/// What every command on a row asks before its own rules, in the order of D-212: field issues, the row exists, the
/// caller covers it, If-Match. Personal rules and the state follow in the body. Call it once everything that can be
/// wrong with the request is in the context.
///
/// `found`: the row read under lock, or why there is none. `covered(row)`: whether the caller's reach for the command
/// covers it. `version(row)`: what If-Match is compared with; for a command that makes a child of the row, where no
/// If-Match is asked for, leave it away.
template <class Row, class Covered>
rpc::Result<Row> admit(const CommandContext& command, rpc::Result<Row> found, Covered covered) {
    if (auto valid = command.valid(); !valid) {
        return valid.error();
    }
    if (found && !covered(*found)) {
        return rpc::out_of_scope();
    }
    return found;
}
template <class Row, class Covered, class Version>
rpc::Result<Row> admit(const CommandContext& command, rpc::Result<Row> found, Covered covered, Version version) {
    auto admitted = admit(command, std::move(found), std::move(covered));
    if (admitted) {
        if (auto current = check_version(command.call(), version(*admitted)); !current) {
            return current.error();
        }
    }
    return admitted;
}

}  // namespace loan_manager::commands
