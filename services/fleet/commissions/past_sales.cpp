#include "fleet/commissions/past_sales.hpp"

#include <optional>
#include <utility>
#include <vector>

#include "fleet/commissions/rule_rows.hpp"
#include "sql/proto_values.hpp"

namespace loan_manager::fleet::commissions {
namespace {

// The garage is the payee on record or, if there is none, the branch of the last stock job before the sale. A bike that
// is still sold has had no stock job since; after a void it may have.
constexpr const char* facts_columns =
    "s.id, s.invoice_no, s.sale_date, s.selling_price, s.profit, a.id AS acquisition_id, a.code AS acquisition_code, "
    "v.id AS selling_id, v.code AS selling_code, g.id AS garage_id, g.code AS garage_code, s.sold_by";
constexpr const char* facts_tables =
    "fleet.sales s JOIN fleet.bicycles b ON b.id = s.bicycle_id "
    "JOIN fleet.branches a ON a.id = b.acquisition_branch_id JOIN fleet.branches v ON v.id = s.selling_branch_id "
    "LEFT JOIN fleet.branches g ON g.id = coalesce("
    "(SELECT k.branch_id FROM fleet.commissions k WHERE k.sale_id = s.id AND k.kind = 'GARAGE' "
    "AND k.reverses_id IS NULL), "
    "(SELECT j.branch_id FROM fleet.repair_jobs j WHERE j.bicycle_id = s.bicycle_id AND j.status = 'COMPLETED' "
    "AND j.category IN ('PRE_SALE_PREP', 'MAINTENANCE') AND (s.status <> 'VOIDED' OR j.completed_at <= s.recorded_at) "
    "ORDER BY j.completed_at DESC, j.id DESC LIMIT 1))";

constexpr int page_size = 500;

/// Where a page of past sales ended.
struct After {
    std::string sale_date;
    std::string id;
};

money::Money money_in(const postgres::Row& row, const char* column) {
    return money::Money::parse_signed(row.get<std::string>(column)).value();
}

SaleFacts read_facts(const postgres::Row& row) {
    SaleFacts facts;
    facts.selling_price = money_in(row, "selling_price");
    facts.profit = money_in(row, "profit");
    facts.acquisition.id = row.get<std::string>("acquisition_id");
    facts.acquisition.code = row.get<std::string>("acquisition_code");
    facts.selling.id = row.get<std::string>("selling_id");
    facts.selling.code = row.get<std::string>("selling_code");
    if (auto garage = row.get<std::optional<std::string>>("garage_id")) {
        facts.garage.emplace();
        facts.garage->id = *std::move(garage);
        facts.garage->code = row.get<std::string>("garage_code");
    }
    facts.officer = row.get<std::optional<std::string>>("sold_by");
    return facts;
}

sql::Handle<const postgres::Rows&> add_page(sql::RoundTrip& trip, const std::string& company_id, const std::string& to,
                                            const After& after) {
    static const std::string sql =
        std::string("SELECT ") + facts_columns + ", k.kinds, k.amounts FROM " + facts_tables +
        " CROSS JOIN LATERAL (SELECT coalesce(array_agg(c.kind ORDER BY c.id), '{}') AS kinds, "
        "coalesce(array_agg(c.amount::text ORDER BY c.id), '{}') AS amounts FROM fleet.commissions c "
        "WHERE c.sale_id = s.id AND c.reverses_id IS NULL) k "
        "WHERE s.selling_company_id = $1 AND s.status <> 'VOIDED' AND s.sale_date <= $2::date "
        "AND (s.sale_date, s.id) > ($3::date, $4::uuid) ORDER BY s.sale_date, s.id LIMIT " +
        std::to_string(page_size);
    static const postgres::Statement page{"commissions.past_sales", sql.c_str()};
    return trip.add(page, postgres::Params(company_id, to, after.sale_date, after.id));
}

PastSale read_past_sale(const postgres::Row& row) {
    PastSale sale;
    sale.id = row.get<std::string>("id");
    sale.invoice_no = row.get<std::string>("invoice_no");
    sale.sale_date = row.get<std::string>("sale_date");
    sale.facts = read_facts(row);
    const auto kinds = row.get<std::vector<std::string>>("kinds");
    const auto amounts = row.get<std::vector<std::string>>("amounts");
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        sale.recorded[sql::enum_of<v1::CommissionKind>(kinds[i])] = money::Money::parse_signed(amounts.at(i)).value();
    }
    return sale;
}

}  // namespace

FrozenHandles add_frozen(sql::RoundTrip& trip, const std::string& commission_id) {
    static const std::string rule_sql =
        "SELECT " + rule_table().columns() +
        " FROM fleet.commission_rules r WHERE r.id = (SELECT c.rule_id FROM fleet.commissions c WHERE c.id = $1)";
    static const std::string sale_sql =
        std::string("SELECT ") + facts_columns +
        ", s.total_cost, b.purchase_total, b.expense_total, b.repair_total, b.transfer_total FROM " + facts_tables +
        " WHERE s.id = (SELECT c.sale_id FROM fleet.commissions c WHERE c.id = $1)";
    static const postgres::Statement rule{"commissions.rule_behind", rule_sql.c_str()};
    static const postgres::Statement sale{"commissions.sale_behind", sale_sql.c_str()};
    const auto rule_rows = trip.add(rule, postgres::Params(commission_id));
    return FrozenHandles{rule_rows, trip.add(sale, postgres::Params(commission_id))};
}

Frozen read_frozen(const sql::RoundTrip& trip, const FrozenHandles& handles, const v1::Commission& commission) {
    Frozen frozen;
    frozen.commission = commission;
    frozen.rule = rule_table().read(trip[handles.rule].front());
    const auto row = trip[handles.sale].front();
    frozen.sale = read_facts(row);
    frozen.invoice_no = row.get<std::string>("invoice_no");
    frozen.sale_date = row.get<std::string>("sale_date");
    frozen.total_cost = money_in(row, "total_cost");
    frozen.cost_parts = {money_in(row, "purchase_total"), money_in(row, "expense_total"), money_in(row, "repair_total"),
                         money_in(row, "transfer_total")};
    return frozen;
}

boost::asio::awaitable<postgres::Result<v1::CommissionReplay>> ReplayReader::operator()(
    postgres::Transaction& transaction) const {
    Replay replay(terms_);
    After after;
    after.sale_date = from_;
    after.id = commands::no_id;
    for (bool more = true; more;) {
        sql::RoundTrip trip;
        const auto page = add_page(trip, company_id_, to_, after);
        co_await trip.run(transaction.connection());
        const auto& rows = trip[page];
        for (const auto row : rows) {
            const PastSale sale = read_past_sale(row);
            replay.add(sale);
            after.sale_date = sale.sale_date;
            after.id = sale.id;
        }
        more = rows.size() == page_size;
    }
    co_return replay.result();
}

}  // namespace loan_manager::fleet::commissions
