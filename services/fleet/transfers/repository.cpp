#include "fleet/transfers/repository.hpp"

#include <boost/json/serialize.hpp>

#include "fleet/transfers/rules.hpp"

namespace loan_manager::fleet::transfers {
namespace {

constexpr postgres::Statement insert_transfer{
    "transfers.insert",
    "INSERT INTO fleet.transfers (id, transfer_no, bicycle_id, from_branch_id, to_branch_id, status, reason_code, "
    "reason_note, reference_doc_no, expected_delivery_date, transfer_cost, cost_breakdown, from_stock_number, "
    "is_inter_company, requested_by, requested_at, notes, created_at, created_by, updated_at, updated_by) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $16, $15, $16, $15)"};

constexpr postgres::Statement update_transfer{
    "transfers.update",
    "UPDATE fleet.transfers SET status = $2, transfer_cost = $3, cost_breakdown = $4, to_stock_number = $5, "
    "approved_by = $6, approved_at = $7, self_approved = $8, dispatched_by = $9, dispatched_at = $10, "
    "completed_by = $11, completed_at = $12, delivered_on = $13, rejected_by = $14, rejected_at = $15, "
    "cancelled_by = $16, cancelled_at = $17, close_reason = $18, version = $19, updated_at = $20, updated_by = $21 "
    "WHERE id = $1"};

std::optional<std::string> breakdown_text(const v1::Transfer& transfer) {
    if (!transfer.has_cost_breakdown()) {
        return std::nullopt;
    }
    return boost::json::serialize(to_json(transfer.cost_breakdown()));
}

}  // namespace

void add_find(postgres::Batch& batch, const std::string& id) {
    static const std::string sql =
        std::string("SELECT ") + transfer_columns + " FROM " + transfer_tables + " WHERE t.id = $1";
    static const postgres::Statement find{"transfers.find", sql.c_str()};
    batch.add(find, postgres::Params(id));
}

rpc::Result<StoredTransfer> read_found(const postgres::Rows& rows) {
    if (rows.empty()) {
        return rpc::not_found("There is no such transfer.");
    }
    return read_transfer(rows.front());
}

void add_lock(postgres::Batch& batch, const std::string& id) {
    static const std::string sql =
        std::string("SELECT ") + transfer_columns + " FROM " + transfer_tables + " WHERE t.id = $1 FOR UPDATE OF t";
    static const postgres::Statement lock{"transfers.lock", sql.c_str()};
    // Who may command a transfer follows from its two ends, not from where its bike stands.
    bikes::add_lock_of(batch, bikes::Part::transfer, id, access::Reach::everything());
    batch.add(lock, postgres::Params(id));
}

rpc::Result<Locked> read_locked(const std::vector<postgres::Rows>& results) {
    auto found = read_found(results.at(1));
    if (!found) {
        return std::move(found).error();
    }
    auto bike = bikes::read_locked(results.at(0));
    if (!bike) {
        return std::move(bike).error();
    }
    Locked locked;
    static_cast<StoredTransfer&>(locked) = std::move(*found);
    locked.bike = std::move(bike->bike);
    return locked;
}

void add_destination(postgres::Batch& batch, const std::string& transfer_id) {
    static const std::string sql = std::string("SELECT ") + bikes::branch_columns +
                                   " FROM fleet.branches r JOIN fleet.companies c ON c.id = r.company_id WHERE r.id = "
                                   "(SELECT t.to_branch_id FROM fleet.transfers t WHERE t.id = $1)" +
                                   bikes::hold_branch;
    static const postgres::Statement destination{"transfers.destination", sql.c_str()};
    batch.add(destination, postgres::Params(transfer_id));
}

void insert(commands::Unit& unit, const v1::Transfer& transfer) {
    unit.with_commit(
        insert_transfer,
        postgres::Params(transfer.id(), transfer.transfer_no(), transfer.bicycle_id(), transfer.from_branch_id(),
                         transfer.to_branch_id(), token_of(transfer.status()), token_of(transfer.reason_code()),
                         LM_MAYBE(transfer, reason_note), LM_MAYBE(transfer, reference_doc_no),
                         LM_MAYBE(transfer, expected_delivery_date), transfer.transfer_cost(), breakdown_text(transfer),
                         transfer.from_stock_number(), transfer.is_inter_company(), transfer.requested_by(),
                         to_time(transfer.requested_at()), LM_MAYBE(transfer, notes)));
}

void save(commands::Unit& unit, v1::Transfer& transfer) {
    transfer.set_version(transfer.version() + 1);
    assign(*transfer.mutable_updated_at(), unit.now());
    transfer.set_updated_by(unit.caller().user_id);
    unit.with_commit(
        update_transfer,
        postgres::Params(
            transfer.id(), token_of(transfer.status()), transfer.transfer_cost(), breakdown_text(transfer),
            LM_MAYBE(transfer, to_stock_number), LM_MAYBE(transfer, approved_by),
            maybe_time(transfer.has_approved_at(), transfer.approved_at()), transfer.self_approved(),
            LM_MAYBE(transfer, dispatched_by), maybe_time(transfer.has_dispatched_at(), transfer.dispatched_at()),
            LM_MAYBE(transfer, completed_by), maybe_time(transfer.has_completed_at(), transfer.completed_at()),
            LM_MAYBE(transfer, delivered_on), LM_MAYBE(transfer, rejected_by),
            maybe_time(transfer.has_rejected_at(), transfer.rejected_at()), LM_MAYBE(transfer, cancelled_by),
            maybe_time(transfer.has_cancelled_at(), transfer.cancelled_at()), LM_MAYBE(transfer, close_reason),
            transfer.version(), unit.now(), unit.caller().user_id));
}

void record(commands::Unit& unit, const char* action, const std::string& branch_id, boost::json::object before,
            const v1::Transfer& transfer) {
    commands::Change change;
    change.action = action;
    change.entity_type = "transfer";
    change.entity_id = transfer.id();
    change.entity_no = transfer.transfer_no();
    change.branch_id = branch_id;
    change.bicycle_id = transfer.bicycle_id();
    change.reason = transfer.close_reason();
    change.old_values = std::move(before);
    change.new_values = facts(transfer);
    if (!change.old_values.empty()) {
        commands::keep_changed(change.old_values, change.new_values);
    }
    change.payload = {{"transfer_no", transfer.transfer_no()},
                      {"from_branch_id", transfer.from_branch_id()},
                      {"to_branch_id", transfer.to_branch_id()},
                      {"status", token_of(transfer.status())}};
    unit.record(std::move(change));
}

std::optional<rpc::Error> refuse(const postgres::Error& error) {
    // Requests of one bike are serialised by its row lock; the index is what would stop anything else.
    if (error.is(postgres::sqlstate::unique_violation) && error.constraint == "transfers_open_key") {
        return rpc::Error("OPEN_TRANSFER");
    }
    return std::nullopt;
}

}  // namespace loan_manager::fleet::transfers
