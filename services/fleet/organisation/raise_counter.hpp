#pragma once

#include "commands/runner.hpp"
#include "loanmanager/fleet/v1/organisation.pb.h"

namespace loan_manager::fleet::organisation {

/// D-302: skips the numbers that paper has used. Changes the branch's version, whose ETag guards it.
class RaiseCounter final
    : public commands::Command<loanmanager::fleet::v1::RaiseStockCounterRequest, loanmanager::fleet::v1::StockCounter> {
public:
    explicit RaiseCounter(std::int32_t stock_number_max) : stock_number_max_(stock_number_max) {}

    void prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) override;
    boost::asio::awaitable<rpc::Result<response_type>> execute(commands::Unit& unit, const request_type& request,
                                                               std::vector<postgres::Rows>& reads) override;

private:
    std::int32_t stock_number_max_;
};

}  // namespace loan_manager::fleet::organisation
