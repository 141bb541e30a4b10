#pragma once

#include "commands/runner.hpp"
#include "loanmanager/fleet/v1/organisation.pb.h"

namespace loan_manager::fleet::organisation {

/// A new branch, with its stock counter at 0 (D-302).
class CreateBranch final
    : public commands::Command<loanmanager::fleet::v1::CreateBranchRequest, loanmanager::fleet::v1::Branch> {
public:
    void prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) override;
    boost::asio::awaitable<rpc::Result<response_type>> execute(commands::Unit& unit, const request_type& request,
                                                               std::vector<postgres::Rows>& reads) override;
    std::optional<rpc::Error> refuse(const postgres::Error& error) override;
};

}  // namespace loan_manager::fleet::organisation
