#include "fleet/transfers/request.hpp"

#include "access/reach.hpp"
#include "fleet/bikes/repository.hpp"
#include "fleet/bikes/state.hpp"
#include "fleet/documents/numbers.hpp"
#include "fleet/transfers/repository.hpp"
#include "fleet/transfers/rules.hpp"
#include "fleet/values/row_message.hpp"
#include "runtime/uuid.hpp"

namespace loan_manager::fleet::transfers {
namespace {

v1::Transfer transfer_of(const v1::RequestTransferRequest& request, const v1::Bike& bike,
                         const stock_numbers::Place& destination) {
    v1::Transfer transfer;
    copy_fields(request, transfer, {"to_branch_id", "transfer_cost"});
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
    transfer.set_version(1);
    return transfer;
}

void stamp(const commands::Unit& unit, v1::Transfer& transfer) {
    const auto& user = unit.caller().user_id;
    transfer.set_requested_by(user);
    assign(*transfer.mutable_requested_at(), unit.now());
    transfer.set_created_by(user);
    assign(*transfer.mutable_created_at(), unit.now());
    transfer.set_updated_by(user);
    assign(*transfer.mutable_updated_at(), unit.now());
}

}  // namespace

void Request::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    for (const auto& issue : check(request)) {
        unit.issue(issue.field, issue.issue);
    }
    const std::string bike = unit.sound_id("bicycle_id", request.bicycle_id());
    bikes::add_lock(reads, bike, access::reach(unit.caller(), access::Permission::transfers_request));
    bikes::add_open_jobs(reads, bike);
    bikes::add_branch(reads, unit.sound_id("to_branch_id", request.to_branch_id()));
}

boost::asio::awaitable<rpc::Result<v1::Transfer>> Request::execute(commands::Unit& unit, const request_type& request,
                                                                   std::vector<postgres::Rows>& reads) {
    auto locked = bikes::read_locked(reads.at(0));
    const auto destination = bikes::read_branch(reads.at(2));
    if (!destination) {
        unit.issue("to_branch_id", validate::issue::not_found);
    } else if (locked && destination->place.branch_id == locked->bike.current_branch_id()) {
        unit.issue("to_branch_id", validate::issue::not_allowed);
    }
    if (auto valid = unit.valid(); !valid) {
        co_return valid.error();
    }
    if (!locked) {
        co_return locked.error();
    }
    if (!locked->covered) {
        co_return rpc::out_of_scope();
    }
    auto& bike = locked->bike;
    bikes::Circumstances circumstances;
    circumstances.open_job = bikes::read_open_jobs(reads.at(1)).stock > 0;
    if (auto ready = bikes::check_ready(bike, circumstances, {v1::BIKE_STATUS_IN_STOCK, v1::BIKE_STATUS_MAINTENANCE});
        !ready) {
        co_return ready.error();
    }
    if (!destination->is_active) {
        co_return rpc::Error("BRANCH_INACTIVE");
    }

    v1::Transfer transfer = transfer_of(request, bike, destination->place);
    stamp(unit, transfer);
    bikes::allocate_to_transfer(bike);

    // Last: from here to the commit the branch's other transfers wait.
    const std::string number = co_await documents::draw_transfer_number(unit, transfer.from_branch_code());
    transfer.set_transfer_no(number);

    insert(unit, transfer);
    bikes::save_state(unit, bike);
    const boost::json::object nothing_before;
    record(unit, "TRANSFER_REQUESTED", transfer.from_branch_id(), nothing_before, transfer);
    co_return transfer;
}

std::optional<rpc::Error> Request::refuse(const postgres::Error& error) { return transfers::refuse(error); }

}  // namespace loan_manager::fleet::transfers
