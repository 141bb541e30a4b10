// Companies are founded and changed.
#include "access/reach.hpp"
#include "commands/admit.hpp"
#include "fleet/organisation/commands.hpp"
#include "fleet/organisation/rows.hpp"
#include "fleet/organisation/rules.hpp"
#include "runtime/uuid.hpp"
#include "sql/row_message.hpp"

namespace loan_manager::fleet::organisation {

Answer<v1::Company> create_company(CommandContext& command, const v1::CreateCompanyRequest& request) {
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    if (auto valid = command.valid(); !valid) {
        co_return valid.error();
    }
    // Nobody has a company in his scope that does not exist yet.
    if (!access::reach(command.caller(), access::Permission::companies_manage).all) {
        co_return rpc::out_of_scope();
    }
    v1::Company company;
    sql::copy_fields(request, company);
    company.set_id(runtime::new_uuid().to_string());
    company.set_is_active(!request.has_is_active() || request.is_active());
    insert(command, company);
    record_new(command, company);
    co_return company;
}

Answer<v1::Company> update_company(CommandContext& command, const v1::UpdateCompanyRequest& request) {
    const auto id = command.sound_id("id", request.id());
    const auto lock = add_lock_company(command.reads(), id);
    const auto use = add_company_use(command.reads(), id);
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    const auto reach = access::reach(command.caller(), access::Permission::companies_manage);
    const auto before = commands::admit(
        command, command[lock], [&](const v1::Company& company) { return reach.covers("", company.id()); },
        [](const v1::Company& company) { return company.version(); });
    if (!before) {
        co_return before.error();
    }
    v1::Company after = *before;
    sql::apply_patch(request.company(), request.update_mask(), after);
    if (auto allowed = check_change(*before, after, command[use]); !allowed) {
        co_return allowed.error();
    }
    if (!company_table().compare(*before, after).empty()) {
        save(command, after);
        record(command, "COMPANY_UPDATED", *before, after);
    }
    co_return after;
}

}  // namespace loan_manager::fleet::organisation
