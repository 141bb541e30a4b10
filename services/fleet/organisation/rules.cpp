#include "fleet/organisation/rules.hpp"

#include <string>

#include "fleet/values/row_message.hpp"

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

rpc::Error taken(std::string_view field) {
    std::vector<rpc::FieldIssue> details;
    details.emplace_back(std::string(field), std::string(validate::issue::duplicate));
    return rpc::Error("DUPLICATE", "Another record has the same " + std::string(field) + ".", std::move(details));
}

boost::json::object facts(const v1::Company& company) { return values_of(company, *v1::CompanyPatch::descriptor()); }
boost::json::object facts(const v1::Branch& branch) { return values_of(branch, *v1::BranchPatch::descriptor()); }

}  // namespace loan_manager::fleet::organisation
