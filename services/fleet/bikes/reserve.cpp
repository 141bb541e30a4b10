#include "fleet/bikes/reserve.hpp"

#include "fleet/bikes/state.hpp"

namespace loan_manager::fleet::bikes {
namespace {

access::Reach may_reserve(const access::Identity& caller) {
    return access::reach(caller, access::Permission::bikes_reserve);
}

rpc::Result<Move> end_reservation(v1::Bike& bike) {
    if (auto ready = check_ready(bike, {}, {v1::BIKE_STATUS_ALLOCATED}); !ready) {
        return ready.error();
    }
    clear_reservation(bike);
    bike.set_status(v1::BIKE_STATUS_IN_STOCK);
    return Move{"BIKE_RELEASED", {}};
}

}  // namespace

access::Reach Reserve::reach(const access::Identity& caller) const { return may_reserve(caller); }

void Reserve::check(commands::Unit& unit, const request_type& request) const {
    const auto until = runtime::parse_date(request.reserved_until());
    if (until && *until < unit.today()) {
        unit.issue("reserved_until", validate::issue::out_of_range);
    }
}

rpc::Result<Move> Reserve::move(commands::Unit&, const request_type& request, const Situation& situation,
                                v1::Bike& bike) const {
    if (auto ready = check_ready(bike, {.open_job = situation.jobs.all > 0}, {v1::BIKE_STATUS_IN_STOCK}); !ready) {
        return ready.error();
    }
    bike.set_status(v1::BIKE_STATUS_ALLOCATED);
    bike.set_allocation_kind(v1::ALLOCATION_KIND_CUSTOMER);
    bike.set_reserved_for(request.reserved_for());
    if (request.has_reserved_phone()) {
        bike.set_reserved_phone(request.reserved_phone());
    }
    if (request.has_reserved_until()) {
        bike.set_reserved_until(request.reserved_until());
    }
    return Move{"BIKE_RESERVED", {}};
}

access::Reach Release::reach(const access::Identity& caller) const { return may_reserve(caller); }

rpc::Result<Move> Release::move(commands::Unit&, const request_type&, const Situation&, v1::Bike& bike) const {
    return end_reservation(bike);
}

access::Reach Expire::reach(const access::Identity&) const { return access::Reach::everything(); }

rpc::Result<Move> Expire::move(commands::Unit&, const request_type&, const Situation&, v1::Bike& bike) const {
    const auto until = runtime::parse_date(bike.reserved_until());
    if (!until || *until >= today_) {
        return rpc::Error("INVALID_STATE", "The bike has no reservation that has expired.");
    }
    return end_reservation(bike);
}

}  // namespace loan_manager::fleet::bikes
