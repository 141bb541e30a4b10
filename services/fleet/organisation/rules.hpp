#pragma once

#include <cstdint>

#include "fleet/stock_numbers/counter.hpp"
#include "loanmanager/fleet/v1/organisation.pb.h"
#include "rpc/error.hpp"

/// The rules of companies and branches (D-301) as pure functions: no I/O, no clock.
namespace loan_manager::fleet::organisation {

namespace v1 = loanmanager::fleet::v1;

/// What holds a company or a branch as it is.
struct CompanyUse {
    bool has_numbers = false;  ///< One of its branches has issued a stock number.
    bool has_active_branches = false;
};
struct BranchUse {
    bool has_numbers = false;   ///< It has issued a stock number.
    bool has_bikes = false;     ///< Live bikes stand there.
    bool awaits_bikes = false;  ///< Open transfers lead there.
};

/// IN_USE: the code is part of issued numbers, or active branches belong to a company being deactivated.
rpc::Result<void> check_change(const v1::Company& before, const v1::Company& after, const CompanyUse& use);
/// IN_USE: code and company are part of issued numbers, or bikes stand at or travel to a branch being deactivated.
/// INVALID_STATE: check_owner().
rpc::Result<void> check_change(const v1::Branch& before, const v1::Branch& after, const BranchUse& use,
                               const v1::Company& owner);
/// INVALID_STATE: an active branch belongs to an active company.
rpc::Result<void> check_owner(const v1::Branch& branch, const v1::Company& owner);

/// The branch as numbers need it.
stock_numbers::Place place_of(const v1::Branch& branch);
/// The counter of a branch as clients see it; its version is that of the branch.
v1::StockCounter counter_row(const v1::Branch& branch, const stock_numbers::Counter& counter, std::int32_t max);

}  // namespace loan_manager::fleet::organisation
