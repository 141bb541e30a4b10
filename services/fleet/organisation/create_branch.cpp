#include "fleet/organisation/create_branch.hpp"

#include "access/reach.hpp"
#include "fleet/organisation/admin_repository.hpp"
#include "fleet/organisation/rules.hpp"
#include "fleet/stock_numbers/counter.hpp"
#include "fleet/values/row_message.hpp"
#include "runtime/uuid.hpp"

namespace loan_manager::fleet::organisation {

void CreateBranch::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    add_owner(reads, unit.sound_id("company_id", request.company_id()));
}

boost::asio::awaitable<rpc::Result<v1::Branch>> CreateBranch::execute(commands::Unit& unit, const request_type& request,
                                                                      std::vector<postgres::Rows>& reads) {
    const auto owner = read_owner(reads.at(0));
    if (!owner) {
        unit.issue("company_id", validate::issue::not_found);
    }
    if (auto valid = unit.valid(); !valid) {
        co_return valid.error();
    }
    if (!access::reach(unit.caller(), access::Permission::branches_manage).covers("", owner->id())) {
        co_return rpc::out_of_scope();
    }
    v1::Branch branch;
    copy_fields(request, branch, {"company_id"});
    branch.set_id(runtime::new_uuid().to_string());
    branch.set_company_id(owner->id());
    branch.set_company_code(owner->code());
    branch.set_is_active(!request.has_is_active() || request.is_active());
    if (auto owned = check_owner(branch, *owner); !owned) {
        co_return owned.error();
    }
    insert(unit, branch);
    stock_numbers::start_counter(unit, branch.id());
    record(unit, "BRANCH_CREATED", branch, {}, facts(branch));
    co_return branch;
}

std::optional<rpc::Error> CreateBranch::refuse(const postgres::Error& error) { return organisation::refuse(error); }

}  // namespace loan_manager::fleet::organisation
