// Commands that change the state of one bike and nothing else: B2, B3, B10, B13.
#include "access/reach.hpp"
#include "fleet/bikes/commands.hpp"
#include "fleet/bikes/rows.hpp"
#include "fleet/bikes/state.hpp"
#include "fleet/ledger/rows.hpp"
#include "fleet/stock_numbers/rows.hpp"
#include "sql/proto_values.hpp"

namespace loan_manager::fleet::bikes {
namespace {

using access::Permission;

/// What each of them reads: the bike under lock, and the jobs open on it.
struct Reads {
    sql::Handle<rpc::Result<Locked>> lock;
    sql::Handle<OpenJobs> jobs;
};
Reads add_reads(CommandContext& command, const std::string& request_id, const access::Reach& reach) {
    const std::string id = command.sound_id("id", request_id);
    const auto lock = add_lock(command.reads(), id, reach);
    return Reads{lock, add_open_jobs(command.reads(), id)};
}
template <class Request>
Reads add_reads(CommandContext& command, const Request& request, Permission permission) {
    return add_reads(command, request.id(), access::reach(command.caller(), permission));
}

// The bike as its next version, and what changed of it; the answer hides what the caller may not see.
v1::Bike finish(CommandContext& command, const char* action, const v1::Bike& before, v1::Bike after,
                const std::string& reason = {}) {
    save(command, after);
    record(command, action, before, after, reason);
    return visible_to(command.caller(), std::move(after));
}

rpc::Result<void> end_reservation(v1::Bike& bike) {
    if (auto ready = check_ready(bike, {}, {v1::BIKE_STATUS_ALLOCATED}); !ready) {
        return ready;
    }
    clear_reservation(bike);
    bike.set_status(v1::BIKE_STATUS_IN_STOCK);
    return {};
}

// Only voiding the sale that brought a trade-in bike in gives it back (D-510).
void check_kind(CommandContext& command, v1::WriteOffKind kind) {
    if (kind == v1::WRITE_OFF_KIND_TRADE_IN_RETURNED) {
        command.issue("kind", validate::issue::not_allowed);
    }
}

}  // namespace

Answer reserve(CommandContext& command, const v1::ReserveBikeRequest& request) {
    const auto until = runtime::parse_date(request.reserved_until());
    if (until && *until < command.today()) {
        command.issue("reserved_until", validate::issue::out_of_range);
    }
    const auto reads = add_reads(command, request, Permission::bikes_reserve);
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    const auto locked = admit(command, reads.lock);
    if (!locked) {
        co_return locked.error();
    }
    v1::Bike bike = locked->bike;
    if (auto ready = check_ready(bike, {.open_job = command[reads.jobs].all > 0}, {v1::BIKE_STATUS_IN_STOCK}); !ready) {
        co_return ready.error();
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
    co_return finish(command, "BIKE_RESERVED", locked->bike, std::move(bike));
}

Answer release(CommandContext& command, const v1::BikeCommandRequest& request) {
    const auto reads = add_reads(command, request, Permission::bikes_reserve);
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    const auto locked = admit(command, reads.lock);
    if (!locked) {
        co_return locked.error();
    }
    v1::Bike bike = locked->bike;
    if (auto ended = end_reservation(bike); !ended) {
        co_return ended.error();
    }
    co_return finish(command, "BIKE_RELEASED", locked->bike, std::move(bike));
}

Answer expire(CommandContext& command, const v1::BikeCommandRequest& request, runtime::Date today) {
    const auto reads = add_reads(command, request.id(), access::Reach::everything());
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    const auto locked = admit(command, reads.lock);
    if (!locked) {
        co_return locked.error();
    }
    v1::Bike bike = locked->bike;
    const auto until = runtime::parse_date(bike.reserved_until());
    if (!until || *until >= today) {
        co_return rpc::Error("INVALID_STATE", "The bike has no reservation that has expired.");
    }
    if (auto ended = end_reservation(bike); !ended) {
        co_return ended.error();
    }
    co_return finish(command, "BIKE_RELEASED", locked->bike, std::move(bike));
}

Answer return_to_stock(CommandContext& command, const v1::BikeCommandRequest& request) {
    const auto reads = add_reads(command, request, Permission::bikes_update);
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    const auto locked = admit(command, reads.lock);
    if (!locked) {
        co_return locked.error();
    }
    v1::Bike bike = locked->bike;
    if (auto ready = check_ready(bike, {.open_job = command[reads.jobs].all > 0}, {v1::BIKE_STATUS_MAINTENANCE});
        !ready) {
        co_return ready.error();
    }
    return_to_stock(bike);
    co_return finish(command, "BIKE_RETURNED", locked->bike, std::move(bike));
}

Answer request_write_off(CommandContext& command, const v1::WriteOffRequest& request) {
    check_kind(command, request.kind());
    const auto reads = add_reads(command, request, Permission::bikes_write_off_request);
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    const auto locked = admit(command, reads.lock);
    if (!locked) {
        co_return locked.error();
    }
    v1::Bike bike = locked->bike;
    if (auto live = check_live(bike); !live) {
        co_return live.error();
    }
    bike.set_write_off_requested_by(command.caller().user_id);
    sql::assign(*bike.mutable_write_off_requested_at(), command.now());
    bike.set_write_off_requested_kind(request.kind());
    bike.set_write_off_requested_reason(request.reason());
    co_return finish(command, "BIKE_WRITE_OFF_REQUESTED", locked->bike, std::move(bike), request.reason());
}

Answer reject_write_off(CommandContext& command, const v1::RejectWriteOffRequest& request) {
    const auto reads = add_reads(command, request, Permission::bikes_write_off);
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    const auto locked = admit(command, reads.lock);
    if (!locked) {
        co_return locked.error();
    }
    v1::Bike bike = locked->bike;
    if (auto live = check_live(bike); !live) {
        co_return live.error();
    }
    if (!bike.has_write_off_requested_by()) {
        co_return rpc::Error("INVALID_STATE", "Nobody has asked for this bike to be written off.");
    }
    clear_write_off_request(bike);
    co_return finish(command, "BIKE_WRITE_OFF_REJECTED", locked->bike, std::move(bike), request.reason());
}

Answer write_off(CommandContext& command, const v1::WriteOffRequest& request) {
    check_kind(command, request.kind());
    const auto reads = add_reads(command, request, Permission::bikes_write_off);
    const std::string id = command.sound_id("id", request.id());
    const auto purchase_entry = ledger::add_find(command.reads(), ledger::Source::bicycles, id);
    const auto purchase_only = ledger::add_is_purchase_only(command.reads(), id);
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    const auto locked = admit(command, reads.lock);
    if (!locked) {
        co_return locked.error();
    }
    v1::Bike bike = locked->bike;
    if (auto ready = check_ready(bike, {.open_job = command[reads.jobs].all > 0},
                                 {v1::BIKE_STATUS_IN_STOCK, v1::BIKE_STATUS_MAINTENANCE});
        !ready) {
        co_return ready.error();
    }
    if (request.kind() == v1::WRITE_OFF_KIND_DATA_ENTRY_ERROR) {
        if (!command[purchase_only]) {
            co_return rpc::Error("INVALID_STATE", "More than the purchase has been booked for this bike.");
        }
        const auto purchase = command[purchase_entry];
        if (!purchase) {
            co_return purchase.error();
        }
        ledger::reverse(command, *purchase, "Entered by mistake: " + bike.current_stock_number(), bike);
    }
    stock_numbers::release_number(command, bike.id(), v1::RELEASE_REASON_WRITTEN_OFF);
    mark_written_off(bike, request.kind(), command.caller().user_id, command.now(), request.reason());
    co_return finish(command, "BIKE_WRITTEN_OFF", locked->bike, std::move(bike), request.reason());
}

}  // namespace loan_manager::fleet::bikes
