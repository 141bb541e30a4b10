// A sale is corrected: S2.
#include "access/reach.hpp"
#include "commands/admit.hpp"
#include "fleet/sales/commands.hpp"
#include "fleet/sales/rows.hpp"
#include "fleet/sales/rules.hpp"
#include "sql/proto_values.hpp"
#include "sql/row_message.hpp"

namespace loan_manager::fleet::sales {
namespace {

using access::Permission;

// A sales agent corrects what he recorded himself.
bool may_update(const access::Identity& caller, const v1::Sale& sale) {
    return covered_by(access::reach(caller, Permission::sales_update), sale) ||
           (covered_by(access::reach(caller, Permission::sales_update_own), sale) &&
            sale.created_by() == caller.user_id);
}

}  // namespace

Answer update_sale(CommandContext& command, const v1::UpdateSaleRequest& request) {
    const auto lock = add_lock(command.reads(), command.sound_id("id", request.id()));
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    const bool admin = access::has_role(command.caller(), access::Role::admin);
    const auto locked = commands::admit(command, command[lock],
                                        [&](const v1::Sale& sale) { return may_update(command.caller(), sale); });
    if (!locked) {
        co_return locked.error();
    }
    const v1::Sale& before = *locked;
    const bool in_time = is_recent(sql::to_time(before.recorded_at()), command.now());
    command.issues(check_patch(request, before));
    if (!in_time && admin && !request.sale().has_reason()) {
        command.issue("reason", validate::issue::required);
    }
    if (auto valid = command.valid(); !valid) {
        co_return valid.error();
    }
    if (auto current = commands::check_version(command.call(), before.version()); !current) {
        co_return current.error();
    }
    if (!in_time && !admin) {
        co_return rpc::Error("EDIT_WINDOW_CLOSED");
    }
    if (before.status() != v1::SALE_STATUS_ACTIVE) {
        co_return rpc::Error("INVALID_STATE");
    }

    v1::Sale after = before;
    sql::apply_patch(request.sale(), request.update_mask(), after);
    if (!sale_table().compare(before, after).empty()) {
        save(command, after);
        record(command, "SALE_UPDATED", before, after, request.sale().reason());
    }
    co_return visible_to(command.caller(), std::move(after));
}

}  // namespace loan_manager::fleet::sales
