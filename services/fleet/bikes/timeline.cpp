// What happened to one bike, as a list (queries.hpp).
#include <array>
#include <boost/json/parse.hpp>
#include <vector>

#include "access/reach.hpp"
#include "commands/change.hpp"
#include "fleet/bikes/queries.hpp"
#include "fleet/bikes/rows.hpp"
#include "fleet/bikes/timeline_text.hpp"
#include "sql/proto_values.hpp"

namespace loan_manager::fleet::bikes {
namespace {

using access::Permission;

constexpr const char* columns =
    "a.at, a.action, a.entity_id, a.entity_no, (SELECT r.code FROM fleet.branches r WHERE r.id = a.branch_id) AS "
    "branch, "
    "CASE WHEN a.entity_type = 'transfer' THEN (SELECT ARRAY[f.code, d.code] FROM fleet.transfers t "
    "JOIN fleet.branches f ON f.id = t.from_branch_id JOIN fleet.branches d ON d.id = t.to_branch_id "
    "WHERE t.id = a.entity_id) END AS ends, a.old, a.new, a.reason, a.username = 'system' AS automatic";

constexpr std::array sort_fields{sql::SortField{"at", "a.at", sql::KeyType::time}};

boost::json::object object_of(const std::optional<std::string>& json) {
    auto value = json ? boost::json::parse(*json) : boost::json::value();
    return value.is_object() ? std::move(value.as_object()) : boost::json::object();
}

}  // namespace

rpc::Result<sql::KeysetQuery> timeline(const v1::ListTimelineRequest& request, paging::PageRequest page,
                                       const access::Identity& caller) {
    sql::KeysetQuery query(std::move(page), {columns, "fleet.audit_log a", "a.id"});
    if (auto sorted = query.sort_by(sort_fields, "-at", caller); !sorted) {
        return sorted.error();
    }
    query.below(parent(request.id(), access::reach(caller, Permission::bikes_read)));
    const auto bike = query.parameter(request.id()) + "::uuid";
    const auto covers = [&](Permission permission, const sql::ScopeColumns& scope) {
        return query.covers(access::reach(caller, permission), scope);
    };
    const auto part = [&](const char* entity, const char* table, const std::string& shown) {
        return std::string(" UNION ALL SELECT '") + entity + "', x.id FROM fleet." + table +
               " x WHERE x.bicycle_id = " + bike + " AND (" + shown + ")";
    };
    query.where("(a.entity_type, a.entity_id) IN (SELECT 'bicycle', " + bike +
                part("transfer", "transfers",
                     covers(Permission::transfers_read, {"x.from_branch_id"}) + " OR " +
                         covers(Permission::transfers_read, {"x.to_branch_id"})) +
                part("expense", "expenses", covers(Permission::expenses_read, {"x.branch_id"})) +
                part("repair_job", "repair_jobs",
                     covers(Permission::repairs_read, {.branch = "x.branch_id", .assignee = "x.mechanic_id"})) +
                part("sale", "sales", covers(Permission::sales_read, {"x.selling_branch_id"})) + ")");
    return query;
}

v1::TimelineEntry read_timeline_entry(const postgres::Row& row) {
    using Text = std::optional<std::string>;
    v1::TimelineEntry entry;
    Happening happening;
    sql::assign(*entry.mutable_at(), row.get<sql::WallTime>("at"));
    happening.action = row.get<std::string>("action");
    entry.set_kind(commands::event_type_of(happening.action));
    if (auto id = row.get<Text>("entity_id")) {
        entry.set_entity_id(*std::move(id));
    }
    happening.number = row.get<Text>("entity_no").value_or("");
    happening.branch = row.get<Text>("branch").value_or("");
    if (const auto ends = row.get<std::optional<std::vector<std::string>>>("ends")) {
        happening.from = ends->at(0);
        happening.to = ends->at(1);
    }
    happening.before = object_of(row.get<Text>("old"));
    happening.after = object_of(row.get<Text>("new"));
    happening.reason = row.get<Text>("reason").value_or("");
    happening.automatic = row.get<bool>("automatic");
    entry.set_summary(sentence(happening));
    return entry;
}

}  // namespace loan_manager::fleet::bikes
