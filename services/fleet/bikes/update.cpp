#include "fleet/bikes/update.hpp"

#include "access/reach.hpp"
#include "fleet/bikes/bike_row.hpp"
#include "fleet/bikes/repository.hpp"
#include "fleet/bikes/rules.hpp"
#include "fleet/ledger/rows.hpp"
#include "fleet/values/proto_values.hpp"
#include "fleet/values/row_message.hpp"

namespace loan_manager::fleet::bikes {
namespace {

// Identity as the PATCH would leave it, for the duplicates question: only the keys that are being set.
v1::Bike identity_of(const v1::UpdateBikeRequest& request) {
    v1::Bike bike;
    apply(request, bike);
    return bike;
}

}  // namespace

void Update::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    unit.issues(check(request, unit.today()));
    const std::string id = unit.sound_id("id", request.id());
    auto identity = identity_of(request);
    identity.set_id(id);
    forget_unsound_identity(unit, identity);
    add_lock(reads, id, access::reach(unit.caller(), access::Permission::bikes_update));
    add_branch(reads, unit.sound_id("payment_branch_id", request.bike().payment_branch_id()));
    add_active_user(reads, unit.sound_id("bought_by", request.bike().bought_by()));
    add_duplicates(reads, identity);
    ledger::add_find(reads, ledger::Source::bicycles, id);
}

boost::asio::awaitable<rpc::Result<v1::Bike>> Update::execute(commands::Unit& unit, const request_type& request,
                                                              std::vector<postgres::Rows>& reads) {
    const auto& patch = request.bike();
    const auto payment_branch = read_branch(reads.at(1));
    if (patch.has_payment_branch_id() && !payment_branch) {
        unit.issue("payment_branch_id", validate::issue::not_found);
    }
    if (patch.has_bought_by() && reads.at(2).empty()) {
        unit.issue("bought_by", validate::issue::not_found);
    }
    if (auto valid = unit.valid(); !valid) {
        co_return valid.error();
    }

    auto locked = read_locked(reads.at(0));
    if (!locked) {
        co_return locked.error();
    }
    const v1::Bike& before = locked->bike;
    if (!locked->covered) {
        co_return rpc::out_of_scope();
    }
    if (auto current = commands::check_version(unit.context(), before.version()); !current) {
        co_return current.error();
    }
    if (auto patchable = check_patchable(before, request); !patchable) {
        co_return patchable.error();
    }
    if (auto twin = read_duplicate(reads.at(3))) {
        co_return *std::move(twin);
    }

    v1::Bike after = before;
    apply(request, after);
    if (names(request.update_mask(), "payment_branch_id")) {
        after.clear_payment_branch_id();
        after.clear_payment_branch_code();
        if (payment_branch) {
            after.set_payment_branch_id(payment_branch->place.branch_id);
            after.set_payment_branch_code(payment_branch->place.branch_code);
        }
    }

    if (facts(before) != facts(after)) {
        if (after.purchase_price() != before.purchase_price()) {
            const auto booked = ledger::read_found(reads.at(4));
            if (!booked) {
                co_return booked.error();
            }
            auto corrected = ledger::purchase_of(after);
            corrected.entry_date = runtime::format_date(unit.today());
            corrected.description = "Corrected purchase price of " + before.current_stock_number();
            ledger::rebook(unit, *booked, corrected, after);
        }
        after.set_version(before.version() + 1);
        assign(*after.mutable_updated_at(), unit.now());
        after.set_updated_by(unit.caller().user_id);
        update_facts(unit, after);
        record(unit, before, after, patch.reason());
    }

    hide_costs_from(unit.caller(), after);
    co_return after;
}

void Update::record(commands::Unit& unit, const v1::Bike& before, const v1::Bike& after,
                    const std::string& reason) const {
    commands::Change change;
    change.action = "BIKE_UPDATED";
    change.entity_type = "bicycle";
    change.entity_id = after.id();
    change.entity_no = after.current_stock_number();
    change.branch_id = after.current_branch_id();
    change.bicycle_id = after.id();
    change.reason = reason;
    change.old_values = facts(before);
    change.new_values = facts(after);
    commands::keep_changed(change.old_values, change.new_values);
    unit.record(std::move(change));
}

std::optional<rpc::Error> Update::refuse(const postgres::Error& error) { return bikes::refuse(error); }

}  // namespace loan_manager::fleet::bikes
