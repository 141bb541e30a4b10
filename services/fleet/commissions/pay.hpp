#pragma once

#include "commands/runner.hpp"
#include "loanmanager/fleet/v1/commissions.pb.h"

namespace loan_manager::fleet::commissions {

/// C3: APPROVED → PAID, with the reference of the payment. Also for counter-rows of a voided sale.
class Pay final
    : public commands::Command<loanmanager::fleet::v1::PayCommissionRequest, loanmanager::fleet::v1::Commission> {
public:
    void prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) override;
    boost::asio::awaitable<rpc::Result<response_type>> execute(commands::Unit& unit, const request_type& request,
                                                               std::vector<postgres::Rows>& reads) override;
};

}  // namespace loan_manager::fleet::commissions
