#include "fleet/bikes/procure.hpp"

#include "access/reach.hpp"
#include "fleet/bikes/bike_row.hpp"
#include "fleet/bikes/repository.hpp"
#include "fleet/bikes/rules.hpp"
#include "fleet/ledger/repository.hpp"
#include "fleet/stock_numbers/repository.hpp"
#include "fleet/values/proto_values.hpp"
#include "runtime/uuid.hpp"

namespace loan_manager::fleet::bikes {
namespace {

void assign_place(v1::Bike& bike, const stock_numbers::Place& place) {
    bike.set_company_id(place.company_id);
    bike.set_company_code(place.company_code);
    bike.set_current_branch_id(place.branch_id);
    bike.set_current_branch_code(place.branch_code);
    bike.set_acquisition_company_id(place.company_id);
    bike.set_acquisition_company_code(place.company_code);
    bike.set_acquisition_branch_id(place.branch_id);
    bike.set_acquisition_branch_code(place.branch_code);
}

}  // namespace

void Procure::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    for (const auto& issue : check(request, unit.today())) {
        unit.issue(issue.field, issue.issue);
    }
    draft_ = draft(request, unit.today());
    draft_.set_id(runtime::new_uuid().to_string());

    add_branch(reads, unit.sound_id("branch_id", request.branch_id()));
    add_branch(reads, unit.sound_id("payment_branch_id", request.payment_branch_id()));
    add_active_user(reads, unit.sound_id("bought_by", request.bought_by()));
    auto identity = draft_;
    forget_unsound_identity(unit, identity);
    add_duplicates(reads, identity);
}

boost::asio::awaitable<rpc::Result<v1::Bike>> Procure::execute(commands::Unit& unit, const request_type& request,
                                                               std::vector<postgres::Rows>& reads) {
    const auto branch = read_branch(reads.at(0));
    const auto payment_branch = read_branch(reads.at(1));
    if (!branch) {
        unit.issue("branch_id", validate::issue::not_found);
    }
    if (request.has_payment_branch_id() && !payment_branch) {
        unit.issue("payment_branch_id", validate::issue::not_found);
    }
    if (request.has_bought_by() && reads.at(2).empty()) {
        unit.issue("bought_by", validate::issue::not_found);
    }
    if (auto valid = unit.valid(); !valid) {
        co_return valid.error();
    }

    const auto& place = branch->place;
    const auto may_procure = access::reach(unit.caller(), access::Permission::bikes_procure);
    if (!may_procure.covers(place.branch_id, place.company_id)) {
        co_return rpc::out_of_scope();
    }
    if (auto twin = read_duplicate(reads.at(3))) {
        co_return *std::move(twin);
    }
    if (!branch->is_active) {
        co_return rpc::Error("BRANCH_INACTIVE");
    }

    v1::Bike bike = draft_;
    assign_place(bike, place);
    ledger::start_totals(bike);
    if (payment_branch) {
        bike.set_payment_branch_id(payment_branch->place.branch_id);
        bike.set_payment_branch_code(payment_branch->place.branch_code);
    }
    bike.set_version(1);
    assign(*bike.mutable_created_at(), unit.now());
    bike.set_created_by(unit.caller().user_id);
    assign(*bike.mutable_updated_at(), unit.now());
    bike.set_updated_by(unit.caller().user_id);

    // Last: from here to the commit the branch's other procurements wait.
    const auto issued = co_await stock_numbers::draw(unit, place, stock_number_max_);
    if (!issued) {
        co_return issued.error();
    }
    bike.set_current_stock_number(issued->full_number);

    insert(unit, bike);
    stock_numbers::Assignment assignment;
    assignment.bicycle_id = bike.id();
    assignment.reason = v1::ASSIGN_REASON_PURCHASE;
    stock_numbers::assign_number(unit, *issued, place, assignment);
    ledger::book(unit, ledger::purchase_of(bike));

    commands::Change change;
    change.action = "BIKE_PROCURED";
    change.entity_type = "bicycle";
    change.entity_id = bike.id();
    change.entity_no = issued->full_number;
    change.branch_id = place.branch_id;
    change.bicycle_id = bike.id();
    change.new_values = facts(bike);
    change.new_values["procurement_date"] = bike.procurement_date();
    change.new_values["procurement_source"] = token_of(bike.procurement_source());
    change.new_values["acquisition_branch_id"] = place.branch_id;
    change.new_values["current_stock_number"] = issued->full_number;
    change.payload = {{"branch_id", place.branch_id}, {"stock_number", issued->full_number}};
    unit.record(std::move(change));

    hide_costs_from(unit.caller(), bike);
    co_return bike;
}

std::optional<rpc::Error> Procure::refuse(const postgres::Error& error) { return bikes::refuse(error); }

}  // namespace loan_manager::fleet::bikes
