#include "fleet/bikes/state_command.hpp"

#include "fleet/bikes/state.hpp"

namespace loan_manager::fleet::bikes {

void record_move(commands::Unit& unit, const Move& move, const v1::Bike& before, const v1::Bike& after) {
    commands::Change change;
    change.action = move.action;
    change.entity_type = "bicycle";
    change.entity_id = after.id();
    change.entity_no = before.current_stock_number();
    change.branch_id = after.current_branch_id();
    change.bicycle_id = after.id();
    change.reason = move.reason;
    change.old_values = state_values(before);
    change.new_values = state_values(after);
    commands::keep_changed(change.old_values, change.new_values);
    unit.record(std::move(change));
}

}  // namespace loan_manager::fleet::bikes
