#include "fleet/audit/queries.hpp"

#include <array>

#include "access/reach.hpp"
#include "sql/proto_values.hpp"
#include "sql/table.hpp"

namespace loan_manager::fleet::audit {
namespace {

constexpr std::array newest_first{sql::SortField{"at", "a.at", sql::KeyType::time}};

const sql::TableOf<v1::AuditRow>& audit_table() {
    static const sql::TableOf<v1::AuditRow> table(
        sql::Layout{.table = "fleet.audit_log",
                    .alias = "a",
                    // Names that nobody signed in with are not kept.
                    .computed = {{"username", "nullif(a.username, '')"},
                                 {"branch_code", "(SELECT b.code FROM fleet.branches b WHERE b.id = a.branch_id)"},
                                 {"ip", "host(a.ip)"}}});
    return table;
}

}  // namespace

rpc::Result<sql::KeysetQuery> list(const v1::ListAuditRequest& request, paging::PageRequest page,
                                   const access::Identity& caller) {
    sql::KeysetQuery query(std::move(page), {audit_table().columns(), "fleet.audit_log a", "a.id"});
    if (auto sorted = query.sort_by(newest_first, "-at", caller); !sorted) {
        return sorted.error();
    }
    query.where(query.covers(access::reach(caller, access::Permission::audit_read), {"a.branch_id"}));
    if (request.has_entity_type()) {
        query.where("a.entity_type = " + query.parameter(request.entity_type()));
    }
    if (request.has_entity_id()) {
        query.where("a.entity_id = " + query.parameter(request.entity_id()) + "::uuid");
    }
    if (request.has_user_id()) {
        query.where("a.user_id = " + query.reference(sql::Entity::user, "user_id", request.user_id()));
    }
    if (request.has_action()) {
        query.where("a.action = " + query.parameter(request.action()));
    }
    if (request.has_branch_id()) {
        query.where("a.branch_id = " + query.branch("branch_id", request.branch_id()));
    }
    if (request.has_request_id()) {
        query.where("a.request_id = " + query.parameter(request.request_id()));
    }
    query.between_days("a.at", LM_MAYBE(request, from), LM_MAYBE(request, to));
    return query;
}

v1::AuditRow read_item(const postgres::Row& row) { return audit_table().read(row); }

}  // namespace loan_manager::fleet::audit
