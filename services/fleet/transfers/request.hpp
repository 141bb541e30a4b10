#pragma once

#include "commands/runner.hpp"
#include "loanmanager/fleet/v1/transfers.pb.h"

namespace loan_manager::fleet::transfers {

/// T1: asks for a bike to be moved to another branch; it is allocated to the transfer from now on (B4).
class Request final
    : public commands::Command<loanmanager::fleet::v1::RequestTransferRequest, loanmanager::fleet::v1::Transfer> {
public:
    void prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) override;
    boost::asio::awaitable<rpc::Result<response_type>> execute(commands::Unit& unit, const request_type& request,
                                                               std::vector<postgres::Rows>& reads) override;
    std::optional<rpc::Error> refuse(const postgres::Error& error) override;
};

}  // namespace loan_manager::fleet::transfers
