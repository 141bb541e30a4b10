#include "fleet/expenses/repository.hpp"

#include "fleet/values/proto_values.hpp"
#include "fleet/values/row_reader.hpp"

namespace loan_manager::fleet::expenses {
namespace {

constexpr postgres::Statement insert_expense{
    "expenses.insert",
    "INSERT INTO fleet.expenses (id, bicycle_id, branch_id, expense_date, category, description, amount, invoice_no, "
    "vendor_name, notes, post_sale, created_at, created_by, updated_at, updated_by) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $12, $13)"};

constexpr postgres::Statement update_expense{
    "expenses.update",
    "UPDATE fleet.expenses SET branch_id = $2, expense_date = $3, category = $4, description = $5, amount = $6, "
    "invoice_no = $7, vendor_name = $8, notes = $9, voided_by = $10, voided_at = $11, void_reason = $12, version = "
    "$13, updated_at = $14, updated_by = $15 WHERE id = $1"};

std::string select_by_id() { return "SELECT " + expense_columns() + " FROM fleet.expenses e WHERE e.id = $1"; }

void stamp(commands::Unit& unit, v1::Expense& expense) {
    expense.set_version(expense.version() + 1);
    assign(*expense.mutable_updated_at(), unit.now());
    expense.set_updated_by(unit.caller().user_id);
}

}  // namespace

const std::string& expense_columns() {
    static const std::string columns =
        "e.id, e.bicycle_id, e.branch_id, (SELECT r.code FROM fleet.branches r WHERE r.id = e.branch_id), "
        "e.expense_date::text, e.category, e.description, e.amount::text, e.invoice_no, e.vendor_name, e.notes, "
        "e.post_sale, e.voided_by, e.voided_at, e.void_reason, e.version, e.created_at, e.created_by, e.updated_at, "
        "e.updated_by, e.is_demo, (SELECT r.company_id FROM fleet.branches r WHERE r.id = e.branch_id)";
    return columns;
}

StoredExpense read_expense(const postgres::Row& row) {
    StoredExpense stored;
    v1::Expense& expense = stored.expense;
    RowReader in(row);
    expense.set_id(in.text());
    expense.set_bicycle_id(in.text());
    expense.set_branch_id(in.text());
    expense.set_branch_code(in.text());
    expense.set_expense_date(in.text());
    expense.set_category(in.token<v1::ExpenseCategory>());
    expense.set_description(in.text());
    expense.set_amount(in.text());
    in.if_set([&](auto v) { expense.set_invoice_no(std::move(v)); });
    in.if_set([&](auto v) { expense.set_vendor_name(std::move(v)); });
    in.if_set([&](auto v) { expense.set_notes(std::move(v)); });
    expense.set_post_sale(in.next<bool>());
    in.if_set([&](auto v) { expense.set_voided_by(std::move(v)); });
    in.if_time([&] { return expense.mutable_voided_at(); });
    in.if_set([&](auto v) { expense.set_void_reason(std::move(v)); });
    expense.set_version(in.next<std::int32_t>());
    assign(*expense.mutable_created_at(), in.time());
    expense.set_created_by(in.text());
    assign(*expense.mutable_updated_at(), in.time());
    expense.set_updated_by(in.text());
    expense.set_is_demo(in.next<bool>());
    stored.company_id = in.text();
    return stored;
}

void add_find(postgres::Batch& batch, const std::string& id) {
    static const std::string sql = select_by_id();
    static const postgres::Statement find{"expenses.find", sql.c_str()};
    batch.add(find, postgres::Params(id));
}

void add_lock(postgres::Batch& batch, const std::string& id) {
    static const std::string sql = select_by_id() + " FOR UPDATE OF e";
    static const postgres::Statement lock{"expenses.lock", sql.c_str()};
    batch.add(lock, postgres::Params(id));
}

rpc::Result<StoredExpense> read_found(const postgres::Rows& rows) {
    if (rows.empty()) {
        return rpc::not_found("There is no such expense.");
    }
    return read_expense(rows.front());
}

void insert(commands::Unit& unit, v1::Expense& expense) {
    stamp(unit, expense);
    *expense.mutable_created_at() = expense.updated_at();
    expense.set_created_by(expense.updated_by());
    unit.with_commit(
        insert_expense,
        postgres::Params(expense.id(), expense.bicycle_id(), expense.branch_id(), expense.expense_date(),
                         token_of(expense.category()), expense.description(), expense.amount(),
                         LM_MAYBE(expense, invoice_no), LM_MAYBE(expense, vendor_name), LM_MAYBE(expense, notes),
                         expense.post_sale(), unit.now(), unit.caller().user_id));
}

void save(commands::Unit& unit, v1::Expense& expense) {
    stamp(unit, expense);
    unit.with_commit(
        update_expense,
        postgres::Params(expense.id(), expense.branch_id(), expense.expense_date(), token_of(expense.category()),
                         expense.description(), expense.amount(), LM_MAYBE(expense, invoice_no),
                         LM_MAYBE(expense, vendor_name), LM_MAYBE(expense, notes), LM_MAYBE(expense, voided_by),
                         maybe_time(expense.has_voided_at(), expense.voided_at()), LM_MAYBE(expense, void_reason),
                         expense.version(), unit.now(), unit.caller().user_id));
}

}  // namespace loan_manager::fleet::expenses
