#include "fleet/ledger/queries.hpp"

#include <array>

#include "access/reach.hpp"
#include "fleet/bikes/rows.hpp"
#include "fleet/ledger/rows.hpp"

namespace loan_manager::fleet::ledger {
namespace {

constexpr std::array sort_fields{sql::SortField{"entry_no", "l.entry_no", sql::KeyType::bigint}};

}  // namespace

rpc::Result<sql::KeysetQuery> entries(const v1::ListLedgerRequest& request, paging::PageRequest page,
                                      const access::Identity& caller) {
    sql::KeysetQuery query(std::move(page), {entry_table().columns(), "fleet.cost_ledger l", "l.id"});
    if (auto sorted = query.sort_by(sort_fields, "-entry_no", caller); !sorted) {
        return sorted.error();
    }
    query.below(bikes::parent(request.id(), access::reach(caller, access::Permission::costs_read)));
    query.where("l.bicycle_id = " + query.parameter(request.id()) + "::uuid");
    return query;
}

v1::LedgerEntry read_entry(const postgres::Row& row) { return entry_table().read(row); }

}  // namespace loan_manager::fleet::ledger
