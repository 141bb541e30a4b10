#include "fleet/bikes/acquire.hpp"

#include "fleet/bikes/repository.hpp"
#include "fleet/bikes/rules.hpp"
#include "fleet/ledger/rows.hpp"
#include "fleet/values/proto_values.hpp"

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

void stamp_as_new(v1::Bike& bike, const commands::Unit& unit) {
    bike.set_version(1);
    assign(*bike.mutable_created_at(), unit.now());
    bike.set_created_by(unit.caller().user_id);
    assign(*bike.mutable_updated_at(), unit.now());
    bike.set_updated_by(unit.caller().user_id);
}

void record(commands::Unit& unit, const v1::Bike& bike) {
    commands::Change change;
    change.action = "BIKE_PROCURED";
    change.entity_type = "bicycle";
    change.entity_id = bike.id();
    change.entity_no = bike.current_stock_number();
    change.branch_id = bike.current_branch_id();
    change.bicycle_id = bike.id();
    change.new_values = facts(bike);
    change.new_values["procurement_date"] = bike.procurement_date();
    change.new_values["procurement_source"] = token_of(bike.procurement_source());
    change.new_values["acquisition_branch_id"] = bike.acquisition_branch_id();
    change.new_values["current_stock_number"] = bike.current_stock_number();
    if (bike.has_trade_in_sale_id()) {
        change.new_values["trade_in_sale_id"] = bike.trade_in_sale_id();
    }
    change.payload = {{"branch_id", bike.current_branch_id()}, {"stock_number", bike.current_stock_number()}};
    unit.record(std::move(change));
}

}  // namespace

void take_in(commands::CommandContext& command, v1::Bike& bike, const stock_numbers::Place& place,
             v1::AssignReason reason, const stock_numbers::Issued& issued) {
    assign_place(bike, place);
    ledger::start_totals(bike);
    stamp_as_new(bike, command);
    bike.set_current_stock_number(issued.full_number);

    insert(command, bike);
    stock_numbers::Assignment assignment;
    assignment.bicycle_id = bike.id();
    assignment.reason = reason;
    stock_numbers::assign_number(command, issued, place, assignment);
    ledger::book(command, ledger::purchase_of(bike));
    record(command, bike);
}

boost::asio::awaitable<rpc::Result<void>> acquire(commands::Unit& unit, v1::Bike& bike,
                                                  const stock_numbers::Place& place, v1::AssignReason reason,
                                                  std::int32_t stock_number_max) {
    const auto issued = co_await stock_numbers::draw(unit, place, stock_number_max);
    if (!issued) {
        co_return issued.error();
    }
    take_in(unit, bike, place, reason, *issued);
    co_return rpc::Result<void>();
}

}  // namespace loan_manager::fleet::bikes
