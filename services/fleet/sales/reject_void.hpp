#pragma once

#include "commands/runner.hpp"
#include "loanmanager/fleet/v1/sales.pb.h"

namespace loan_manager::fleet::sales {

/// S6: the second person disagrees, or the requester thinks better of it. The sale is as it was.
class RejectVoid final
    : public commands::Command<loanmanager::fleet::v1::RejectVoidRequest, loanmanager::fleet::v1::Sale> {
public:
    void prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) override;
    boost::asio::awaitable<rpc::Result<response_type>> execute(commands::Unit& unit, const request_type& request,
                                                               std::vector<postgres::Rows>& reads) override;
};

}  // namespace loan_manager::fleet::sales
