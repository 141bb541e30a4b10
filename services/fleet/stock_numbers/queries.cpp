#include "fleet/stock_numbers/queries.hpp"

#include <array>

#include "access/reach.hpp"
#include "fleet/bikes/rows.hpp"
#include "sql/table.hpp"

namespace loan_manager::fleet::stock_numbers {
namespace {

constexpr std::array sort_fields{sql::SortField{"assigned_at", "s.assigned_at", sql::KeyType::time}};

const sql::TableOf<v1::StockHistoryEntry>& history_table() {
    static const sql::TableOf<v1::StockHistoryEntry> table(
        sql::Layout{.table = "fleet.stock_numbers",
                    .alias = "s",
                    .computed = {{"number", "s.full_number"},
                                 {"company_code", "(SELECT c.code FROM fleet.companies c WHERE c.id = s.company_id)"},
                                 {"branch_code", "(SELECT r.code FROM fleet.branches r WHERE r.id = s.branch_id)"},
                                 {"is_current", "s.released_at IS NULL"}}});
    return table;
}

}  // namespace

rpc::Result<sql::KeysetQuery> history(const v1::ListStockHistoryRequest& request, paging::PageRequest page,
                                      const access::Identity& caller) {
    sql::KeysetQuery query(std::move(page), {history_table().columns(), "fleet.stock_numbers s", "s.id"});
    if (auto sorted = query.sort_by(sort_fields, "-assigned_at", caller); !sorted) {
        return sorted.error();
    }
    query.below(bikes::parent(request.id(), access::reach(caller, access::Permission::bikes_read)));
    query.where("s.bicycle_id = " + query.parameter(request.id()) + "::uuid");
    return query;
}

v1::StockHistoryEntry read_history_entry(const postgres::Row& row) { return history_table().read(row); }

}  // namespace loan_manager::fleet::stock_numbers
