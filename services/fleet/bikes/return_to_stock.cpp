#include "fleet/bikes/return_to_stock.hpp"

#include "fleet/bikes/state.hpp"

namespace loan_manager::fleet::bikes {

access::Reach ReturnToStock::reach(const access::Identity& caller) const {
    return access::reach(caller, access::Permission::bikes_update);
}

rpc::Result<Move> ReturnToStock::move(commands::Unit&, const request_type&, const Situation& situation,
                                      v1::Bike& bike) const {
    if (auto ready = check_ready(bike, {.open_job = situation.jobs.all > 0}, {v1::BIKE_STATUS_MAINTENANCE}); !ready) {
        return ready.error();
    }
    return_to_stock(bike);
    return Move{"BIKE_RETURNED", {}};
}

}  // namespace loan_manager::fleet::bikes
