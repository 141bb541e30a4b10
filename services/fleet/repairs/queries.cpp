#include "fleet/repairs/queries.hpp"

#include <array>
#include <string_view>

#include "access/reach.hpp"
#include "fleet/bikes/rows.hpp"
#include "fleet/repairs/rows.hpp"
#include "sql/proto_values.hpp"

namespace loan_manager::fleet::repairs {
namespace {

constexpr std::array sort_fields{
    sql::SortField{"opened_at", "j.opened_at", sql::KeyType::time},
    // Indexed as it stands here.
    sql::SortField{"priority", "array_position(ARRAY['LOW', 'NORMAL', 'HIGH', 'URGENT'], j.priority)",
                   sql::KeyType::integer},
};
constexpr std::string_view newest_first = "-opened_at";

rpc::Result<sql::KeysetQuery> readable(paging::PageRequest page, const access::Identity& caller,
                                       std::string_view sort) {
    sql::KeysetQuery query(std::move(page), {job_table().columns(), "fleet.repair_jobs j", "j.id"});
    if (auto sorted = query.sort_by(sort_fields, sort, caller); !sorted) {
        return sorted.error();
    }
    const auto reach = access::reach(caller, access::Permission::repairs_read);
    query.where(query.covers(reach, {.branch = "j.branch_id", .assignee = "j.mechanic_id"}));
    return query;
}

}  // namespace

rpc::Result<sql::KeysetQuery> list(const v1::ListRepairJobsRequest& request, paging::PageRequest page,
                                   const access::Identity& caller) {
    auto query = readable(std::move(page), caller, sql::order_of(request, newest_first));
    if (!query) {
        return query;
    }
    query->one_of("j.status", sql::tokens_of<v1::JobStatus>(request.status()));
    if (request.has_category()) {
        query->where("j.category = " + query->parameter(sql::token_of(request.category())));
    }
    if (request.has_branch_id()) {
        query->where("j.branch_id = " + query->branch("branch_id", request.branch_id()));
    }
    if (request.has_bicycle_id()) {
        query->where("j.bicycle_id = " + query->reference(sql::Entity::bike, "bicycle_id", request.bicycle_id()));
    }
    if (request.has_mechanic_id()) {
        query->where("j.mechanic_id = " + query->reference(sql::Entity::user, "mechanic_id", request.mechanic_id()));
    }
    query->between_days("j.opened_at", LM_MAYBE(request, from), LM_MAYBE(request, to));
    return query;
}

rpc::Result<sql::KeysetQuery> list_of_bike(const v1::ListBikeRepairJobsRequest& request, paging::PageRequest page,
                                           const access::Identity& caller) {
    auto query = readable(std::move(page), caller, newest_first);
    if (query) {
        query->below(bikes::parent(request.bicycle_id(), access::reach(caller, access::Permission::bikes_read)));
        query->where("j.bicycle_id = " + query->parameter(request.bicycle_id()) + "::uuid");
    }
    return query;
}

v1::RepairJob read_item(const postgres::Row& row) {
    auto job = job_table().read(row);
    job.set_lines_omitted(true);
    return job;
}

}  // namespace loan_manager::fleet::repairs
