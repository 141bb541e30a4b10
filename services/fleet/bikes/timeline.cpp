#include "fleet/bikes/timeline.hpp"

#include <array>
#include <boost/json/parse.hpp>
#include <vector>

#include "access/reach.hpp"
#include "commands/change.hpp"
#include "fleet/bikes/timeline_text.hpp"
#include "fleet/values/row_reader.hpp"

namespace loan_manager::fleet::bikes {
namespace {

using access::Permission;

constexpr const char* columns =
    "a.at, a.action, a.entity_id, a.entity_no, (SELECT r.code FROM fleet.branches r WHERE r.id = a.branch_id), "
    "CASE WHEN a.entity_type = 'transfer' THEN (SELECT ARRAY[f.code, d.code] FROM fleet.transfers t "
    "JOIN fleet.branches f ON f.id = t.from_branch_id JOIN fleet.branches d ON d.id = t.to_branch_id "
    "WHERE t.id = a.entity_id) END, a.old::text, a.new::text, a.reason, a.username = 'system'";

constexpr std::array sort_fields{SortField{"at", "a.at", "timestamptz"}};

boost::json::object object_of(const std::string& json) {
    auto value = boost::json::parse(json);
    return value.is_object() ? std::move(value.as_object()) : boost::json::object();
}

}  // namespace

rpc::Result<void> add_timeline(postgres::Batch& batch, StatementCache& statements, const std::string& bicycle_id,
                               const access::Identity& caller, const paging::PageRequest& page) {
    ListQuery query(columns, "fleet.audit_log a", "a.id", page);
    const auto bike = query.parameter(bicycle_id) + "::uuid";
    const auto covers = [&](Permission permission, std::string_view column) {
        return query.covers(access::reach(caller, permission), column);
    };
    const auto part = [&](const char* entity, const char* table, const std::string& shown) {
        return std::string(" UNION ALL SELECT '") + entity + "', x.id FROM fleet." + table +
               " x WHERE x.bicycle_id = " + bike + " AND (" + shown + ")";
    };
    std::string jobs = covers(Permission::repairs_read, "x.branch_id");
    if (const auto readable = access::reach(caller, Permission::repairs_read); readable.self) {
        jobs += " OR x.mechanic_id = " + query.parameter(readable.user_id) + "::uuid";
    }
    query.where("(a.entity_type, a.entity_id) IN (SELECT 'bicycle', " + bike +
                part("transfer", "transfers",
                     covers(Permission::transfers_read, "x.from_branch_id") + " OR " +
                         covers(Permission::transfers_read, "x.to_branch_id")) +
                part("expense", "expenses", covers(Permission::expenses_read, "x.branch_id")) +
                part("repair_job", "repair_jobs", jobs) +
                part("sale", "sales", covers(Permission::sales_read, "x.selling_branch_id")) + ")");
    if (auto sorted = query.sort_by(sort_fields, "-at"); !sorted) {
        return sorted.error();
    }
    query.add_to(batch, statements);
    return {};
}

v1::TimelineEntry read_timeline_entry(const postgres::Row& row) {
    v1::TimelineEntry entry;
    Happening happening;
    RowReader in(row);
    assign(*entry.mutable_at(), in.time());
    happening.action = in.text();
    entry.set_kind(commands::event_type_of(happening.action));
    in.if_set([&](auto id) { entry.set_entity_id(std::move(id)); });
    in.if_set([&](auto number) { happening.number = std::move(number); });
    in.if_set([&](auto code) { happening.branch = std::move(code); });
    in.if_set<std::vector<std::string>>([&](const auto& ends) {
        happening.from = ends.at(0);
        happening.to = ends.at(1);
    });
    in.if_set([&](const auto& json) { happening.before = object_of(json); });
    in.if_set([&](const auto& json) { happening.after = object_of(json); });
    in.if_set([&](auto reason) { happening.reason = std::move(reason); });
    happening.automatic = in.next<bool>();
    entry.set_summary(sentence(happening));
    return entry;
}

}  // namespace loan_manager::fleet::bikes
