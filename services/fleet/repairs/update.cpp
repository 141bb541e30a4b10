// Facts and lines of an open repair job: D-507.
#include "fleet/repairs/commands.hpp"
#include "fleet/repairs/rows.hpp"
#include "fleet/repairs/rules.hpp"
#include "sql/row_message.hpp"

namespace loan_manager::fleet::repairs {

Answer update(CommandContext& command, const v1::UpdateRepairJobRequest& request) {
    const auto id = command.sound_id("id", request.id());
    const auto lock = add_lock(command.reads(), id);
    const auto lines = add_lines(command.reads(), id);
    const auto mechanic =
        add_mechanic_of_job(command.reads(), command.sound_id("mechanic_id", request.job().mechanic_id()), id);
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    check_mechanic(command, request.job().has_mechanic_id(), command[mechanic], command[lock].has_value());
    const auto locked = admit(command, lock, may_work_on);
    if (!locked) {
        co_return locked.error();
    }
    const v1::RepairJob& before = locked->job;
    if (sql::names(request.update_mask(), "mechanic_id") && !may_manage(command.caller(), before, locked->company_id)) {
        co_return rpc::Error("FORBIDDEN", "Only who manages the branch's jobs may assign a mechanic.");
    }
    if (auto changeable = check_changeable(before); !changeable) {
        co_return changeable.error();
    }

    v1::RepairJob after = before;
    sql::apply_patch(request.job(), request.update_mask(), after);
    if (!job_table().compare(before, after).empty()) {
        save(command, after);
        record(command, "JOB_UPDATED", before, after);
    }
    set_lines(after, command[lines]);
    co_return after;
}

LineAnswer add_line(CommandContext& command, const v1::AddRepairJobLineRequest& request) {
    v1::RepairJobLine line = draft(request);
    command.issues(evaluate(line));
    const auto id = command.sound_id("id", request.id());
    const auto lock = add_lock(command.reads(), id);
    const auto mechanic =
        add_mechanic_of_job(command.reads(), command.sound_id("mechanic_id", request.mechanic_id()), id);
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    check_mechanic(command, request.has_mechanic_id(), command[mechanic], command[lock].has_value());
    const auto locked = admit(command, lock, may_work_on);
    if (!locked) {
        co_return locked.error();
    }
    if (auto changeable = check_changeable(locked->job); !changeable) {
        co_return changeable.error();
    }

    v1::RepairJob job = locked->job;
    command.issues(replace_in_totals(job, nullptr, &line));
    if (auto storable = command.valid(); !storable) {
        co_return storable.error();
    }
    save(command, job);
    insert_line(command, job, line);
    record_line(command, {locked->job, job, nullptr, &line});
    co_return line;
}

LineAnswer update_line(CommandContext& command, const v1::UpdateRepairJobLineRequest& request) {
    const auto id = command.sound_id("id", request.id());
    const auto lock = add_lock(command.reads(), id);
    const auto found = add_line(command.reads(), id, command.sound_id("line_id", request.line_id()));
    const auto mechanic =
        add_mechanic_of_job(command.reads(), command.sound_id("mechanic_id", request.line().mechanic_id()), id);
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    check_mechanic(command, request.line().has_mechanic_id(), command[mechanic], command[lock].has_value());
    const auto admitted = admit_line(command, lock, found, may_work_on);
    if (!admitted) {
        co_return admitted.error();
    }
    if (auto changeable = check_changeable(admitted->job); !changeable) {
        co_return changeable.error();
    }

    const v1::RepairJobLine& before = admitted->line;
    v1::RepairJobLine line = before;
    v1::RepairJob job = admitted->job;
    sql::apply_patch(request.line(), request.update_mask(), line);
    auto issues = evaluate(line);
    if (issues.empty()) {
        issues = replace_in_totals(job, &before, &line);
    }
    if (!issues.empty()) {
        co_return rpc::validation(std::move(issues));
    }
    if (line_table().compare(before, line).empty()) {
        co_return line;
    }
    save(command, job);
    save_line(command, job, line);
    record_line(command, {admitted->job, job, &before, &line});
    co_return line;
}

boost::asio::awaitable<rpc::Result<google::protobuf::Empty>> delete_line(
    CommandContext& command, const v1::DeleteRepairJobLineRequest& request) {
    const auto id = command.sound_id("id", request.id());
    const auto lock = add_lock(command.reads(), id);
    const auto found = add_line(command.reads(), id, command.sound_id("line_id", request.line_id()));
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    const auto admitted = admit_line(command, lock, found, may_work_on);
    if (!admitted) {
        co_return admitted.error();
    }
    if (auto changeable = check_changeable(admitted->job); !changeable) {
        co_return changeable.error();
    }

    v1::RepairJob job = admitted->job;
    static_cast<void>(replace_in_totals(job, &admitted->line, nullptr));  // totals only shrink
    save(command, job);
    delete_line(command, admitted->line);
    record_line(command, {admitted->job, job, &admitted->line, nullptr});
    co_return google::protobuf::Empty();
}

}  // namespace loan_manager::fleet::repairs
