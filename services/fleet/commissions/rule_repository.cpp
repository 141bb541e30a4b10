#include "fleet/commissions/rule_repository.hpp"

#include <array>
#include <utility>

#include "fleet/values/list_query.hpp"
#include "fleet/values/proto_values.hpp"

namespace loan_manager::fleet::commissions {
namespace {

// Over the company in `column`; parameters as add_scope() adds them, named by their texts.
std::string company_covered(const std::string& column, const std::string& all, const std::string& companies,
                            const std::string& branches) {
    return "(" + all + "::boolean OR " + column + " = ANY (" + companies + "::uuid[]) OR " + column +
           " IN (SELECT s.company_id FROM fleet.branches s WHERE s.id = ANY (" + branches + "::uuid[])))";
}

void add_scope(postgres::Params& params, const access::Reach& reach) {
    params.add(reach.all);
    params.add(reach.companies);
    params.add(reach.branches);
}

constexpr postgres::Statement overlapping{
    "commissions.overlapping",
    "SELECT r.name, r.effective_from::text, r.effective_to::text FROM fleet.commission_rules r "
    "WHERE r.company_id = $1 AND r.id <> $2 AND r.is_active "
    "AND daterange(r.effective_from, r.effective_to, '[]') && daterange($3::date, $4::date, '[]') "
    "ORDER BY r.effective_from LIMIT 1"};

constexpr postgres::Statement served_until{"commissions.rule_served_until",
                                           "SELECT max(s.sale_date)::text FROM fleet.sales s WHERE s.id IN "
                                           "(SELECT c.sale_id FROM fleet.commissions c WHERE c.rule_id = $1)"};

constexpr postgres::Statement insert_statement{
    "commissions.insert_rule",
    "INSERT INTO fleet.commission_rules (id, company_id, name, base, pool_rate, buyer_share, seller_share, "
    "officer_share, garage_kind, garage_share, garage_amount, pay_on_loss, effective_from, effective_to, is_active, "
    "created_at, created_by, updated_at, updated_by) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $16, $17)"};

constexpr postgres::Statement save_statement{
    "commissions.save_rule",
    "UPDATE fleet.commission_rules SET name = $2, base = $3, pool_rate = $4, buyer_share = $5, seller_share = $6, "
    "officer_share = $7, garage_kind = $8, garage_share = $9, garage_amount = $10, pay_on_loss = $11, "
    "effective_from = $12, effective_to = $13, is_active = $14, version = $15, updated_at = $16, updated_by = $17 "
    "WHERE id = $1"};

// The facts that come in the same order in both statements.
void add_facts(postgres::Params& params, const v1::CommissionRule& rule) {
    params.add(rule.name());
    params.add(token_of(rule.base()));
    params.add(rule.pool_rate());
    params.add(rule.buyer_share());
    params.add(rule.seller_share());
    params.add(rule.officer_share());
    params.add(token_of(rule.garage_kind()));
    params.add(rule.garage_share());
    params.add(LM_MAYBE(rule, garage_amount));
    params.add(rule.pay_on_loss());
    params.add(rule.effective_from());
    params.add(LM_MAYBE(rule, effective_to));
    params.add(rule.is_active());
}

constexpr std::array sort_fields{
    SortField{"effective_from", "r.effective_from", "date"},
    SortField{"name", "r.name", "text"},
};

}  // namespace

void add_find_rule(postgres::Batch& batch, const std::string& id, const access::Reach& readable) {
    static const std::string sql = std::string("SELECT ") + rule_columns +
                                   " FROM fleet.commission_rules r WHERE r.id = $1 AND " +
                                   company_covered("r.company_id", "$2", "$3", "$4");
    static const postgres::Statement find{"commissions.find_rule", sql.c_str()};
    postgres::Params params(id);
    add_scope(params, readable);
    batch.add(find, std::move(params));
}

rpc::Result<void> add_rule_list(postgres::Batch& batch, StatementCache& statements,
                                const v1::ListCommissionRulesRequest& request, const paging::PageRequest& page,
                                const access::Reach& readable) {
    ListQuery query(rule_columns, "fleet.commission_rules r", "r.id", page);
    const auto all = query.parameter(readable.all);
    const auto companies = query.parameter(readable.companies);
    const auto branches = query.parameter(readable.branches);
    query.where(company_covered("r.company_id", all, companies, branches));
    if (request.has_company_id()) {
        query.where("r.company_id = " + query.company(request.company_id()));
    }
    if (request.has_is_active()) {
        query.where("r.is_active = " + query.parameter(request.is_active()));
    }
    if (auto sorted = query.sort_by(sort_fields, request.has_sort() ? request.sort() : "-effective_from"); !sorted) {
        return sorted;
    }
    query.add_to(batch, statements);
    return {};
}

// NO KEY UPDATE: rows that merely refer to the company are not held up.
void add_company(postgres::Batch& batch, const std::string& id_or_code, const access::Reach& reach) {
    static const std::string sql = "SELECT c.id, c.code, " + company_covered("c.id", "$2", "$3", "$4") +
                                   " FROM fleet.companies c WHERE c.code = $1 OR c.id::text = $1 FOR NO KEY UPDATE";
    static const postgres::Statement lock{"commissions.lock_company", sql.c_str()};
    postgres::Params params(id_or_code);
    add_scope(params, reach);
    batch.add(lock, std::move(params));
}

std::optional<RuleCompany> read_company(const postgres::Rows& rows) {
    if (rows.empty()) {
        return std::nullopt;
    }
    const auto row = rows.front();
    RuleCompany company;
    company.id = row.get<std::string>(0);
    company.code = row.get<std::string>(1);
    company.covered = row.get<bool>(2);
    return company;
}

void add_lock_rule(postgres::Batch& batch, const std::string& id, const access::Reach& reach) {
    static constexpr postgres::Statement lock_company{
        "commissions.lock_company_of_rule",
        "SELECT 1 FROM fleet.companies c WHERE c.id = "
        "(SELECT r.company_id FROM fleet.commission_rules r WHERE r.id = $1) FOR NO KEY UPDATE"};
    static const std::string sql = std::string("SELECT ") + rule_columns + ", " +
                                   company_covered("r.company_id", "$2", "$3", "$4") +
                                   " AS covered FROM fleet.commission_rules r WHERE r.id = $1 FOR UPDATE OF r";
    static const postgres::Statement lock_rule{"commissions.lock_rule", sql.c_str()};
    batch.add(lock_company, postgres::Params(id));
    postgres::Params params(id);
    add_scope(params, reach);
    batch.add(lock_rule, std::move(params));
    // In a statement of its own: it must see the commissions of a sale whose share lock was waited for.
    batch.add(served_until, postgres::Params(id));
}

std::optional<LockedRule> read_locked_rule(const std::vector<postgres::Rows>& results, std::size_t first) {
    const auto& rules = results.at(first + 1);
    if (rules.empty()) {
        return std::nullopt;
    }
    const auto row = rules.front();
    LockedRule locked;
    locked.rule = read_rule(row);
    locked.covered = row.get<bool>("covered");
    locked.served_until = results.at(first + 2).front().get<std::optional<std::string>>(0);
    return locked;
}

boost::asio::awaitable<rpc::Result<void>> check_overlap(commands::Unit& unit, const v1::CommissionRule& rule) {
    if (!rule.is_active()) {
        co_return rpc::Result<void>();
    }
    const postgres::Params params(rule.company_id(), rule.id(), rule.effective_from(), LM_MAYBE(rule, effective_to));
    const auto rows = (co_await unit.transaction().execute(overlapping, params)).value();
    if (rows.empty()) {
        co_return rpc::Result<void>();
    }
    const auto row = rows.front();
    const auto until = row.get<std::optional<std::string>>(2);
    co_return rpc::Error("RULE_OVERLAP", "The rule '" + row.get<std::string>(0) + "' is in force from " +
                                             row.get<std::string>(1) + (until ? " until " + *until : " without end") +
                                             "; end it or choose other dates.");
}

void insert_rule(commands::Unit& unit, const v1::CommissionRule& rule) {
    postgres::Params params(rule.id(), rule.company_id());
    add_facts(params, rule);
    params.add(unit.now());
    params.add(unit.caller().user_id);
    unit.with_commit(insert_statement, std::move(params));
}

void save_rule(commands::Unit& unit, v1::CommissionRule& rule) {
    rule.set_version(rule.version() + 1);
    assign(*rule.mutable_updated_at(), unit.now());
    rule.set_updated_by(unit.caller().user_id);
    postgres::Params params(rule.id());
    add_facts(params, rule);
    params.add(rule.version());
    params.add(unit.now());
    params.add(unit.caller().user_id);
    unit.with_commit(save_statement, std::move(params));
}

std::optional<rpc::Error> refuse_rule(const postgres::Error& error) {
    if (error.is(postgres::sqlstate::exclusion_violation) && error.constraint == "commission_rules_overlap_excl") {
        return rpc::Error("RULE_OVERLAP");
    }
    return std::nullopt;
}

void record_rule(commands::Unit& unit, const char* action, const v1::CommissionRule& rule, boost::json::object before,
                 boost::json::object after) {
    commands::Change change;
    change.action = action;
    change.entity_type = "commission_rule";
    change.entity_id = rule.id();
    change.entity_no = rule.name();
    change.old_values = std::move(before);
    change.new_values = std::move(after);
    change.payload = {{"company_id", rule.company_id()}};
    unit.record(std::move(change));
}

}  // namespace loan_manager::fleet::commissions
