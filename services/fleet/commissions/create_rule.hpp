#pragma once

#include "commands/runner.hpp"
#include "loanmanager/fleet/v1/commissions.pb.h"

namespace loan_manager::fleet::commissions {

/// A new commission rule of a company, for dates that no other active rule covers (D-801).
class CreateRule final : public commands::Command<loanmanager::fleet::v1::CreateCommissionRuleRequest,
                                                  loanmanager::fleet::v1::CommissionRule> {
public:
    void prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) override;
    boost::asio::awaitable<rpc::Result<response_type>> execute(commands::Unit& unit, const request_type& request,
                                                               std::vector<postgres::Rows>& reads) override;
    std::optional<rpc::Error> refuse(const postgres::Error& error) override;
};

}  // namespace loan_manager::fleet::commissions
