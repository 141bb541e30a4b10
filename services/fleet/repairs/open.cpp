#include "fleet/repairs/open.hpp"

#include "access/reach.hpp"
#include "fleet/bikes/repository.hpp"
#include "fleet/bikes/state.hpp"
#include "fleet/documents/numbers.hpp"
#include "fleet/repairs/repository.hpp"
#include "fleet/repairs/rules.hpp"
#include "fleet/values/proto_values.hpp"
#include "fleet/values/row_message.hpp"
#include "runtime/uuid.hpp"

namespace loan_manager::fleet::repairs {
namespace {

// The facts that the client gives; place, type, category, number and totals are the command's.
v1::RepairJob draft(const v1::OpenRepairJobRequest& request) {
    v1::RepairJob job;
    copy_fields(request, job, {"branch_id", "job_type", "mechanic_id"});
    job.set_job_type(job_type_of(request.job_type()));
    job.set_status(v1::JOB_STATUS_OPEN);
    if (!request.has_priority()) {
        job.set_priority(v1::JOB_PRIORITY_NORMAL);
    }
    static_cast<void>(replace_in_totals(job, nullptr, nullptr));  // zeros
    return job;
}

}  // namespace

void Open::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    mechanic_id_ = request.mechanic_id();
    if (mechanic_id_.empty() && !access::allowed(unit.caller(), access::Permission::repairs_open)) {
        mechanic_id_ = unit.caller().user_id;
    }
    const auto bicycle_id = unit.sound_id("bicycle_id", request.bicycle_id());
    bikes::add_lock(reads, bicycle_id, access::Reach::everything());
    add_warranty(reads, bicycle_id);
    bikes::add_branch(reads, unit.sound_id("branch_id", request.branch_id()));
    bikes::add_active_user(reads, unit.sound_id("mechanic_id", mechanic_id_));
}

boost::asio::awaitable<rpc::Result<v1::RepairJob>> Open::execute(commands::Unit& unit, const request_type& request,
                                                                 std::vector<postgres::Rows>& reads) {
    auto locked = bikes::read_locked(reads.at(0));
    const auto branch = bikes::read_branch(reads.at(2));
    if (!locked) {
        unit.issue("bicycle_id", validate::issue::not_found);
    }
    if (!branch) {
        unit.issue("branch_id", validate::issue::not_found);
    }
    if (!mechanic_id_.empty() && reads.at(3).empty()) {
        unit.issue("mechanic_id", validate::issue::not_found);
    }
    if (auto valid = unit.valid(); !valid) {
        co_return valid.error();
    }

    const auto& place = branch->place;
    if (!may_open(unit.caller(), place.branch_id, place.company_id, mechanic_id_)) {
        co_return rpc::out_of_scope();
    }
    v1::Bike& bike = locked->bike;
    Opening opening;
    opening.type = job_type_of(request.job_type());
    opening.after_sale = request.after_sale();
    opening.branch_id = place.branch_id;
    const auto category = check_opening(bike, opening, read_warranty(reads.at(1)), unit.today());
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
    if (!mechanic_id_.empty()) {
        job.set_mechanic_id(mechanic_id_);
    }
    job.set_version(1);
    assign(*job.mutable_opened_at(), unit.now());
    *job.mutable_created_at() = job.opened_at();
    job.set_created_by(unit.caller().user_id);
    *job.mutable_updated_at() = job.opened_at();
    job.set_updated_by(unit.caller().user_id);
    if (is_stock_job(job) && bike.status() == v1::BIKE_STATUS_IN_STOCK) {
        bikes::enter_maintenance(bike);
        bikes::save_state(unit, bike);
    }

    // Last: from here to the commit the branch's other jobs wait.
    job.set_job_no(co_await documents::draw_job_number(unit, place.branch_code));
    insert(unit, job);
    unit.record(opening_of(job));
    co_return job;
}

}  // namespace loan_manager::fleet::repairs
