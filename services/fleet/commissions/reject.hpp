#pragma once

#include "fleet/commissions/decision.hpp"

namespace loan_manager::fleet::commissions {

/// C4: PENDING → REJECTED, with a reason.
class Reject final : public Decision<v1::RejectCommissionRequest> {
public:
    boost::asio::awaitable<rpc::Result<v1::Commission>> execute(commands::Unit& unit, const request_type& request,
                                                                std::vector<postgres::Rows>& reads) override;
};

}  // namespace loan_manager::fleet::commissions
