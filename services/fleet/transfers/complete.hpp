#pragma once

#include <cstdint>

#include "commands/runner.hpp"
#include "loanmanager/fleet/v1/transfers.pb.h"

namespace loan_manager::fleet::transfers {

/// T4: the bike has arrived. It gets a number of its new branch, and branch, company and cost move with it (B6).
class Complete final
    : public commands::Command<loanmanager::fleet::v1::CompleteTransferRequest, loanmanager::fleet::v1::Transfer> {
public:
    explicit Complete(std::int32_t stock_number_max) : stock_number_max_(stock_number_max) {}

    void prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) override;
    boost::asio::awaitable<rpc::Result<response_type>> execute(commands::Unit& unit, const request_type& request,
                                                               std::vector<postgres::Rows>& reads) override;

private:
    std::int32_t stock_number_max_;
};

}  // namespace loan_manager::fleet::transfers
