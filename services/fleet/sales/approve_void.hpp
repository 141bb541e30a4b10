#pragma once

#include "commands/runner.hpp"
#include "loanmanager/fleet/v1/sales.pb.h"

namespace loan_manager::fleet::sales {

/// S5: the second person agrees.
class ApproveVoid final
    : public commands::Command<loanmanager::fleet::v1::ApproveVoidRequest, loanmanager::fleet::v1::Sale> {
public:
    void prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) override;
    boost::asio::awaitable<rpc::Result<response_type>> execute(commands::Unit& unit, const request_type& request,
                                                               std::vector<postgres::Rows>& reads) override;
    std::optional<rpc::Error> refuse(const postgres::Error& error) override;
};

}  // namespace loan_manager::fleet::sales
