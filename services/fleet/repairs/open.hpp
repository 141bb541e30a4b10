#pragma once

#include "commands/runner.hpp"
#include "loanmanager/fleet/v1/repairs.pb.h"

namespace loan_manager::fleet::repairs {

/// J1: opens a job. A stock job takes its bike into maintenance (B8).
class Open final
    : public commands::Command<loanmanager::fleet::v1::OpenRepairJobRequest, loanmanager::fleet::v1::RepairJob> {
public:
    void prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) override;
    boost::asio::awaitable<rpc::Result<response_type>> execute(commands::Unit& unit, const request_type& request,
                                                               std::vector<postgres::Rows>& reads) override;

private:
    // The mechanic of the job: who was named, or the caller himself if he may only open jobs of his own.
    std::string mechanic_id_;
};

}  // namespace loan_manager::fleet::repairs
