#include "fleet/organisation/update_company.hpp"

#include "access/reach.hpp"
#include "fleet/organisation/admin_repository.hpp"
#include "fleet/organisation/repository.hpp"
#include "fleet/organisation/rules.hpp"
#include "fleet/values/row_message.hpp"

namespace loan_manager::fleet::organisation {

void UpdateCompany::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    const std::string id = unit.sound_id("id", request.id());
    add_company_lock(reads, id);
    add_company_use(reads, id);
}

boost::asio::awaitable<rpc::Result<v1::Company>> UpdateCompany::execute(commands::Unit& unit,
                                                                        const request_type& request,
                                                                        std::vector<postgres::Rows>& reads) {
    if (auto valid = unit.valid(); !valid) {
        co_return valid.error();
    }
    const auto before = read_company(reads.at(0));
    if (!before) {
        co_return before.error();
    }
    if (!access::reach(unit.caller(), access::Permission::companies_manage).covers("", before->id())) {
        co_return rpc::out_of_scope();
    }
    if (auto current = commands::check_version(unit.context(), before->version()); !current) {
        co_return current.error();
    }
    v1::Company after = *before;
    apply_patch(request.company(), request.update_mask(), after);
    if (auto allowed = check_change(*before, after, read_company_use(reads.at(1))); !allowed) {
        co_return allowed.error();
    }

    auto old_values = facts(*before);
    auto new_values = facts(after);
    if (old_values != new_values) {
        save(unit, after);
        commands::keep_changed(old_values, new_values);
        record(unit, "COMPANY_UPDATED", after, std::move(old_values), std::move(new_values));
    }
    co_return after;
}

std::optional<rpc::Error> UpdateCompany::refuse(const postgres::Error& error) { return organisation::refuse(error); }

}  // namespace loan_manager::fleet::organisation
