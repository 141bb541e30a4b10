#include "fleet/sales/repository.hpp"

#include <algorithm>

#include "fleet/sales/sale_row.hpp"
#include "fleet/values/proto_values.hpp"

namespace loan_manager::fleet::sales {
namespace {

constexpr postgres::Statement officer{
    "sales.officer", "SELECT u.branch_scope::text[] FROM auth.users u WHERE u.id = $1 AND u.is_active"};

constexpr postgres::Statement insert_sale{
    "sales.insert",
    "INSERT INTO fleet.sales (id, bicycle_id, status, invoice_no, selling_branch_id, selling_company_id, "
    "stock_number_at_sale, sale_date, selling_price, payment_method, cash_amount, bank_amount, down_payment, "
    "financed_amount, trade_in_value, finance_institution, trade_in_bicycle_id, customer_name, customer_phone, "
    "customer_nic, customer_address, customer_email, delivery_date, warranty_months, notes, sold_by, total_cost, "
    "profit, margin_pct, markup_pct, loss_acknowledged_by, recorded_at, created_at, created_by, updated_at, "
    "updated_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, "
    "$21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $32, $33, $32, $33)"};

constexpr postgres::Statement update_facts{
    "sales.update_facts",
    "UPDATE fleet.sales SET customer_name = $2, customer_phone = $3, customer_nic = $4, customer_address = $5, "
    "customer_email = $6, delivery_date = $7, finance_institution = $8, warranty_months = $9, notes = $10, "
    "version = $11, updated_at = $12, updated_by = $13 WHERE id = $1"};

constexpr postgres::Statement update_state{
    "sales.update_state",
    "UPDATE fleet.sales SET status = $2, void_requested_by = $3, void_requested_at = $4, void_reason = $5, "
    "voided_by = $6, voided_at = $7, void_second_approver = $8, version = $9, updated_at = $10, updated_by = $11 "
    "WHERE id = $1"};

void stamp(const commands::Unit& unit, v1::Sale& sale) {
    sale.set_version(sale.version() + 1);
    assign(*sale.mutable_updated_at(), unit.now());
    sale.set_updated_by(unit.caller().user_id);
}

}  // namespace

void add_find(postgres::Batch& batch, const std::string& id) {
    static const std::string sql = "SELECT " + sale_columns() + " FROM fleet.sales s WHERE s.id = $1";
    static const postgres::Statement find{"sales.find", sql.c_str()};
    batch.add(find, postgres::Params(id));
}

void add_lock(postgres::Batch& batch, const std::string& id) {
    static const std::string sql = "SELECT " + sale_columns() + " FROM fleet.sales s WHERE s.id = $1 FOR UPDATE OF s";
    static const postgres::Statement lock{"sales.lock", sql.c_str()};
    batch.add(lock, postgres::Params(id));
}

rpc::Result<v1::Sale> read_sale(const postgres::Rows& rows) {
    if (rows.empty()) {
        return rpc::not_found("There is no such sale.");
    }
    return read_sale(rows.front(), access::Reach::everything());
}

void add_officer(postgres::Batch& batch, const std::string& user_id) { batch.add(officer, postgres::Params(user_id)); }

std::optional<Officer> read_officer(const postgres::Rows& rows) {
    if (rows.empty()) {
        return std::nullopt;
    }
    Officer found;
    found.branches = rows.front().get<std::vector<std::string>>(0);
    return found;
}

validate::IssueToken officer_issue(const std::optional<Officer>& officer, const std::string& branch_id) {
    if (!officer) {
        return validate::issue::not_found;
    }
    const bool is_of_branch =
        std::find(officer->branches.begin(), officer->branches.end(), branch_id) != officer->branches.end();
    return is_of_branch ? validate::IssueToken() : validate::issue::not_allowed;
}

void insert(commands::Unit& unit, const v1::Sale& sale) {
    unit.with_commit(
        insert_sale,
        postgres::Params(
            sale.id(), sale.bicycle_id(), token_of(sale.status()), sale.invoice_no(), sale.selling_branch_id(),
            sale.selling_company_id(), sale.stock_number_at_sale(), sale.sale_date(), sale.selling_price(),
            token_of(sale.payment_method()), sale.cash_amount(), sale.bank_amount(), sale.down_payment(),
            sale.financed_amount(), sale.trade_in_value(), LM_MAYBE(sale, finance_institution),
            LM_MAYBE(sale, trade_in_bicycle_id), LM_MAYBE(sale, customer_name), LM_MAYBE(sale, customer_phone),
            LM_MAYBE(sale, customer_nic), LM_MAYBE(sale, customer_address), LM_MAYBE(sale, customer_email),
            LM_MAYBE(sale, delivery_date), LM_MAYBE(sale, warranty_months), LM_MAYBE(sale, notes),
            LM_MAYBE(sale, sold_by), sale.total_cost(), sale.profit(), sale.margin_pct(), LM_MAYBE(sale, markup_pct),
            LM_MAYBE(sale, loss_acknowledged_by), unit.now(), unit.caller().user_id));
}

void save_facts(commands::Unit& unit, v1::Sale& sale) {
    stamp(unit, sale);
    unit.with_commit(update_facts,
                     postgres::Params(sale.id(), LM_MAYBE(sale, customer_name), LM_MAYBE(sale, customer_phone),
                                      LM_MAYBE(sale, customer_nic), LM_MAYBE(sale, customer_address),
                                      LM_MAYBE(sale, customer_email), LM_MAYBE(sale, delivery_date),
                                      LM_MAYBE(sale, finance_institution), LM_MAYBE(sale, warranty_months),
                                      LM_MAYBE(sale, notes), sale.version(), unit.now(), unit.caller().user_id));
}

void save_state(commands::Unit& unit, v1::Sale& sale) {
    stamp(unit, sale);
    unit.with_commit(
        update_state,
        postgres::Params(sale.id(), token_of(sale.status()), LM_MAYBE(sale, void_requested_by),
                         maybe_time(sale.has_void_requested_at(), sale.void_requested_at()),
                         LM_MAYBE(sale, void_reason), LM_MAYBE(sale, voided_by),
                         maybe_time(sale.has_voided_at(), sale.voided_at()), LM_MAYBE(sale, void_second_approver),
                         sale.version(), unit.now(), unit.caller().user_id));
}

}  // namespace loan_manager::fleet::sales
