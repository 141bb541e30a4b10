#include "fleet/ledger/entries.hpp"

#include <array>

#include "fleet/values/row_reader.hpp"

namespace loan_manager::fleet::ledger {
namespace {

constexpr const char* columns =
    "l.id, l.entry_no, l.bicycle_id, l.branch_id, (SELECT r.code FROM fleet.branches r WHERE r.id = l.branch_id), "
    "l.entry_type, l.category, l.amount::text, l.entry_date::text, l.post_sale, l.source_table, l.source_id, "
    "l.source_version, l.reverses_id, l.description, l.meta::text, l.created_at, l.created_by";

constexpr std::array sort_fields{SortField{"entry_no", "l.entry_no", "bigint"}};

}  // namespace

rpc::Result<void> add_entries(postgres::Batch& batch, StatementCache& statements, const std::string& bicycle_id,
                              const paging::PageRequest& page) {
    ListQuery query(columns, "fleet.cost_ledger l", "l.id", page);
    query.where("l.bicycle_id = " + query.parameter(bicycle_id) + "::uuid");
    if (auto sorted = query.sort_by(sort_fields, "-entry_no"); !sorted) {
        return sorted.error();
    }
    query.add_to(batch, statements);
    return {};
}

v1::LedgerEntry read_entry(const postgres::Row& row) {
    v1::LedgerEntry entry;
    RowReader in(row);
    entry.set_id(in.text());
    entry.set_entry_no(in.next<std::int64_t>());
    entry.set_bicycle_id(in.text());
    entry.set_branch_id(in.text());
    entry.set_branch_code(in.text());
    entry.set_entry_type(in.token<v1::LedgerEntryType>());
    in.if_set([&](auto category) { entry.set_category(std::move(category)); });
    entry.set_amount(in.text());
    entry.set_entry_date(in.text());
    entry.set_post_sale(in.next<bool>());
    entry.set_source_table(in.text());
    entry.set_source_id(in.text());
    entry.set_source_version(in.next<std::int32_t>());
    in.if_set([&](auto id) { entry.set_reverses_id(std::move(id)); });
    entry.set_description(in.text());
    entry.set_meta(in.text());
    assign(*entry.mutable_created_at(), in.time());
    entry.set_created_by(in.text());
    return entry;
}

}  // namespace loan_manager::fleet::ledger
