#pragma once

#include "commands/command_context.hpp"
#include "rpc/timestamp.hpp"
#include "sql/table.hpp"

/// D-205: who wrote a row, when, and which version of it this is; and the statement that stores it so.
namespace loan_manager::commands {

/// The row becomes its next version. Once per command and row.
template <class Row>
void stamp_updated(const CommandContext& command, Row& row) {
    row.set_version(row.version() + 1);
    rpc::assign(*row.mutable_updated_at(), command.now());
    row.set_updated_by(command.caller().user_id);
}

/// A new row: its first version.
template <class Row>
void stamp_created(const CommandContext& command, Row& row) {
    row.set_version(1);
    rpc::assign(*row.mutable_created_at(), command.now());
    row.set_created_by(command.caller().user_id);
    rpc::assign(*row.mutable_updated_at(), command.now());
    row.set_updated_by(command.caller().user_id);
}

/// Stores a row, stamped, with the commit: a new one, or one whose lock is held.
template <class Row>
void insert(CommandContext& command, const sql::TableOf<Row>& table, Row& row) {
    stamp_created(command, row);
    command.with_commit(table.insert(), table.insert_values(row));
}
template <class Row>
void save(CommandContext& command, const sql::TableOf<Row>& table, Row& row) {
    stamp_updated(command, row);
    command.with_commit(table.update(), table.update_values(row));
}

}  // namespace loan_manager::commands
