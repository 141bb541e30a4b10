#pragma once

#include "commands/runner.hpp"
#include "loanmanager/fleet/v1/bikes.pb.h"
#include "loanmanager/fleet/v1/sales.pb.h"

namespace loan_manager::fleet::sales {

/// S1: sells a bike. Freezes its cost and P/L, releases its number, books the sale, earns the commissions, takes the
/// trade-in into stock and draws the invoice number: all in one transaction, decided on the bike under lock.
class Sell final : public commands::Command<loanmanager::fleet::v1::SellBikeRequest, loanmanager::fleet::v1::Sale> {
public:
    explicit Sell(std::int32_t stock_number_max) : stock_number_max_(stock_number_max) {}

    void prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) override;
    boost::asio::awaitable<rpc::Result<response_type>> execute(commands::Unit& unit, const request_type& request,
                                                               std::vector<postgres::Rows>& reads) override;
    std::optional<rpc::Error> refuse(const postgres::Error& error) override;

private:
    std::int32_t stock_number_max_;
};

}  // namespace loan_manager::fleet::sales
