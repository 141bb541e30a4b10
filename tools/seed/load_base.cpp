#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "tools/seed/load.hpp"
#include "tools/seed/organisation.hpp"
#include "tools/seed/random.hpp"

namespace loan_manager::ctl {
namespace {

namespace json = boost::json;

/// One seed at a time: the second finds everything there.
constexpr const char* one_at_a_time = "SELECT pg_advisory_xact_lock(hashtext('loan-managerctl seed'))";

/// Wraps an INSERT that RETURNs id and code into one that leaves audit and outbox rows too (D-219, D-220).
/// $1 is the JSON array of rows, each with an audit_id; answers how many rows were new.
std::string journalled(const std::string& insert, const std::string& entity, const std::string& action,
                       const std::string& event) {
    return "WITH given AS (SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (id uuid, audit_id uuid, code text,"
           " name text, company text, district text, is_repair_center boolean, display_order integer)),"
           " system AS (SELECT id FROM auth.users WHERE username = 'system'),"
           " added AS (" +
           insert +
           "),"
           " audited AS (INSERT INTO fleet.audit_log (id, user_id, username, action, entity_type, entity_id, entity_no,"
           " request_id, new) SELECT g.audit_id, system.id, 'system', '" +
           action + "', '" + entity +
           "', a.id, a.code, 'seed-base', jsonb_build_object('code', a.code, 'name', g.name)"
           " FROM added a JOIN given g ON g.id = a.id, system),"
           " announced AS (INSERT INTO fleet.outbox (event_type, entity_type, entity_id)"
           " SELECT '" +
           event + "', '" + entity +
           "', id FROM added)"
           " SELECT count(*) FROM added";
}

int add_companies(Database& database, Random& random, std::chrono::system_clock::time_point at) {
    json::array rows;
    for (const SeedCompany& company : seed_companies()) {
        rows.push_back(json::object{{"id", random.uuid(at)},
                                    {"audit_id", random.uuid(at)},
                                    {"code", company.code},
                                    {"name", company.name},
                                    {"district", company.district}});
    }
    const std::string sql = journalled(
        "INSERT INTO fleet.companies (id, code, name, district, is_demo, created_by, updated_by)"
        " SELECT given.id, code, name, district, true, system.id, system.id FROM given, system"
        " ON CONFLICT (code) DO NOTHING RETURNING id, code",
        "company", "COMPANY_CREATED", "company.created");
    return database.query(sql, postgres::Params(json::serialize(rows))).front().get<int>(0);
}

int add_branches(Database& database, Random& random, std::chrono::system_clock::time_point at) {
    json::array rows;
    for (const SeedBranch& branch : seed_branches()) {
        rows.push_back(json::object{{"id", random.uuid(at)},
                                    {"audit_id", random.uuid(at)},
                                    {"code", branch.code},
                                    {"name", branch.name},
                                    {"company", branch.company},
                                    {"district", branch.district},
                                    {"is_repair_center", branch.is_repair_center},
                                    {"display_order", rows.size() + 1}});
    }
    const std::string sql = journalled(
        "INSERT INTO fleet.branches (id, code, name, company_id, district, is_repair_center, display_order, is_demo,"
        " created_by, updated_by)"
        " SELECT g.id, g.code, g.name, c.id, g.district, g.is_repair_center, g.display_order, true, system.id, "
        "system.id"
        " FROM given g JOIN fleet.companies c ON c.code = g.company, system"
        " ON CONFLICT (code) DO NOTHING RETURNING id, code",
        "branch", "BRANCH_CREATED", "branch.created");
    const int added = database.query(sql, postgres::Params(json::serialize(rows))).front().get<int>(0);
    static_cast<void>(database.query(
        "INSERT INTO fleet.stock_counters (branch_id) SELECT id FROM fleet.branches ON CONFLICT DO NOTHING"));
    return added;
}

/// D-809: PROFIT, pool 5 %, buyer 30, seller 50, garage 10 (PERCENTAGE), officer 10, from 2000 on.
int add_commission_rules(Database& database, Random& random, std::chrono::system_clock::time_point at) {
    json::array rows;
    for (const SeedCompany& company : seed_companies()) {
        rows.push_back(json::object{{"id", random.uuid(at)},
                                    {"audit_id", random.uuid(at)},
                                    {"name", "Standard commission"},
                                    {"company", company.code}});
    }
    const std::string sql = journalled(
        "INSERT INTO fleet.commission_rules (id, company_id, name, base, pool_rate, buyer_share, seller_share,"
        " officer_share, garage_kind, garage_share, effective_from, is_demo, created_by, updated_by)"
        " SELECT g.id, c.id, g.name, 'PROFIT', 5.00, 30, 50, 10, 'PERCENTAGE', 10, DATE '2000-01-01', true, system.id,"
        " system.id FROM given g JOIN fleet.companies c ON c.code = g.company, system"
        " WHERE NOT EXISTS (SELECT FROM fleet.commission_rules r WHERE r.company_id = c.id)"
        " RETURNING id, name AS code",
        "commission_rule", "RULE_CREATED", "rule.created");
    return database.query(sql, postgres::Params(json::serialize(rows))).front().get<int>(0);
}

}  // namespace

BaseLoaded load_base(Database& database) {
    using namespace std::chrono;
    // Fixed, so that the ids are the same in every installation.
    Random random(1);
    const system_clock::time_point at = sys_days{2025y / January / 1};
    Transaction transaction(database);
    static_cast<void>(database.query(one_at_a_time));
    BaseLoaded loaded;
    loaded.companies = add_companies(database, random, at);
    loaded.branches = add_branches(database, random, at);
    loaded.rules = add_commission_rules(database, random, at);
    if (loaded.companies + loaded.branches + loaded.rules > 0) {
        static_cast<void>(database.query("SELECT pg_notify('fleet_changes', 'branch.created')"));
    }
    transaction.commit();
    return loaded;
}

}  // namespace loan_manager::ctl
