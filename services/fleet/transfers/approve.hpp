#pragma once

#include "commands/runner.hpp"
#include "loanmanager/fleet/v1/transfers.pb.h"

namespace loan_manager::fleet::transfers {

/// T2: the destination agrees and, unless told otherwise, the bike is sent off in the same command (T3).
class Approve final
    : public commands::Command<loanmanager::fleet::v1::ApproveTransferRequest, loanmanager::fleet::v1::Transfer> {
public:
    void prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) override;
    boost::asio::awaitable<rpc::Result<response_type>> execute(commands::Unit& unit, const request_type& request,
                                                               std::vector<postgres::Rows>& reads) override;
};

}  // namespace loan_manager::fleet::transfers
