#pragma once

#include "commands/runner.hpp"
#include "loanmanager/fleet/v1/organisation.pb.h"

namespace loan_manager::fleet::organisation {

/// PATCH of a branch. Code and company are part of stock numbers, and it stays active while bikes are there or on the
/// way (D-301).
class UpdateBranch final
    : public commands::Command<loanmanager::fleet::v1::UpdateBranchRequest, loanmanager::fleet::v1::Branch> {
public:
    void prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) override;
    boost::asio::awaitable<rpc::Result<response_type>> execute(commands::Unit& unit, const request_type& request,
                                                               std::vector<postgres::Rows>& reads) override;
    std::optional<rpc::Error> refuse(const postgres::Error& error) override;
};

}  // namespace loan_manager::fleet::organisation
