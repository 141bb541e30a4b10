#include "fleet/organisation/rules.hpp"

#include <string>

#include "sql/proto_values.hpp"

namespace loan_manager::fleet::organisation {

rpc::Result<void> check_change(const v1::Company& before, const v1::Company& after, const CompanyUse& use) {
    if (before.code() != after.code() && use.has_numbers) {
        return rpc::Error("IN_USE", "The code is part of stock numbers that have been issued.");
    }
    if (before.is_active() && !after.is_active() && use.has_active_branches) {
        return rpc::Error("IN_USE", "The company has active branches; deactivate them first.");
    }
    return {};
}

rpc::Result<void> check_change(const v1::Branch& before, const v1::Branch& after, const BranchUse& use,
                               const v1::Company& owner) {
    const bool renumbered = before.code() != after.code() || before.company_id() != after.company_id();
    if (renumbered && use.has_numbers) {
        return rpc::Error("IN_USE", "Code and company are part of stock numbers that this branch has issued.");
    }
    if (before.is_active() && !after.is_active()) {
        if (use.has_bikes) {
            return rpc::Error("IN_USE", "Bikes stand at this branch; sell, transfer or write them off first.");
        }
        if (use.awaits_bikes) {
            return rpc::Error("IN_USE", "Open transfers lead to this branch; complete or cancel them first.");
        }
    }
    const bool starts_there = !before.is_active() || before.company_id() != after.company_id();
    return starts_there ? check_owner(after, owner) : rpc::Result<void>();
}

rpc::Result<void> check_owner(const v1::Branch& branch, const v1::Company& owner) {
    if (branch.is_active() && !owner.is_active()) {
        return rpc::Error("INVALID_STATE", "The company is not active; its branches cannot be either.");
    }
    return {};
}

stock_numbers::Place place_of(const v1::Branch& branch) {
    stock_numbers::Place place;
    place.company_id = branch.company_id();
    place.company_code = branch.company_code();
    place.branch_id = branch.id();
    place.branch_code = branch.code();
    return place;
}

v1::StockCounter counter_row(const v1::Branch& branch, const stock_numbers::Counter& counter, std::int32_t max) {
    v1::StockCounter out;
    out.set_branch_id(branch.id());
    out.set_branch_code(branch.code());
    out.set_last_number(counter.last_number);
    out.set_max(max);
    if (counter.last_assigned_at) {
        sql::assign(*out.mutable_last_assigned_at(), *counter.last_assigned_at);
    }
    out.set_version(branch.version());
    return out;
}

}  // namespace loan_manager::fleet::organisation
