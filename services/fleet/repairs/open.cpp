// A repair job begins: J1.
#include "access/reach.hpp"
#include "fleet/bikes/rows.hpp"
#include "fleet/bikes/state.hpp"
#include "fleet/documents/numbers.hpp"
#include "fleet/organisation/held_branch.hpp"
#include "fleet/repairs/commands.hpp"
#include "fleet/repairs/rows.hpp"
#include "fleet/repairs/rules.hpp"
#include "runtime/uuid.hpp"
#include "sql/row_message.hpp"

namespace loan_manager::fleet::repairs {
namespace {

// The facts that the client gives; place, type, category, number and totals are the command's.
v1::RepairJob draft(const v1::OpenRepairJobRequest& request) {
    v1::RepairJob job;
    sql::copy_fields(request, job, {"branch_id", "job_type", "mechanic_id"});
    job.set_job_type(job_type_of(request.job_type()));
    job.set_status(v1::JOB_STATUS_OPEN);
    if (!request.has_priority()) {
        job.set_priority(v1::JOB_PRIORITY_NORMAL);
    }
    static_cast<void>(replace_in_totals(job, nullptr, nullptr));  // zeros
    return job;
}

// Who may only open jobs of his own is the mechanic, named or not.
std::string mechanic_of(const access::Identity& caller, const v1::OpenRepairJobRequest& request) {
    const bool only_own = !access::allowed(caller, access::Permission::repairs_open);
    return request.mechanic_id().empty() && only_own ? caller.user_id : request.mechanic_id();
}

}  // namespace

Answer open(CommandContext& command, const v1::OpenRepairJobRequest& request) {
    const std::string mechanic_id = mechanic_of(command.caller(), request);
    const auto bicycle_id = command.sound_id("bicycle_id", request.bicycle_id());
    const auto branch_id = command.sound_id("branch_id", request.branch_id());
    const auto lock = bikes::add_lock(command.reads(), bicycle_id, access::Reach::everything());
    const auto sold_with = add_warranty(command.reads(), bicycle_id);
    const auto at = organisation::add_held_branch(command.reads(), branch_id);
    const auto mechanic = add_mechanic(command.reads(), command.sound_id("mechanic_id", mechanic_id), branch_id);
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }

    auto locked = command[lock];
    const auto branch = command[at];
    if (!locked) {
        command.issue("bicycle_id", validate::issue::not_found);
    }
    if (!branch) {
        command.issue("branch_id", validate::issue::not_found);
    }
    check_mechanic(command, request.has_mechanic_id(), command[mechanic], branch.has_value());
    if (auto valid = command.valid(); !valid) {
        co_return valid.error();
    }

    const auto& place = branch->place;
    if (!may_open(command.caller(), place.branch_id, place.company_id, mechanic_id)) {
        co_return rpc::out_of_scope();
    }
    v1::Bike& bike = locked->bike;
    Opening opening;
    opening.type = job_type_of(request.job_type());
    opening.after_sale = request.after_sale();
    opening.branch_id = place.branch_id;
    const auto category = check_opening(bike, opening, command[sold_with], command.today());
    if (!category) {
        co_return category.error();
    }
    if (!branch->is_active) {
        co_return rpc::Error("BRANCH_INACTIVE");
    }

    v1::RepairJob job = draft(request);
    job.set_id(runtime::new_uuid().to_string());
    job.set_branch_id(place.branch_id);
    job.set_branch_code(place.branch_code);
    job.set_category(*category);
    if (!mechanic_id.empty()) {
        job.set_mechanic_id(mechanic_id);
    }
    sql::assign(*job.mutable_opened_at(), command.now());
    if (is_stock_job(job) && bike.status() == v1::BIKE_STATUS_IN_STOCK) {
        bikes::enter_maintenance(bike);
        bikes::save(command, bike);
    }

    // Last: from here to the commit the branch's other jobs wait.
    const std::string number = co_await documents::draw_job_number(command, place.branch_code);
    job.set_job_no(number);
    insert(command, job);
    record_new(command, job);
    co_return job;
}

}  // namespace loan_manager::fleet::repairs
