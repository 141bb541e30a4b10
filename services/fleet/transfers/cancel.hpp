#pragma once

#include "commands/runner.hpp"
#include "loanmanager/fleet/v1/transfers.pb.h"

namespace loan_manager::fleet::transfers {

/// T6, T7: calls a transfer off; the bike stays, or returns to, where it was (B7).
class Cancel final
    : public commands::Command<loanmanager::fleet::v1::CloseTransferRequest, loanmanager::fleet::v1::Transfer> {
public:
    void prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) override;
    boost::asio::awaitable<rpc::Result<response_type>> execute(commands::Unit& unit, const request_type& request,
                                                               std::vector<postgres::Rows>& reads) override;
};

}  // namespace loan_manager::fleet::transfers
