#include "fleet/transfers/rows.hpp"

#include "commands/admit.hpp"
#include "commands/stamp.hpp"
#include "sql/proto_values.hpp"

namespace loan_manager::fleet::transfers {
namespace {

rpc::Result<StoredTransfer> read_found(const postgres::Rows& rows) {
    if (rows.empty()) {
        return no_such_transfer();
    }
    return read_transfer(rows.front());
}

commands::Change change_of(const char* action, const std::string& branch_id, const v1::Transfer& transfer,
                           sql::Difference difference) {
    auto change = commands::change_of(action, "transfer", transfer.id(), std::move(difference));
    change.entity_no = transfer.transfer_no();
    change.branch_id = branch_id;
    change.bicycle_id = transfer.bicycle_id();
    change.reason = transfer.close_reason();
    change.payload = {{"transfer_no", transfer.transfer_no()},
                      {"from_branch_id", transfer.from_branch_id()},
                      {"to_branch_id", transfer.to_branch_id()},
                      {"status", sql::token_of(transfer.status())}};
    return change;
}

}  // namespace

const sql::TableOf<v1::Transfer>& transfer_table() {
    static const sql::TableOf<v1::Transfer> table(
        sql::Layout{.table = "fleet.transfers",
                    .alias = "t",
                    .computed = {{"from_branch_code", "s.code"}, {"to_branch_code", "d.code"}}});
    return table;
}

const std::string& transfer_columns() {
    static const std::string columns =
        transfer_table().columns() + ", s.company_id AS from_company_id, d.company_id AS to_company_id";
    return columns;
}

StoredTransfer read_transfer(const postgres::Row& row) {
    StoredTransfer stored;
    stored.transfer = transfer_table().read(row);
    stored.from_company_id = row.get<std::string>("from_company_id");
    stored.to_company_id = row.get<std::string>("to_company_id");
    return stored;
}

rpc::Error no_such_transfer() { return rpc::not_found("There is no such transfer."); }

sql::Handle<rpc::Result<StoredTransfer>> add_find(sql::RoundTrip& trip, const std::string& id) {
    static const std::string sql = "SELECT " + transfer_columns() + " FROM " + transfer_tables + " WHERE t.id = $1";
    static const postgres::Statement find{"transfers.find", sql.c_str()};
    return trip.add<rpc::Result<StoredTransfer>>(find, postgres::Params(id), &read_found);
}

Lock add_lock(sql::RoundTrip& trip, const std::string& id) {
    static const std::string sql =
        "SELECT " + transfer_columns() + " FROM " + transfer_tables + " WHERE t.id = $1 FOR UPDATE OF t";
    static const postgres::Statement lock{"transfers.lock", sql.c_str()};
    // Who may command a transfer follows from its two ends, not from where its bike stands.
    const auto bike = bikes::add_lock_of(trip, bikes::Part::transfer, id, access::Reach::everything());
    return Lock{bike, trip.add<rpc::Result<StoredTransfer>>(lock, postgres::Params(id), &read_found)};
}

rpc::Result<Locked> admit(const commands::CommandContext& command, const Lock& lock, access::Permission permission,
                          End end) {
    const auto reach = access::reach(command.caller(), permission);
    return commands::admit(
        command, command[lock], [&](const Locked& found) { return found.covered_by(reach, end); },
        [](const Locked& found) { return found.transfer.version(); });
}

sql::Handle<std::optional<organisation::HeldBranch>> add_destination(sql::RoundTrip& trip,
                                                                     const std::string& transfer_id) {
    static const std::string sql = organisation::select_held_branch(
        "fleet.branches r WHERE r.id = (SELECT t.to_branch_id FROM fleet.transfers t WHERE t.id = $1)");
    static const postgres::Statement destination{"transfers.destination", sql.c_str()};
    return trip.add<std::optional<organisation::HeldBranch>>(destination, postgres::Params(transfer_id),
                                                             &organisation::read_held_branch);
}

sql::Handle<std::optional<std::string>> add_last_delivery(sql::RoundTrip& trip, const std::string& bicycle_id) {
    static constexpr postgres::Statement last_delivery{
        "transfers.last_delivery",
        "SELECT max(delivered_on) FROM fleet.transfers WHERE bicycle_id = $1 AND status = 'COMPLETED'"};
    return trip.add<std::optional<std::string>>(last_delivery, postgres::Params(bicycle_id),
                                                &sql::one_value<std::optional<std::string>>);
}

void insert(commands::CommandContext& command, v1::Transfer& transfer) {
    commands::insert(command, transfer_table(), transfer);
}

void save(commands::CommandContext& command, v1::Transfer& transfer) {
    commands::save(command, transfer_table(), transfer);
}

void record_new(commands::CommandContext& command, const v1::Transfer& transfer) {
    command.record(
        change_of("TRANSFER_REQUESTED", transfer.from_branch_id(), transfer, transfer_table().created(transfer)));
}

void record(commands::CommandContext& command, const char* action, const std::string& branch_id,
            const v1::Transfer& before, const v1::Transfer& after) {
    command.record(change_of(action, branch_id, after, transfer_table().compare(before, after)));
}

}  // namespace loan_manager::fleet::transfers
