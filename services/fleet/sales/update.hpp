#pragma once

#include "commands/runner.hpp"
#include "loanmanager/fleet/v1/sales.pb.h"

namespace loan_manager::fleet::sales {

/// S2: corrects customer, delivery, institution, warranty and notes. For 24 hours whoever may; later only an admin,
/// who says why.
class Update final : public commands::Command<loanmanager::fleet::v1::UpdateSaleRequest, loanmanager::fleet::v1::Sale> {
public:
    void prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) override;
    boost::asio::awaitable<rpc::Result<response_type>> execute(commands::Unit& unit, const request_type& request,
                                                               std::vector<postgres::Rows>& reads) override;
};

}  // namespace loan_manager::fleet::sales
