#include "fleet/transfers/complete.hpp"

#include "fleet/bikes/state.hpp"
#include "fleet/ledger/repository.hpp"
#include "fleet/stock_numbers/repository.hpp"
#include "fleet/transfers/admission.hpp"
#include "fleet/transfers/repository.hpp"
#include "fleet/transfers/rules.hpp"

namespace loan_manager::fleet::transfers {
namespace {

// D-703: the destination bears the cost.
ledger::Entry cost_of(const v1::Transfer& transfer) {
    ledger::Entry entry;
    entry.type = v1::LEDGER_ENTRY_TYPE_TRANSFER;
    entry.source = ledger::Source::transfers;
    entry.source_id = transfer.id();
    entry.bicycle_id = transfer.bicycle_id();
    entry.branch_id = transfer.to_branch_id();
    entry.amount = transfer.transfer_cost();
    entry.entry_date = transfer.delivered_on();
    entry.description = "Transfer " + transfer.transfer_no() + " from " + transfer.from_stock_number() + " to " +
                        transfer.to_stock_number();
    entry.meta = to_json(transfer.cost_breakdown());
    return entry;
}

}  // namespace

void Complete::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    for (const auto& issue : check(costs_of(request))) {
        unit.issue(issue.field, issue.issue);
    }
    const std::string id = unit.sound_id("id", request.id());
    add_lock(reads, id);
    add_destination(reads, id);
}

boost::asio::awaitable<rpc::Result<v1::Transfer>> Complete::execute(commands::Unit& unit, const request_type& request,
                                                                    std::vector<postgres::Rows>& reads) {
    auto found = read_locked(reads);
    const auto delivered_on =
        request.has_delivered_on() ? runtime::parse_date(request.delivered_on()) : std::optional(unit.today());
    if (found && delivered_on && !is_delivery_day(found->transfer, *delivered_on, unit.today())) {
        unit.issue("delivered_on", validate::issue::out_of_range);
    }
    auto locked = admit(unit, std::move(found), access::Permission::transfers_move, End::destination);
    if (!locked) {
        co_return locked.error();
    }
    auto& transfer = locked->transfer;
    auto& bike = locked->bike;
    if (auto open = check_status(transfer, {v1::TRANSFER_STATUS_IN_TRANSIT}, "completed"); !open) {
        co_return open.error();
    }
    const auto destination = bikes::read_branch(reads.at(lock_results)).value();
    if (!destination.is_active) {
        co_return rpc::Error("BRANCH_INACTIVE");
    }

    // Last: from here to the commit the branch's other arrivals and procurements wait.
    const auto issued = co_await stock_numbers::draw(unit, destination.place, stock_number_max_);
    if (!issued) {
        co_return issued.error();
    }

    auto before = facts(transfer);
    apply(costs_of(request), transfer);
    complete(transfer, unit.caller().user_id, unit.now(), runtime::format_date(*delivered_on), issued->full_number);

    stock_numbers::release_number(unit, bike.id(), v1::RELEASE_REASON_TRANSFERRED_OUT);
    stock_numbers::Assignment assignment;
    assignment.bicycle_id = bike.id();
    assignment.reason = v1::ASSIGN_REASON_TRANSFER_IN;
    assignment.previous_number = transfer.from_stock_number();
    assignment.transfer_id = transfer.id();
    stock_numbers::assign_number(unit, *issued, destination.place, assignment);

    bikes::arrive(bike, destination.place, issued->full_number,
                  is_for_workshop(transfer, destination.is_repair_center));
    if (money::Money::parse(transfer.transfer_cost()) > money::Money()) {
        ledger::book(unit, cost_of(transfer), bike);
    }
    save(unit, transfer);
    bikes::save_state(unit, bike);
    record(unit, "TRANSFER_COMPLETED", transfer.to_branch_id(), std::move(before), transfer);
    co_return transfer;
}

}  // namespace loan_manager::fleet::transfers
