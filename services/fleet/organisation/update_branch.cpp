#include "fleet/organisation/update_branch.hpp"

#include "access/reach.hpp"
#include "fleet/organisation/admin_repository.hpp"
#include "fleet/organisation/repository.hpp"
#include "fleet/organisation/rules.hpp"
#include "fleet/values/row_message.hpp"

namespace loan_manager::fleet::organisation {

void UpdateBranch::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    const std::string id = unit.sound_id("id", request.id());
    add_branch_lock(reads, id);
    add_branch_use(reads, id);
    if (request.branch().has_company_id()) {
        add_owner(reads, unit.sound_id("company_id", request.branch().company_id()));
    } else {
        add_owner_of(reads, id);
    }
}

boost::asio::awaitable<rpc::Result<v1::Branch>> UpdateBranch::execute(commands::Unit& unit, const request_type& request,
                                                                      std::vector<postgres::Rows>& reads) {
    const auto owner = read_owner(reads.at(2));
    if (request.branch().has_company_id() && !owner) {
        unit.issue("company_id", validate::issue::not_found);
    }
    if (auto valid = unit.valid(); !valid) {
        co_return valid.error();
    }
    const auto before = read_branch(reads.at(0));
    if (!before) {
        co_return before.error();
    }
    const auto reach = access::reach(unit.caller(), access::Permission::branches_manage);
    if (!reach.covers(before->id(), before->company_id()) || !reach.covers(before->id(), owner->id())) {
        co_return rpc::out_of_scope();
    }
    if (auto current = commands::check_version(unit.context(), before->version()); !current) {
        co_return current.error();
    }
    v1::Branch after = *before;
    apply_patch(request.branch(), request.update_mask(), after, {"company_id"});
    after.set_company_id(owner->id());
    after.set_company_code(owner->code());
    if (auto allowed = check_change(*before, after, read_branch_use(reads.at(1)), *owner); !allowed) {
        co_return allowed.error();
    }

    auto old_values = facts(*before);
    auto new_values = facts(after);
    if (old_values != new_values) {
        save(unit, after);
        commands::keep_changed(old_values, new_values);
        record(unit, "BRANCH_UPDATED", after, std::move(old_values), std::move(new_values));
    }
    co_return after;
}

std::optional<rpc::Error> UpdateBranch::refuse(const postgres::Error& error) { return organisation::refuse(error); }

}  // namespace loan_manager::fleet::organisation
