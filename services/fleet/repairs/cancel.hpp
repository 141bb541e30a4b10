#pragma once

#include "commands/runner.hpp"
#include "loanmanager/fleet/v1/repairs.pb.h"

namespace loan_manager::fleet::repairs {

/// J5: called off; nothing is booked, and the bike returns to stock with its last stock job (B9).
class Cancel final
    : public commands::Command<loanmanager::fleet::v1::CancelRepairJobRequest, loanmanager::fleet::v1::RepairJob> {
public:
    void prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) override;
    boost::asio::awaitable<rpc::Result<response_type>> execute(commands::Unit& unit, const request_type& request,
                                                               std::vector<postgres::Rows>& reads) override;
};

}  // namespace loan_manager::fleet::repairs
