// Expenses before and after the sale (D-705, D-706).
#include <algorithm>

#include "support/dealership/dealer.hpp"

namespace loan_manager::testing::dealership {

void Dealer::spend(Bike& bike, bool post_sale) {
    Expense expense;
    expense.branch = bike.branch;
    expense.amount = dice().between(1, 2'000'000);
    expense.post_sale = post_sale;
    json::object body{
        {"category", dice().one_of<std::string>({"TRANSPORT", "MINOR_REPAIR", "LICENSE_RENEWAL", "INSURANCE",
                                                 "CLEANING", "DOCUMENTATION", "STORAGE", "OTHER"})},
        {"description", "Spent on the bike"},
        {"amount", text(expense.amount)},
        {"expense_date", iso(std::max(day_, bike.procured))}};
    std::string spender = dice().chance(70) && !post_sale ? manager(bike.branch) : "finance1";
    if (spender == "finance1" && dice().chance(40)) {
        expense.branch = elsewhere(bike.branch).code;
        body["branch_id"] = expense.branch;
    }
    if (post_sale) body["post_sale"] = true;
    const Reply reply = client_.perform(client_.post(spender, bike.path() + "/expenses", body));
    if (!client_.expect(reply, 201, "D-705 record an expense")) return;
    expense.id = reply.id();
    if (reply.text("amount") != text(expense.amount) || reply.text("branch_code") != expense.branch) {
        client_.found("D-706 expense " + expense.id + " came back as " + reply.text("amount") + " of " +
                      reply.text("branch_code"));
    }
    bike.expenses.push_back(expense);
    ++bike.version;
}

void Dealer::change_expense(Bike& bike, bool post_sale) {
    for (Expense& expense : bike.expenses) {
        if (expense.voided || expense.post_sale != post_sale) continue;
        const std::string path = "/v1/expenses/" + expense.id;
        if (dice().chance(50)) {
            const Reply reply = client_.perform(
                client_.post("finance2", path + "/void", {{"reason", "Entered twice"}}, client_.etag(path)));
            if (!client_.expect(reply, 200, "D-705 void an expense")) return;
            expense.voided = true;
        } else {
            const Cents amount = expense.amount + dice().between(1, 10'000);
            const Reply reply =
                client_.perform(client_.patch("finance2", path, {{"amount", text(amount)}}, client_.etag(path)));
            if (!client_.expect(reply, 200, "D-705 correct an expense")) return;
            expense.amount = amount;
        }
        ++bike.version;
        return compare(bike, client_.get("admin", bike.path()), "D-704 after a correction");
    }
}

}  // namespace loan_manager::testing::dealership
