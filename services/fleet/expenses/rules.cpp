#include "fleet/expenses/rules.hpp"

#include <optional>

#include "fleet/bikes/rules.hpp"
#include "sql/proto_values.hpp"
#include "sql/row_message.hpp"

namespace loan_manager::fleet::expenses {
namespace {

std::vector<rpc::FieldIssue> check_date(const std::optional<std::string>& text, runtime::Date today) {
    std::vector<rpc::FieldIssue> issues;
    const auto date = text ? runtime::parse_date(*text) : std::nullopt;
    if (date && *date > today) {
        issues.emplace_back("expense_date", validate::issue::out_of_range, runtime::format_date(today));
    }
    return issues;
}

}  // namespace

access::Permission permission_to_record(bool post_sale) {
    return post_sale ? access::Permission::expenses_record_post_sale : access::Permission::expenses_record;
}

access::Permission permission_to_correct(bool post_sale) {
    return post_sale ? access::Permission::expenses_record_post_sale : access::Permission::expenses_update;
}

std::vector<rpc::FieldIssue> check(const v1::RecordExpenseRequest& request, runtime::Date today) {
    return check_date(LM_MAYBE(request, expense_date), today);
}

std::vector<rpc::FieldIssue> check(const v1::UpdateExpenseRequest& request, runtime::Date today) {
    return check_date(LM_MAYBE(request.expense(), expense_date), today);
}

std::vector<rpc::FieldIssue> check_since_purchase(const std::optional<std::string>& expense_date,
                                                  const std::string& procurement_date) {
    std::vector<rpc::FieldIssue> issues;
    const auto date = expense_date ? runtime::parse_date(*expense_date) : std::nullopt;
    const auto bought = runtime::parse_date(procurement_date);
    if (date && bought && *date < *bought) {
        issues.emplace_back("expense_date", validate::issue::out_of_range, procurement_date);
    }
    return issues;
}

rpc::Result<void> check_books_open(const v1::Bike& bike, bool post_sale) {
    if (bike.status() == v1::BIKE_STATUS_WRITTEN_OFF) {
        return rpc::Error("INVALID_STATE", "The bike is written off; its costs are closed.");
    }
    const bool sold = !bikes::is_live(bike.status());
    if (sold && !post_sale) {
        return rpc::Error("BIKE_SOLD", "The bike is sold: costs from before the sale are frozen.");
    }
    if (!sold && post_sale) {
        return rpc::Error("INVALID_STATE", "After-sale costs (post_sale) belong to a sold bike; this one is not sold.");
    }
    return {};
}

rpc::Result<void> check_correctable(const v1::Bike& bike, const v1::Expense& expense) {
    if (auto open = check_books_open(bike, expense.post_sale()); !open) {
        return open;
    }
    if (expense.has_voided_at()) {
        return rpc::Error("INVALID_STATE", "The expense is voided; record a new one instead.");
    }
    return {};
}

v1::Expense draft(const v1::RecordExpenseRequest& request, runtime::Date today) {
    v1::Expense expense;
    sql::copy_fields(request, expense, {"branch_id"});
    if (!request.has_expense_date()) {
        expense.set_expense_date(runtime::format_date(today));
    }
    return expense;
}

ledger::Entry entry_of(const v1::Expense& expense) {
    ledger::Entry entry;
    entry.type = v1::LEDGER_ENTRY_TYPE_EXPENSE;
    entry.source = ledger::Source::expenses;
    entry.source_id = expense.id();
    entry.bicycle_id = expense.bicycle_id();
    entry.branch_id = expense.branch_id();
    entry.amount = expense.amount();
    entry.entry_date = expense.expense_date();
    entry.category = sql::token_of(expense.category());
    entry.post_sale = expense.post_sale();
    entry.description = expense.description();
    return entry;
}

bool needs_rebooking(const v1::Expense& before, const v1::Expense& after) {
    return before.amount() != after.amount() || before.branch_id() != after.branch_id() ||
           before.category() != after.category() || before.expense_date() != after.expense_date() ||
           before.description() != after.description();
}

}  // namespace loan_manager::fleet::expenses
