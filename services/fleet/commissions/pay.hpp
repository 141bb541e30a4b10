#pragma once

#include "fleet/commissions/decision.hpp"

namespace loan_manager::fleet::commissions {

/// C3: APPROVED → PAID, with the reference of the payment. Also for counter-rows of a voided sale.
class Pay final : public Decision<v1::PayCommissionRequest> {
public:
    boost::asio::awaitable<rpc::Result<v1::Commission>> execute(commands::Unit& unit, const request_type& request,
                                                                std::vector<postgres::Rows>& reads) override;
};

}  // namespace loan_manager::fleet::commissions
