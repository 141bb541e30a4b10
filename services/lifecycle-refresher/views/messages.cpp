#include "lifecycle-refresher/views/messages.hpp"

namespace loan_manager::lifecycle {

commands::Change ordered(const Run& run) {
    commands::Change change;
    change.action = "VIEW_REFRESH";
    change.entity_type = "view_refresh";
    change.entity_id = run.id();
    change.entity_no = run.view_name();
    change.with_event = false;
    return change;
}

rpc::Error no_such_view() { return rpc::not_found("There is no view of this name."); }

}  // namespace loan_manager::lifecycle
