#pragma once

#include "commands/runner.hpp"
#include "loanmanager/fleet/v1/commissions.pb.h"

namespace loan_manager::fleet::commissions {

/// PATCH of a commission rule. One that commissions refer to takes only a new name and an end that leaves them covered
/// (D-811).
class UpdateRule final : public commands::Command<loanmanager::fleet::v1::UpdateCommissionRuleRequest,
                                                  loanmanager::fleet::v1::CommissionRule> {
public:
    void prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) override;
    boost::asio::awaitable<rpc::Result<response_type>> execute(commands::Unit& unit, const request_type& request,
                                                               std::vector<postgres::Rows>& reads) override;
    std::optional<rpc::Error> refuse(const postgres::Error& error) override;
};

}  // namespace loan_manager::fleet::commissions
