#pragma once

#include "commands/runner.hpp"
#include "loanmanager/fleet/v1/bikes.pb.h"

namespace loan_manager::fleet::bikes {

/// B1: buys a bike into a branch. Draws its stock number, books the purchase.
class Procure final
    : public commands::Command<loanmanager::fleet::v1::ProcureBikeRequest, loanmanager::fleet::v1::Bike> {
public:
    explicit Procure(std::int32_t stock_number_max) : stock_number_max_(stock_number_max) {}

    void prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) override;
    boost::asio::awaitable<rpc::Result<response_type>> execute(commands::Unit& unit, const request_type& request,
                                                               std::vector<postgres::Rows>& reads) override;
    std::optional<rpc::Error> refuse(const postgres::Error& error) override;

private:
    std::int32_t stock_number_max_;
    response_type draft_;
};

}  // namespace loan_manager::fleet::bikes
