#pragma once

#include "fleet/commissions/decision.hpp"

namespace loan_manager::fleet::commissions {

/// C2: PENDING → APPROVED, by somebody else than the payee.
class Approve final : public Decision<v1::ApproveCommissionRequest> {
public:
    boost::asio::awaitable<rpc::Result<v1::Commission>> execute(commands::Unit& unit, const request_type& request,
                                                                std::vector<postgres::Rows>& reads) override;
};

}  // namespace loan_manager::fleet::commissions
