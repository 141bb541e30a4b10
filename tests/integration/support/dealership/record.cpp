#include "support/dealership/record.hpp"

#include <cctype>

namespace loan_manager::testing::dealership {

std::string Branch::person(const std::string& job) const {
    std::string name;
    for (char letter : code) name += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    return name + "." + job;
}

Cents Job::cost() const {
    Cents sum = 0;
    for (const Line& line : lines) sum += line_amount(line.quantity, line.unit_cost);
    return sum;
}

Cents Job::price() const {
    Cents sum = 0;
    for (const Line& line : lines) sum += line_amount(line.quantity, line.unit_price);
    return sum;
}

Cents Bike::expense_total() const {
    Cents sum = 0;
    for (const Expense& expense : expenses) sum += expense.voided || expense.post_sale ? 0 : expense.amount;
    return sum;
}

Cents Bike::repair_total() const {
    Cents sum = 0;
    for (const Job& job : jobs) sum += job.stock() && job.status == "COMPLETED" ? job.cost() : 0;
    return sum;
}

Cents Bike::transfer_total() const {
    Cents sum = 0;
    for (const Transfer& transfer : transfers) sum += transfer.status == "COMPLETED" ? transfer.cost : 0;
    return sum;
}

Cents Bike::after_sale_total() const {
    Cents sum = 0;
    for (const Expense& expense : expenses) sum += !expense.voided && expense.post_sale ? expense.amount : 0;
    for (const Job& job : jobs) sum += job.category == "WARRANTY" && job.status == "COMPLETED" ? job.cost() : 0;
    return sum;
}

Job* Bike::open_job() {
    for (Job& job : jobs) {
        if (job.open()) return &job;
    }
    return nullptr;
}

bool Bike::has_open_stock_job() const {
    for (const Job& job : jobs) {
        if (job.open() && job.stock()) return true;
    }
    return false;
}

Transfer* Bike::open_transfer() {
    for (Transfer& transfer : transfers) {
        if (transfer.open()) return &transfer;
    }
    return nullptr;
}

Sale* Bike::sale() {
    for (Sale& sale : sales) {
        if (sale.status != "VOIDED") return &sale;
    }
    return nullptr;
}

}  // namespace loan_manager::testing::dealership
