#pragma once

#include <boost/json/object.hpp>
#include <string_view>

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

/// 409 DUPLICATE naming the field.
rpc::Error taken(std::string_view field);

/// What an audit row shows: every fact that a client can set, in column names.
boost::json::object facts(const v1::Company& company);
boost::json::object facts(const v1::Branch& branch);

}  // namespace loan_manager::fleet::organisation
