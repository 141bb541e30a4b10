#include "lifecycle-refresher/views/messages.hpp"

#include "rpc/timestamp.hpp"

namespace loan_manager::lifecycle {
namespace {

namespace v1 = loanmanager::lifecycle::v1;

v1::RefreshTrigger message_of(Trigger trigger) {
    switch (trigger) {
        case Trigger::startup:
            return v1::REFRESH_TRIGGER_STARTUP;
        case Trigger::nightly:
            return v1::REFRESH_TRIGGER_NIGHTLY;
        case Trigger::event:
            return v1::REFRESH_TRIGGER_EVENT;
        case Trigger::manual:
            return v1::REFRESH_TRIGGER_MANUAL;
    }
    return v1::REFRESH_TRIGGER_UNSPECIFIED;
}

v1::RefreshStatus message_of(RunStatus status) {
    switch (status) {
        case RunStatus::running:
            return v1::REFRESH_STATUS_RUNNING;
        case RunStatus::ok:
            return v1::REFRESH_STATUS_OK;
        case RunStatus::failed:
            return v1::REFRESH_STATUS_FAILED;
    }
    return v1::REFRESH_STATUS_UNSPECIFIED;
}

}  // namespace

void write_run(const Run& run, v1::RefreshRun& out) {
    out.set_id(run.id);
    out.set_view_name(run.view_name);
    out.set_trigger(message_of(run.trigger));
    if (run.requested_by) {
        out.set_requested_by(*run.requested_by);
    }
    out.set_status(message_of(run.status));
    rpc::assign(*out.mutable_started_at(), run.started_at);
    if (run.finished_at) {
        rpc::assign(*out.mutable_finished_at(), *run.finished_at);
    }
    if (run.rows) {
        out.set_rows(*run.rows);
    }
    if (run.duration_ms) {
        out.set_duration_ms(*run.duration_ms);
    }
    if (run.covers_seq) {
        out.set_covers_seq(*run.covers_seq);
    }
    if (run.error) {
        out.set_error(*run.error);
    }
}

commands::Change ordered(const v1::RefreshRun& run) {
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
