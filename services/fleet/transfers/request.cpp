// A transfer begins: T1.
#include "access/reach.hpp"
#include "commands/admit.hpp"
#include "fleet/bikes/rows.hpp"
#include "fleet/bikes/state.hpp"
#include "fleet/documents/numbers.hpp"
#include "fleet/organisation/held_branch.hpp"
#include "fleet/transfers/commands.hpp"
#include "fleet/transfers/rows.hpp"
#include "fleet/transfers/rules.hpp"
#include "runtime/uuid.hpp"
#include "sql/row_message.hpp"

namespace loan_manager::fleet::transfers {
namespace {

v1::Transfer transfer_of(const CommandContext& command, const v1::RequestTransferRequest& request, const v1::Bike& bike,
                         const stock_numbers::Place& destination) {
    v1::Transfer transfer;
    sql::copy_fields(request, transfer, {"to_branch_id", "transfer_cost"});
    transfer.set_id(runtime::new_uuid().to_string());
    transfer.set_from_branch_id(bike.current_branch_id());
    transfer.set_from_branch_code(bike.current_branch_code());
    transfer.set_to_branch_id(destination.branch_id);
    transfer.set_to_branch_code(destination.branch_code);
    transfer.set_status(v1::TRANSFER_STATUS_PENDING);
    transfer.set_transfer_cost(money::Money().to_string());
    apply(costs_of(request), transfer);
    transfer.set_from_stock_number(bike.current_stock_number());
    transfer.set_is_inter_company(bike.company_id() != destination.company_id);
    transfer.set_requested_by(command.caller().user_id);
    sql::assign(*transfer.mutable_requested_at(), command.now());
    return transfer;
}

}  // namespace

Answer request(CommandContext& command, const v1::RequestTransferRequest& request) {
    command.issues(check(request));
    const std::string id = command.sound_id("bicycle_id", request.bicycle_id());
    const auto lock =
        bikes::add_lock(command.reads(), id, access::reach(command.caller(), access::Permission::transfers_request));
    const auto jobs = bikes::add_open_jobs(command.reads(), id);
    const auto to =
        organisation::add_held_branch(command.reads(), command.sound_id("to_branch_id", request.to_branch_id()));
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }

    auto found = command[lock];
    const auto destination = command[to];
    if (!destination) {
        command.issue("to_branch_id", validate::issue::not_found);
    } else if (found && destination->place.branch_id == found->bike.current_branch_id()) {
        command.issue("to_branch_id", validate::issue::not_allowed);
    }
    auto locked = commands::admit(command, std::move(found), [](const bikes::Locked& row) { return row.covered; });
    if (!locked) {
        co_return locked.error();
    }
    auto& bike = locked->bike;
    bikes::BikeFacts facts;
    facts.open_job = command[jobs].stock > 0;
    if (auto ready = bikes::check_ready(bike, facts, {v1::BIKE_STATUS_IN_STOCK, v1::BIKE_STATUS_MAINTENANCE}); !ready) {
        co_return ready.error();
    }
    if (!destination->is_active) {
        co_return rpc::Error("BRANCH_INACTIVE");
    }

    v1::Transfer transfer = transfer_of(command, request, bike, destination->place);
    bikes::allocate_to_transfer(bike);

    // Last: from here to the commit the branch's other transfers wait.
    const std::string number = co_await documents::draw_transfer_number(command, transfer.from_branch_code());
    transfer.set_transfer_no(number);

    insert(command, transfer);
    bikes::save(command, bike);
    record_new(command, transfer);
    co_return transfer;
}

}  // namespace loan_manager::fleet::transfers
