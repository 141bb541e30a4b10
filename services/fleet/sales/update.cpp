#include "fleet/sales/update.hpp"

#include <algorithm>

#include "access/reach.hpp"
#include "fleet/sales/journal.hpp"
#include "fleet/sales/repository.hpp"
#include "fleet/sales/rules.hpp"
#include "fleet/sales/sale_row.hpp"
#include "fleet/values/proto_values.hpp"
#include "fleet/values/row_message.hpp"

namespace loan_manager::fleet::sales {
namespace {

using access::Permission;

// A sales agent corrects what he recorded himself.
bool may_update(const access::Identity& caller, const v1::Sale& sale) {
    return covers(caller, Permission::sales_update, sale) ||
           (covers(caller, Permission::sales_update_own, sale) && sale.created_by() == caller.user_id);
}

bool is_admin(const access::Identity& caller) {
    return std::find(caller.roles.begin(), caller.roles.end(), access::to_string(access::Role::admin)) !=
           caller.roles.end();
}

}  // namespace

void Update::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    add_lock(reads, unit.sound_id("id", request.id()));
}

boost::asio::awaitable<rpc::Result<v1::Sale>> Update::execute(commands::Unit& unit, const request_type& request,
                                                              std::vector<postgres::Rows>& reads) {
    if (auto valid = unit.valid(); !valid) {
        co_return valid.error();
    }
    const auto locked = read_sale(reads.at(0));
    if (!locked) {
        co_return locked.error();
    }
    const v1::Sale& before = *locked;
    if (!may_update(unit.caller(), before)) {
        co_return rpc::out_of_scope();
    }

    const bool in_time = is_recent(to_time(before.recorded_at()), unit.now());
    unit.issues(check_patch(request, before));
    if (!in_time && is_admin(unit.caller()) && !request.sale().has_reason()) {
        unit.issue("reason", validate::issue::required);
    }
    if (auto valid = unit.valid(); !valid) {
        co_return valid.error();
    }
    if (auto current = commands::check_version(unit.context(), before.version()); !current) {
        co_return current.error();
    }
    if (!in_time && !is_admin(unit.caller())) {
        co_return rpc::Error("EDIT_WINDOW_CLOSED");
    }
    if (before.status() != v1::SALE_STATUS_ACTIVE) {
        co_return rpc::Error("INVALID_STATE");
    }

    v1::Sale after = before;
    apply_patch(request.sale(), request.update_mask(), after);
    auto change = change_of("SALE_UPDATED", after);
    change.reason = request.sale().reason();
    change.old_values = values_of(before, *v1::SalePatch::descriptor());
    change.new_values = values_of(after, *v1::SalePatch::descriptor());
    if (change.old_values != change.new_values) {
        commands::keep_changed(change.old_values, change.new_values);
        save_facts(unit, after);
        unit.record(std::move(change));
    }
    hide_costs_from(unit.caller(), after);
    co_return after;
}

}  // namespace loan_manager::fleet::sales
