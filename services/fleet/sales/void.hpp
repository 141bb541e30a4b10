#pragma once

#include "commands/runner.hpp"
#include "loanmanager/fleet/v1/sales.pb.h"

namespace loan_manager::fleet::sales {

/// S3: within 24 hours of its recording a sale is void at once. S4: later the void is only asked for; the answer is
/// 202, and the sale's commissions stand still until somebody else has decided.
class VoidSale final : public commands::Command<loanmanager::fleet::v1::VoidSaleRequest, loanmanager::fleet::v1::Sale> {
public:
    void prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) override;
    boost::asio::awaitable<rpc::Result<response_type>> execute(commands::Unit& unit, const request_type& request,
                                                               std::vector<postgres::Rows>& reads) override;
    std::optional<rpc::Error> refuse(const postgres::Error& error) override;
};

}  // namespace loan_manager::fleet::sales
