// What happens when a transfer is completed: T4.
#include "fleet/bikes/state.hpp"
#include "fleet/ledger/rows.hpp"
#include "fleet/stock_numbers/rows.hpp"
#include "fleet/transfers/commands.hpp"
#include "fleet/transfers/rows.hpp"
#include "fleet/transfers/rules.hpp"
#include "sql/row_message.hpp"

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
    entry.meta = sql::texts_of(transfer.cost_breakdown());
    return entry;
}

}  // namespace

Answer complete(CommandContext& command, const v1::CompleteTransferRequest& request, std::int32_t stock_number_max) {
    command.issues(check(costs_of(request)));
    const std::string id = command.sound_id("id", request.id());
    const auto lock = add_lock(command.reads(), id);
    const auto to = add_destination(command.reads(), id);
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }

    const auto delivered_on =
        request.has_delivered_on() ? runtime::parse_date(request.delivered_on()) : std::optional(command.today());
    if (const auto found = command[lock];
        found && delivered_on && !is_delivery_day(found->transfer, *delivered_on, command.today())) {
        command.issue("delivered_on", validate::issue::out_of_range);
    }
    auto locked = admit(command, lock, access::Permission::transfers_move, End::destination);
    if (!locked) {
        co_return locked.error();
    }
    auto& transfer = locked->transfer;
    auto& bike = locked->bike;
    if (auto open = check_status(transfer, {v1::TRANSFER_STATUS_IN_TRANSIT}, "completed"); !open) {
        co_return open.error();
    }
    const auto destination = command[to].value();
    if (!destination.is_active) {
        co_return rpc::Error("BRANCH_INACTIVE");
    }

    // Last: from here to the commit the branch's other arrivals and procurements wait.
    const auto issued = co_await stock_numbers::draw(command, destination.place, stock_number_max);
    if (!issued) {
        co_return issued.error();
    }

    const v1::Transfer before = transfer;
    apply(costs_of(request), transfer);
    complete(transfer, command.caller().user_id, command.now(), runtime::format_date(*delivered_on),
             issued->full_number);

    stock_numbers::release_number(command, bike.id(), v1::RELEASE_REASON_TRANSFERRED_OUT);
    stock_numbers::Assignment assignment;
    assignment.bicycle_id = bike.id();
    assignment.reason = v1::ASSIGN_REASON_TRANSFER_IN;
    assignment.previous_number = transfer.from_stock_number();
    assignment.transfer_id = transfer.id();
    stock_numbers::assign_number(command, *issued, destination.place, assignment);

    bikes::arrive(bike, destination.place, issued->full_number,
                  is_for_workshop(transfer, destination.is_repair_center));
    if (money::Money::parse(transfer.transfer_cost()) > money::Money()) {
        ledger::book(command, cost_of(transfer), bike);
    }
    save(command, transfer);
    bikes::save(command, bike);
    record(command, "TRANSFER_COMPLETED", transfer.to_branch_id(), before, transfer);
    co_return transfer;
}

}  // namespace loan_manager::fleet::transfers
