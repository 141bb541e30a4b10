#include "fleet/bikes/write_off.hpp"

#include "fleet/bikes/state.hpp"
#include "fleet/ledger/rows.hpp"
#include "fleet/stock_numbers/rows.hpp"
#include "fleet/values/proto_values.hpp"

namespace loan_manager::fleet::bikes {
namespace {

access::Reach may_write_off(const access::Identity& caller) {
    return access::reach(caller, access::Permission::bikes_write_off);
}

// Only voiding the sale that brought a trade-in bike in gives it back (D-510).
void check_kind(commands::Unit& unit, v1::WriteOffKind kind) {
    if (kind == v1::WRITE_OFF_KIND_TRADE_IN_RETURNED) {
        unit.issue("kind", validate::issue::not_allowed);
    }
}

}  // namespace

access::Reach RequestWriteOff::reach(const access::Identity& caller) const {
    return access::reach(caller, access::Permission::bikes_write_off_request);
}

void RequestWriteOff::check(commands::Unit& unit, const request_type& request) const {
    check_kind(unit, request.kind());
}

rpc::Result<Move> RequestWriteOff::move(commands::Unit& unit, const request_type& request, const Situation&,
                                        v1::Bike& bike) const {
    if (auto live = check_live(bike); !live) {
        return live.error();
    }
    bike.set_write_off_requested_by(unit.caller().user_id);
    assign(*bike.mutable_write_off_requested_at(), unit.now());
    bike.set_write_off_requested_kind(request.kind());
    bike.set_write_off_requested_reason(request.reason());
    return Move{"BIKE_WRITE_OFF_REQUESTED", request.reason()};
}

access::Reach RejectWriteOff::reach(const access::Identity& caller) const { return may_write_off(caller); }

rpc::Result<Move> RejectWriteOff::move(commands::Unit&, const request_type& request, const Situation&,
                                       v1::Bike& bike) const {
    if (auto live = check_live(bike); !live) {
        return live.error();
    }
    if (!bike.has_write_off_requested_by()) {
        return rpc::Error("INVALID_STATE", "Nobody has asked for this bike to be written off.");
    }
    clear_write_off_request(bike);
    return Move{"BIKE_WRITE_OFF_REJECTED", request.reason()};
}

access::Reach WriteOff::reach(const access::Identity& caller) const { return may_write_off(caller); }

void WriteOff::check(commands::Unit& unit, const request_type& request) const { check_kind(unit, request.kind()); }

void WriteOff::add_reads(postgres::Batch& reads, const std::string& bicycle_id) const {
    ledger::add_find(reads, ledger::Source::bicycles, bicycle_id);
    ledger::add_is_purchase_only(reads, bicycle_id);
}

rpc::Result<Move> WriteOff::move(commands::Unit& unit, const request_type& request, const Situation& situation,
                                 v1::Bike& bike) const {
    if (auto ready = check_ready(bike, {.open_job = situation.jobs.all > 0},
                                 {v1::BIKE_STATUS_IN_STOCK, v1::BIKE_STATUS_MAINTENANCE});
        !ready) {
        return ready.error();
    }
    if (request.kind() == v1::WRITE_OFF_KIND_DATA_ENTRY_ERROR) {
        if (!ledger::read_is_purchase_only(situation.reads.at(first_read + 1))) {
            return rpc::Error("INVALID_STATE", "More than the purchase has been booked for this bike.");
        }
        const auto purchase = ledger::read_found(situation.reads.at(first_read));
        if (!purchase) {
            return purchase.error();
        }
        ledger::reverse(unit, *purchase, "Entered by mistake: " + bike.current_stock_number(), bike);
    }
    stock_numbers::release_number(unit, bike.id(), v1::RELEASE_REASON_WRITTEN_OFF);
    mark_written_off(bike, request.kind());
    bike.set_written_off_by(unit.caller().user_id);
    assign(*bike.mutable_written_off_at(), unit.now());
    bike.set_write_off_reason(request.reason());
    return Move{"BIKE_WRITTEN_OFF", request.reason()};
}

}  // namespace loan_manager::fleet::bikes
