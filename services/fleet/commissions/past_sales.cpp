#include "fleet/commissions/past_sales.hpp"

#include <utility>

#include "fleet/commissions/rule_row.hpp"
#include "fleet/values/row_reader.hpp"

namespace loan_manager::fleet::commissions {
namespace {

// The garage is the payee on record or, if there is none, the branch of the last stock job before the sale. A bike that
// is still sold has had no stock job since; after a void it may have.
constexpr const char* facts_columns =
    "s.selling_price::text, s.profit::text, a.id, a.code, v.id, v.code, g.id, g.code, s.sold_by";
constexpr const char* facts_tables =
    "fleet.sales s JOIN fleet.bicycles b ON b.id = s.bicycle_id "
    "JOIN fleet.branches a ON a.id = b.acquisition_branch_id JOIN fleet.branches v ON v.id = s.selling_branch_id "
    "LEFT JOIN fleet.branches g ON g.id = coalesce("
    "(SELECT k.branch_id FROM fleet.commissions k WHERE k.sale_id = s.id AND k.kind = 'GARAGE' "
    "AND k.reverses_id IS NULL), "
    "(SELECT j.branch_id FROM fleet.repair_jobs j WHERE j.bicycle_id = s.bicycle_id AND j.status = 'COMPLETED' "
    "AND j.category IN ('PRE_SALE_PREP', 'MAINTENANCE') AND (s.status <> 'VOIDED' OR j.completed_at <= s.recorded_at) "
    "ORDER BY j.completed_at DESC, j.id DESC LIMIT 1))";

money::Money money_of(const std::string& text) { return money::Money::parse_signed(text).value(); }

PayeeBranch read_branch(RowReader& in) {
    PayeeBranch branch;
    branch.id = in.text();
    branch.code = in.text();
    return branch;
}

SaleFacts read_facts(RowReader& in) {
    SaleFacts facts;
    facts.selling_price = money_of(in.text());
    facts.profit = money_of(in.text());
    facts.acquisition = read_branch(in);
    facts.selling = read_branch(in);
    auto garage = in.next<std::optional<std::string>>();
    auto garage_code = in.next<std::optional<std::string>>();
    if (garage && garage_code) {
        facts.garage.emplace();
        facts.garage->id = *std::move(garage);
        facts.garage->code = *std::move(garage_code);
    }
    facts.officer = in.next<std::optional<std::string>>();
    return facts;
}

}  // namespace

void add_frozen(postgres::Batch& batch, const std::string& commission_id) {
    static const std::string rule_sql =
        std::string("SELECT ") + rule_columns +
        " FROM fleet.commission_rules r WHERE r.id = (SELECT c.rule_id FROM fleet.commissions c WHERE c.id = $1)";
    static const std::string sale_sql =
        std::string("SELECT ") + facts_columns +
        ", s.invoice_no, s.sale_date::text, s.total_cost::text, b.purchase_total::text, b.expense_total::text, "
        "b.repair_total::text, b.transfer_total::text FROM " +
        facts_tables + " WHERE s.id = (SELECT c.sale_id FROM fleet.commissions c WHERE c.id = $1)";
    static const postgres::Statement rule{"commissions.rule_behind", rule_sql.c_str()};
    static const postgres::Statement sale{"commissions.sale_behind", sale_sql.c_str()};
    batch.add(rule, postgres::Params(commission_id));
    batch.add(sale, postgres::Params(commission_id));
}

Frozen read_frozen(const std::vector<postgres::Rows>& results, std::size_t first, const v1::Commission& commission) {
    Frozen frozen;
    frozen.commission = commission;
    frozen.rule = read_rule(results.at(first).front());
    const auto row = results.at(first + 1).front();
    RowReader in(row);
    frozen.sale = read_facts(in);
    frozen.invoice_no = in.text();
    frozen.sale_date = in.text();
    frozen.total_cost = money_of(in.text());
    for (auto& part : frozen.cost_parts) {
        part = money_of(in.text());
    }
    return frozen;
}

void add_past_sales(postgres::Batch& batch, const std::string& company_id, const std::string& to, const After& after) {
    static const std::string sql =
        std::string("SELECT s.id, s.invoice_no, s.sale_date::text, ") + facts_columns + ", k.kinds, k.amounts FROM " +
        facts_tables +
        " CROSS JOIN LATERAL (SELECT coalesce(array_agg(c.kind ORDER BY c.id), '{}') AS kinds, "
        "coalesce(array_agg(c.amount::text ORDER BY c.id), '{}') AS amounts FROM fleet.commissions c "
        "WHERE c.sale_id = s.id AND c.reverses_id IS NULL) k "
        "WHERE s.selling_company_id = $1 AND s.status <> 'VOIDED' AND s.sale_date <= $2::date "
        "AND (s.sale_date, s.id) > ($3::date, $4::uuid) ORDER BY s.sale_date, s.id LIMIT " +
        std::to_string(past_sales_page);
    static const postgres::Statement page{"commissions.past_sales", sql.c_str()};
    batch.add(page, postgres::Params(company_id, to, after.sale_date, after.id));
}

std::vector<PastSale> read_past_sales(const postgres::Rows& rows) {
    std::vector<PastSale> sales;
    for (const auto row : rows) {
        RowReader in(row);
        auto& sale = sales.emplace_back();
        sale.id = in.text();
        sale.invoice_no = in.text();
        sale.sale_date = in.text();
        sale.facts = read_facts(in);
        const auto kinds = in.next<std::vector<std::string>>();
        const auto amounts = in.next<std::vector<std::string>>();
        for (std::size_t i = 0; i < kinds.size(); ++i) {
            sale.recorded[enum_of<v1::CommissionKind>(kinds[i])] = money_of(amounts.at(i));
        }
    }
    return sales;
}

}  // namespace loan_manager::fleet::commissions
