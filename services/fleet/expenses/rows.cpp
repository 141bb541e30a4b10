#include "fleet/expenses/rows.hpp"

#include "commands/stamp.hpp"

namespace loan_manager::fleet::expenses {
namespace {

rpc::Result<StoredExpense> read_found(const postgres::Rows& rows) {
    if (rows.empty()) {
        return no_such_expense();
    }
    return read_expense(rows.front());
}

std::string select_by_id() { return "SELECT " + expense_columns() + " FROM fleet.expenses e WHERE e.id = $1"; }

commands::Change change_of(const char* action, const v1::Expense& expense, sql::Difference difference) {
    auto change = commands::change_of(action, "expense", expense.id(), std::move(difference));
    change.branch_id = expense.branch_id();
    change.bicycle_id = expense.bicycle_id();
    change.payload = {{"branch_id", expense.branch_id()}, {"post_sale", expense.post_sale()}};
    return change;
}

}  // namespace

const sql::TableOf<v1::Expense>& expense_table() {
    static const sql::TableOf<v1::Expense> table(
        sql::Layout{.table = "fleet.expenses",
                    .alias = "e",
                    .computed = {{"branch_code", "(SELECT r.code FROM fleet.branches r WHERE r.id = e.branch_id)"}}});
    return table;
}

const std::string& expense_columns() {
    static const std::string columns =
        expense_table().columns() +
        ", (SELECT r.company_id FROM fleet.branches r WHERE r.id = e.branch_id) AS company_id";
    return columns;
}

StoredExpense read_expense(const postgres::Row& row) {
    StoredExpense stored;
    stored.expense = expense_table().read(row);
    stored.company_id = row.get<std::string>("company_id");
    return stored;
}

rpc::Error no_such_expense() { return rpc::not_found("There is no such expense."); }

sql::Handle<rpc::Result<StoredExpense>> add_find(sql::RoundTrip& trip, const std::string& id) {
    static const std::string sql = select_by_id();
    static const postgres::Statement find{"expenses.find", sql.c_str()};
    return trip.add<rpc::Result<StoredExpense>>(find, postgres::Params(id), &read_found);
}

Lock add_lock(sql::RoundTrip& trip, const std::string& id) {
    static const std::string sql = select_by_id() + " FOR UPDATE OF e";
    static const postgres::Statement lock{"expenses.lock", sql.c_str()};
    // The expense decides about scope, not its bike, which may be elsewhere by now (D-903).
    const auto bike = bikes::add_lock_of(trip, bikes::Part::expense, id, access::Reach::everything());
    return Lock{bike, trip.add<rpc::Result<StoredExpense>>(lock, postgres::Params(id), &read_found)};
}

void insert(commands::CommandContext& command, v1::Expense& expense) {
    commands::insert(command, expense_table(), expense);
}

void save(commands::CommandContext& command, v1::Expense& expense) {
    commands::save(command, expense_table(), expense);
}

void record_new(commands::CommandContext& command, const v1::Expense& expense) {
    command.record(change_of("EXPENSE_RECORDED", expense, expense_table().created(expense)));
}

void record(commands::CommandContext& command, const char* action, const v1::Expense& before, const v1::Expense& after,
            const std::string& reason) {
    auto change = change_of(action, after, expense_table().compare(before, after));
    change.reason = reason;
    command.record(std::move(change));
}

}  // namespace loan_manager::fleet::expenses
