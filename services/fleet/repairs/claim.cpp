#include "fleet/repairs/claim.hpp"

#include <algorithm>

namespace loan_manager::fleet::repairs {

rpc::Result<Located> claim_within_reach(const commands::Unit& unit, const postgres::Rows& locked, Allowed allowed) {
    if (auto valid = unit.valid(); !valid) {
        return valid.error();
    }
    auto located = read_locked(locked);
    if (located && !allowed(unit.caller(), located->job, located->company_id)) {
        return rpc::out_of_scope();
    }
    return located;
}

rpc::Result<Located> claim(commands::Unit& unit, const postgres::Rows& locked, Allowed allowed) {
    auto located = claim_within_reach(unit, locked, allowed);
    if (located) {
        if (auto current = commands::check_version(unit.context(), located->job.version()); !current) {
            return current.error();
        }
    }
    return located;
}

rpc::Result<void> check_line_version(commands::Unit& unit, const v1::RepairJob& job, const v1::RepairJobLine& line) {
    auto current = commands::check_version(unit.context(), line.version());
    return current ? current : commands::check_version(unit.context(), job.version());
}

WallTime moment_after(const commands::Unit& unit, const google::protobuf::Timestamp& earlier) {
    return std::max(unit.now(), to_time(earlier));
}

}  // namespace loan_manager::fleet::repairs
