#include "fleet/bikes/acquire.hpp"

#include "fleet/bikes/rows.hpp"
#include "fleet/ledger/rows.hpp"

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

void take_in(commands::CommandContext& command, v1::Bike& bike, const stock_numbers::Place& place,
             v1::AssignReason reason, const stock_numbers::Issued& issued) {
    assign_place(bike, place);
    ledger::start_totals(bike);
    bike.set_current_stock_number(issued.full_number);

    insert(command, bike);
    stock_numbers::Assignment assignment;
    assignment.bicycle_id = bike.id();
    assignment.reason = reason;
    stock_numbers::assign_number(command, issued, place, assignment);
    ledger::book(command, ledger::purchase_of(bike));
    record_new(command, bike);
}

boost::asio::awaitable<rpc::Result<void>> acquire(commands::CommandContext& command, v1::Bike& bike,
                                                  const stock_numbers::Place& place, v1::AssignReason reason,
                                                  std::int32_t stock_number_max) {
    const auto issued = co_await stock_numbers::draw(command, place, stock_number_max);
    if (!issued) {
        co_return issued.error();
    }
    take_in(command, bike, place, reason, *issued);
    co_return rpc::Result<void>();
}

}  // namespace loan_manager::fleet::bikes
