#include "fleet/commissions/repository.hpp"

#include <utility>

#include "fleet/values/proto_values.hpp"
#include "fleet/values/row_reader.hpp"

namespace loan_manager::fleet::commissions {
namespace {

constexpr postgres::Statement lock_sale{
    "commissions.lock_sale",
    "SELECT s.id, s.bicycle_id, s.invoice_no, s.sale_date::text, s.status FROM fleet.sales s "
    "WHERE s.id = (SELECT c.sale_id FROM fleet.commissions c WHERE c.id = $1) FOR SHARE OF s"};

constexpr postgres::Statement insert_commission{
    "commissions.insert",
    "INSERT INTO fleet.commissions (id, sale_id, rule_id, kind, branch_id, payee_user_id, base_amount, pool_rate, "
    "pool_amount, share_percent, amount, period_month, status, reverses_id, created_at, created_by, updated_at, "
    "updated_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, ($12 || '-01')::date, $13, $14, $15, $16, $15, "
    "$16)"};

constexpr postgres::Statement save_commission{
    "commissions.save",
    "UPDATE fleet.commissions SET status = $2, approved_by = $3, approved_at = $4, paid_by = $5, paid_at = $6, "
    "payment_reference = $7, rejected_by = $8, rejected_at = $9, reject_reason = $10, version = $11, updated_at = $12, "
    "updated_by = $13 WHERE id = $1"};

std::string select_where(const char* condition) {
    return std::string("SELECT ") + commission_columns + " FROM " + commission_tables + " WHERE " + condition;
}

}  // namespace

void add_find(postgres::Batch& batch, const std::string& id) {
    static const std::string sql = select_where("c.id = $1");
    static const postgres::Statement find{"commissions.find", sql.c_str()};
    batch.add(find, postgres::Params(id));
}

std::optional<StoredCommission> read_found(const postgres::Rows& rows) {
    return rows.empty() ? std::nullopt : std::optional(read_commission(rows.front()));
}

void add_lock(postgres::Batch& batch, const std::string& id) {
    static const std::string sql = select_where("c.id = $1 FOR UPDATE OF c");
    static const postgres::Statement lock{"commissions.lock", sql.c_str()};
    batch.add(lock_sale, postgres::Params(id));
    batch.add(lock, postgres::Params(id));
}

SaleRef read_locked_sale(const postgres::Rows& rows) {
    const auto row = rows.front();
    RowReader in(row);
    SaleRef sale;
    sale.id = in.text();
    sale.bicycle_id = in.text();
    sale.invoice_no = in.text();
    sale.sale_date = in.text();
    sale.status = in.token<v1::SaleStatus>();
    return sale;
}

void add_lock_all(postgres::Batch& batch, const std::string& sale_id) {
    static const std::string sql = select_where("c.sale_id = $1 ORDER BY c.id FOR UPDATE OF c");
    static const postgres::Statement lock{"commissions.lock_all", sql.c_str()};
    batch.add(lock, postgres::Params(sale_id));
}

std::vector<StoredCommission> read_all(const postgres::Rows& rows) {
    std::vector<StoredCommission> all;
    for (const auto row : rows) {
        all.push_back(read_commission(row));
    }
    return all;
}

void insert(commands::Unit& unit, const v1::Commission& commission) {
    unit.with_commit(
        insert_commission,
        postgres::Params(commission.id(), commission.sale_id(), commission.rule_id(), token_of(commission.kind()),
                         commission.branch_id(), LM_MAYBE(commission, payee_user_id), commission.base_amount(),
                         commission.pool_rate(), commission.pool_amount(), LM_MAYBE(commission, share_percent),
                         commission.amount(), commission.period_month(), token_of(commission.status()),
                         LM_MAYBE(commission, reverses_id), unit.now(), unit.caller().user_id));
}

void save(commands::Unit& unit, v1::Commission& commission) {
    commission.set_version(commission.version() + 1);
    assign(*commission.mutable_updated_at(), unit.now());
    commission.set_updated_by(unit.caller().user_id);
    unit.with_commit(
        save_commission,
        postgres::Params(commission.id(), token_of(commission.status()), LM_MAYBE(commission, approved_by),
                         maybe_time(commission.has_approved_at(), commission.approved_at()),
                         LM_MAYBE(commission, paid_by), maybe_time(commission.has_paid_at(), commission.paid_at()),
                         LM_MAYBE(commission, payment_reference), LM_MAYBE(commission, rejected_by),
                         maybe_time(commission.has_rejected_at(), commission.rejected_at()),
                         LM_MAYBE(commission, reject_reason), commission.version(), unit.now(), unit.caller().user_id));
}

void record(commands::Unit& unit, const char* action, const SaleRef& sale, const v1::Commission& commission,
            boost::json::object before, boost::json::object after, const std::string& reason) {
    commands::Change change;
    change.action = action;
    change.entity_type = "commission";
    change.entity_id = commission.id();
    change.entity_no = sale.invoice_no;
    change.branch_id = commission.branch_id();
    change.bicycle_id = sale.bicycle_id;
    change.reason = reason;
    change.old_values = std::move(before);
    change.new_values = std::move(after);
    change.payload = {{"sale_id", sale.id}, {"kind", token_of(commission.kind())}};
    unit.record(std::move(change));
}

}  // namespace loan_manager::fleet::commissions
