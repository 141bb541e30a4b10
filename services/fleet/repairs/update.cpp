#include "fleet/repairs/update.hpp"

#include "fleet/bikes/repository.hpp"
#include "fleet/repairs/claim.hpp"
#include "fleet/values/row_message.hpp"

namespace loan_manager::fleet::repairs {

void Update::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    const auto id = unit.sound_id("id", request.id());
    add_lock(reads, id);
    add_lines(reads, id);
    bikes::add_active_user(reads, unit.sound_id("mechanic_id", request.job().mechanic_id()));
}

boost::asio::awaitable<rpc::Result<v1::RepairJob>> Update::execute(commands::Unit& unit, const request_type& request,
                                                                   std::vector<postgres::Rows>& reads) {
    if (request.job().has_mechanic_id() && reads.at(2).empty()) {
        unit.issue("mechanic_id", validate::issue::not_found);
    }
    auto located = claim(unit, reads.at(0), may_work_on);
    if (!located) {
        co_return located.error();
    }
    const v1::RepairJob& before = located->job;
    if (names(request.update_mask(), "mechanic_id") && !may_manage(unit.caller(), before, located->company_id)) {
        co_return rpc::Error("FORBIDDEN", "Only who manages the branch's jobs may assign a mechanic.");
    }
    if (auto changeable = check_changeable(before); !changeable) {
        co_return changeable.error();
    }

    v1::RepairJob after = before;
    apply_patch(request.job(), request.update_mask(), after);
    auto change = change_of("JOB_UPDATED", before, after);
    if (!change.new_values.empty()) {
        save(unit, after);
        unit.record(std::move(change));
    }
    read_lines(reads.at(1), after);
    co_return after;
}

}  // namespace loan_manager::fleet::repairs
