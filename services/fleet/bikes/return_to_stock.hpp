#pragma once

#include "fleet/bikes/state_command.hpp"

namespace loan_manager::fleet::bikes {

/// B10: a bike in maintenance without an open job goes back to stock.
class ReturnToStock final : public StateCommand<v1::BikeCommandRequest> {
protected:
    access::Reach reach(const access::Identity& caller) const override;
    rpc::Result<Move> move(commands::Unit& unit, const request_type& request, const Situation& situation,
                           v1::Bike& bike) const override;
};

}  // namespace loan_manager::fleet::bikes
