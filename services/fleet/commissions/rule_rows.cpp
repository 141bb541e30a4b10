#include "fleet/commissions/rule_rows.hpp"

#include "commands/stamp.hpp"
#include "fleet/organisation/rows.hpp"
#include "sql/scope.hpp"

namespace loan_manager::fleet::commissions {
namespace {

constexpr postgres::Statement served_until_statement{
    "commissions.rule_served_until",
    "SELECT max(s.sale_date) FROM fleet.sales s WHERE s.id IN "
    "(SELECT c.sale_id FROM fleet.commissions c WHERE c.rule_id = $1)"};

// NO KEY UPDATE: rows that merely refer to the company are not held up.
constexpr postgres::Statement lock_company_of_rule{
    "commissions.lock_company_of_rule",
    "SELECT 1 FROM fleet.companies c WHERE c.id = "
    "(SELECT r.company_id FROM fleet.commission_rules r WHERE r.id = $1) FOR NO KEY UPDATE"};

std::string select_rules() { return "SELECT " + rule_table().columns() + " FROM fleet.commission_rules r"; }

postgres::Params with_reach(const std::string& subject, const access::Reach& reach) {
    postgres::Params params(subject);
    sql::add_scope(params, reach);
    return params;
}

std::string select_company() {
    return "SELECT c.id, c.code, " + sql::covers_company_always(2, "c.id") +
           " AS covered FROM fleet.companies c WHERE c.code = $1 OR c.id::text = $1";
}

std::string select_active_of(const std::string& company) {
    return select_rules() + " WHERE r.is_active AND r.company_id = " + company + " ORDER BY r.effective_from";
}

// FOR SHARE: a change of the rule that got here first is waited for, and the rule taken only if it is still in force.
std::string rule_in_force(const char* lock) {
    return select_rules() +
           " WHERE r.company_id = (SELECT b.company_id FROM fleet.bicycles b "
           "WHERE b.id = $1) AND r.is_active AND r.effective_from <= $2::date "
           "AND (r.effective_to IS NULL OR r.effective_to >= $2::date)" +
           lock;
}

std::optional<v1::CommissionRule> read_rule(const postgres::Rows& rows) { return rule_table().read_first(rows); }

rpc::Result<v1::CommissionRule> read_found(const postgres::Rows& rows) {
    if (rows.empty()) {
        return rpc::not_found("There is no such commission rule.");
    }
    return rule_table().read(rows.front());
}

rpc::Result<RuleCompany> read_company(const postgres::Rows& rows) {
    if (rows.empty()) {
        return organisation::no_such_company();
    }
    const auto row = rows.front();
    RuleCompany company;
    company.id = row.get<std::string>("id");
    company.code = row.get<std::string>("code");
    company.covered = row.get<bool>("covered");
    return company;
}

Rules read_rules(const postgres::Rows& rows) { return rule_table().read_all(rows); }

rpc::Result<LockedRule> read_locked(const postgres::Rows& rows) {
    auto rule = read_found(rows);
    if (!rule) {
        return std::move(rule).error();
    }
    LockedRule locked;
    locked.rule = std::move(*rule);
    locked.covered = rows.front().get<bool>("covered");
    return locked;
}

commands::Change change_of(const char* action, const v1::CommissionRule& rule, sql::Difference difference) {
    auto change = commands::change_of(action, "commission_rule", rule.id(), std::move(difference));
    change.entity_no = rule.name();
    change.payload = {{"company_id", rule.company_id()}};
    return change;
}

}  // namespace

const sql::TableOf<v1::CommissionRule>& rule_table() {
    static const sql::TableOf<v1::CommissionRule> table(sql::Layout{
        .table = "fleet.commission_rules",
        .alias = "r",
        .computed = {{"company_code", "(SELECT c.code FROM fleet.companies c WHERE c.id = r.company_id)"}}});
    return table;
}

sql::Handle<rpc::Result<v1::CommissionRule>> add_find_rule(sql::RoundTrip& trip, const std::string& id,
                                                           const access::Reach& readable) {
    static const std::string sql =
        select_rules() + " WHERE r.id = $1 AND " + sql::covers_company_always(2, "r.company_id");
    static const postgres::Statement find{"commissions.find_rule", sql.c_str()};
    return trip.add<rpc::Result<v1::CommissionRule>>(find, with_reach(id, readable), &read_found);
}

sql::Handle<rpc::Result<RuleCompany>> add_find_company(sql::RoundTrip& trip, const std::string& id_or_code,
                                                       const access::Reach& reach) {
    static const std::string sql = select_company();
    static const postgres::Statement find{"commissions.find_company", sql.c_str()};
    return trip.add<rpc::Result<RuleCompany>>(find, with_reach(id_or_code, reach), &read_company);
}

sql::Handle<rpc::Result<RuleCompany>> add_lock_company(sql::RoundTrip& trip, const std::string& id_or_code,
                                                       const access::Reach& reach) {
    static const std::string sql = select_company() + " FOR NO KEY UPDATE";
    static const postgres::Statement lock{"commissions.lock_company", sql.c_str()};
    return trip.add<rpc::Result<RuleCompany>>(lock, with_reach(id_or_code, reach), &read_company);
}

sql::Handle<Rules> add_active_rules(sql::RoundTrip& trip, const std::string& company_id_or_code) {
    static const std::string sql =
        select_active_of("(SELECT k.id FROM fleet.companies k WHERE k.code = $1 OR k.id::text = $1)");
    static const postgres::Statement active{"commissions.active_rules", sql.c_str()};
    return trip.add<Rules>(active, postgres::Params(company_id_or_code), &read_rules);
}

sql::Handle<Rules> add_active_rules_beside(sql::RoundTrip& trip, const std::string& rule_id) {
    static const std::string sql =
        select_active_of("(SELECT o.company_id FROM fleet.commission_rules o WHERE o.id = $1)");
    static const postgres::Statement active{"commissions.active_rules_beside", sql.c_str()};
    return trip.add<Rules>(active, postgres::Params(rule_id), &read_rules);
}

RuleLock add_lock_rule(sql::RoundTrip& trip, const std::string& id, const access::Reach& reach) {
    static const std::string sql = "SELECT " + rule_table().columns() + ", " +
                                   sql::covers_company_always(2, "r.company_id") +
                                   " AS covered FROM fleet.commission_rules r WHERE r.id = $1 FOR UPDATE OF r";
    static const postgres::Statement lock_rule{"commissions.lock_rule", sql.c_str()};
    trip.add(lock_company_of_rule, postgres::Params(id));
    const auto rule = trip.add<rpc::Result<LockedRule>>(lock_rule, with_reach(id, reach), &read_locked);
    // In a statement of its own: it must see the commissions of a sale whose share lock was waited for.
    return RuleLock{rule, trip.add<std::optional<std::string>>(served_until_statement, postgres::Params(id),
                                                               &sql::one_value<std::optional<std::string>>)};
}

rpc::Result<LockedRule> RuleLock::read(const sql::RoundTrip& trip) const {
    auto locked = trip[rule];
    if (locked) {
        locked->served_until = trip[served_until];
    }
    return locked;
}

sql::Handle<std::optional<v1::CommissionRule>> add_rule_in_force(sql::RoundTrip& trip, const std::string& bicycle_id,
                                                                 const std::string& sale_date, Reading reading) {
    static const std::string for_sale = rule_in_force(" FOR SHARE OF r");
    static const std::string for_preview = rule_in_force("");
    static const postgres::Statement lock_rule{"commissions.rule_in_force", for_sale.c_str()};
    static const postgres::Statement find_rule{"commissions.rule_for_preview", for_preview.c_str()};
    return trip.add<std::optional<v1::CommissionRule>>(reading == Reading::for_sale ? lock_rule : find_rule,
                                                       postgres::Params(bicycle_id, sale_date), &read_rule);
}

void insert(commands::CommandContext& command, v1::CommissionRule& rule) {
    commands::insert(command, rule_table(), rule);
}

void save(commands::CommandContext& command, v1::CommissionRule& rule) { commands::save(command, rule_table(), rule); }

void record_new(commands::CommandContext& command, const v1::CommissionRule& rule) {
    command.record(change_of("RULE_CREATED", rule, rule_table().created(rule)));
}

void record(commands::CommandContext& command, const char* action, const v1::CommissionRule& before,
            const v1::CommissionRule& after) {
    command.record(change_of(action, after, rule_table().compare(before, after)));
}

}  // namespace loan_manager::fleet::commissions
