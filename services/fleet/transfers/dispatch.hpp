#pragma once

#include "commands/runner.hpp"
#include "fleet/transfers/rules.hpp"
#include "loanmanager/fleet/v1/bikes.pb.h"
#include "loanmanager/fleet/v1/transfers.pb.h"

namespace loan_manager::fleet::transfers {

/// What happens when an approved transfer is dispatched, by T3 or at once by T2: the bike is in transit (B5). Saves the
/// bike and records the change; saving the transfer is left to the command.
void send_off(commands::Unit& unit, v1::Transfer& transfer, v1::Bike& bike, const Costs& costs = {});

/// T3: the bike leaves its branch.
class Dispatch final
    : public commands::Command<loanmanager::fleet::v1::DispatchTransferRequest, loanmanager::fleet::v1::Transfer> {
public:
    void prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) override;
    boost::asio::awaitable<rpc::Result<response_type>> execute(commands::Unit& unit, const request_type& request,
                                                               std::vector<postgres::Rows>& reads) override;
};

}  // namespace loan_manager::fleet::transfers
