#include "fleet/ledger/rows.hpp"

#include <boost/json/serialize.hpp>

#include "runtime/log.hpp"
#include "runtime/uuid.hpp"
#include "sql/proto_values.hpp"

namespace loan_manager::fleet::ledger {
namespace {

// The database copies the original, so that a reversal cannot differ from it.
constexpr postgres::Statement reverse_entry{
    "ledger.reverse",
    "INSERT INTO fleet.cost_ledger (id, bicycle_id, branch_id, entry_type, category, amount, entry_date, post_sale, "
    "source_table, source_id, source_version, reverses_id, description, created_at, created_by) "
    "SELECT $1, bicycle_id, branch_id, entry_type, category, -amount, $3, post_sale, source_table, source_id, "
    "source_version, id, left($4, 500), $5, $6 FROM fleet.cost_ledger WHERE id = $2"};

constexpr postgres::Statement find_entry{
    "ledger.find",
    "SELECT o.id, o.entry_type, o.source_version, o.amount, o.post_sale FROM fleet.cost_ledger o "
    "WHERE o.source_table = $1 AND o.source_id = $2 AND o.reverses_id IS NULL "
    "AND NOT EXISTS (SELECT FROM fleet.cost_ledger r WHERE r.reverses_id = o.id)"};

constexpr postgres::Statement purchase_only{
    "ledger.is_purchase_only",
    "SELECT NOT EXISTS (SELECT FROM fleet.cost_ledger WHERE bicycle_id = $1 AND entry_type <> 'PURCHASE')"};

const char* table_of(Source source) {
    switch (source) {
        case Source::bicycles:
            return "bicycles";
        case Source::expenses:
            return "expenses";
        case Source::repair_jobs:
            return "repair_jobs";
        case Source::transfers:
            return "transfers";
        case Source::sales:
            return "sales";
    }
    return "";
}

money::Money amount_of(const std::string& text) { return money::Money::parse(text).value(); }

void insert(commands::CommandContext& command, const Entry& entry, std::int32_t source_version) {
    v1::LedgerEntry row;
    row.set_id(runtime::new_uuid().to_string());
    row.set_bicycle_id(entry.bicycle_id);
    row.set_branch_id(entry.branch_id);
    row.set_entry_type(entry.type);
    if (entry.category) {
        row.set_category(*entry.category);
    }
    row.set_amount(entry.amount);
    row.set_entry_date(entry.entry_date);
    row.set_post_sale(entry.post_sale);
    row.set_source_table(table_of(entry.source));
    row.set_source_id(entry.source_id);
    row.set_source_version(source_version);
    row.set_description(entry.description);
    row.set_meta(boost::json::serialize(entry.meta));
    sql::assign(*row.mutable_created_at(), command.now());
    row.set_created_by(command.caller().user_id);
    command.with_commit(entry_table().insert(), entry_table().insert_values(row));
}

rpc::Result<Booked> read_found(const postgres::Rows& rows) {
    if (rows.size() != 1) {
        runtime::log::error("business fact without exactly one ledger entry", {{"entries", rows.size()}});
        return rpc::internal_error();
    }
    const auto row = rows.front();
    Booked booked;
    booked.id = row.get<std::string>("id");
    booked.type = sql::enum_of<v1::LedgerEntryType>(row.get<std::string>("entry_type"));
    booked.source_version = row.get<std::int32_t>("source_version");
    booked.amount = row.get<std::string>("amount");
    booked.post_sale = row.get<bool>("post_sale");
    return booked;
}

}  // namespace

const sql::TableOf<v1::LedgerEntry>& entry_table() {
    static const sql::TableOf<v1::LedgerEntry> table(
        sql::Layout{.table = "fleet.cost_ledger",
                    .alias = "l",
                    .computed = {{"branch_code", "(SELECT r.code FROM fleet.branches r WHERE r.id = l.branch_id)"}},
                    .converted = {{"description", "l.description", "left($, 500)"}},
                    .generated = {"entry_no"}});
    return table;
}

Entry purchase_of(const v1::Bike& bike) {
    Entry entry;
    entry.type = v1::LEDGER_ENTRY_TYPE_PURCHASE;
    entry.source = Source::bicycles;
    entry.source_id = bike.id();
    entry.bicycle_id = bike.id();
    entry.branch_id = bike.acquisition_branch_id();
    entry.amount = bike.purchase_price();
    entry.entry_date = bike.procurement_date();
    entry.description = "Purchase of " + bike.current_stock_number();
    return entry;
}

void book(commands::CommandContext& command, const Entry& entry) { insert(command, entry, 1); }

void book(commands::CommandContext& command, const Entry& entry, v1::Bike& bike) {
    insert(command, entry, 1);
    add_to_totals(bike, entry.type, entry.post_sale, amount_of(entry.amount));
}

sql::Handle<rpc::Result<Booked>> add_find(sql::RoundTrip& trip, Source source, const std::string& source_id) {
    return trip.add<rpc::Result<Booked>>(find_entry, postgres::Params(table_of(source), source_id), &read_found);
}

sql::Handle<bool> add_is_purchase_only(sql::RoundTrip& trip, const std::string& bicycle_id) {
    return trip.add<bool>(purchase_only, postgres::Params(bicycle_id), &sql::one_value<bool>);
}

void reverse(commands::CommandContext& command, const Booked& booked, const std::string& description, v1::Bike& bike) {
    command.with_commit(reverse_entry, postgres::Params(runtime::new_uuid().to_string(), booked.id,
                                                        runtime::format_date(command.today()), description,
                                                        command.now(), command.caller().user_id));
    add_to_totals(bike, booked.type, booked.post_sale, -amount_of(booked.amount));
}

void rebook(commands::CommandContext& command, const Booked& booked, const Entry& corrected, v1::Bike& bike) {
    reverse(command, booked, "Reversal: " + corrected.description, bike);
    insert(command, corrected, booked.source_version + 1);
    add_to_totals(bike, corrected.type, corrected.post_sale, amount_of(corrected.amount));
}

}  // namespace loan_manager::fleet::ledger
