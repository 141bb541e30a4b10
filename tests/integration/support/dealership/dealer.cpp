#include "support/dealership/dealer.hpp"

#include <boost/json/serialize.hpp>
#include <stdexcept>

namespace loan_manager::testing::dealership {

const Branch& World::branch(const std::string& code) const {
    for (const Branch& branch : branches) {
        if (branch.code == code) return branch;
    }
    throw std::runtime_error("no branch " + code);
}

const Rule* World::rule(const std::string& company, Day day) const {
    for (const Rule& rule : rules) {
        if (rule.company == company && rule.from <= day && day <= rule.to) return &rule;
    }
    return nullptr;
}

Dealer::Dealer(Market& market, const World& world, int index, std::uint64_t seed)
    : world_(world),
      client_(market, "dealer " + std::to_string(index) + " seed " + std::to_string(seed), seed),
      index_(index) {}

void Dealer::live(Day from, Day to, int actions_a_day) {
    for (day_ = from; day_ <= to; ++day_) {
        for (int i = 0; i < actions_a_day; ++i) act();
    }
}

void Dealer::act() {
    std::size_t live = 0;
    for (const Bike& bike : bikes_) live += bike.live() ? 1 : 0;
    if (live < 4 || (live < 12 && dice().chance(25))) return procure();
    // The recent bikes see most of the life; the old ones are still voided and repaired now and then.
    const auto last = static_cast<std::int64_t>(bikes_.size()) - 1;
    const auto first = dice().chance(80) ? std::max<std::int64_t>(0, last - 15) : 0;
    Bike& bike = bikes_[static_cast<std::size_t>(dice().between(first, last))];
    if (dice().chance(12)) return blunder(bike);
    act_on(bike);
}

void Dealer::act_on(Bike& bike) {
    if (!bike.sales.empty() && bike.sales.front().status == "VOIDED" && dice().chance(10))
        return review(bike.sales.front());
    if (bike.status == "SOLD") return act_on_sold(bike);
    if (bike.status == "WRITTEN_OFF") return;
    if (dice().chance(15)) return spend(bike, false);
    if (dice().chance(6)) return change_expense(bike, false);
    if (dice().chance(4)) return correct_price(bike);
    if (dice().chance(4)) return describe(bike);
    if (Transfer* transfer = bike.open_transfer()) return carry_on(bike, *transfer);
    if (Job* job = bike.open_job()) return dice().chance(6) ? open_job(bike, false) : work(bike, *job);
    act_on_stock(bike);
}

void Dealer::act_on_stock(Bike& bike) {
    if (bike.status == "MAINTENANCE") {
        switch (dice().weighted({40, 30, 20, 10})) {
            case 0:
                return open_job(bike, false);
            case 1:
                return return_to_stock(bike);
            case 2:
                return request_transfer(bike);
            default:
                return write_off(bike);
        }
    }
    if (bike.allocation == "CUSTOMER") return dice().chance(35) ? release(bike) : sell(bike);
    switch (dice().weighted({12, 22, 16, 26, 6, 6, 6, 6})) {
        case 0:
            return reserve(bike);
        case 1:
            return open_job(bike, false);
        case 2:
            return request_transfer(bike);
        case 3:
            return sell(bike);
        case 4:
            return race_sales(bike);
        case 5:
            return race_sale_and_expense(bike);
        case 6:
            return dice().chance(50) ? race_sale_and_transfer(bike) : race_two_transfers(bike);
        default:
            return write_off(bike);
    }
}

void Dealer::act_on_sold(Bike& bike) {
    if (Job* job = bike.open_job()) return work(bike, *job);
    Sale& sale = *bike.sale();
    switch (dice().weighted({34, 8, 8, 8, 16, 14, 5, 4, 3, 10})) {
        case 0:
            return review(sale);
        case 1:
            return spend(bike, true);
        case 2:
            return change_expense(bike, true);
        case 3:
            return edit_sale(bike, sale);
        case 4:
            return void_sale(bike, sale);
        case 5:
            return open_job(bike, true);
        case 6:
            return age(sale);
        case 7:
            return procure(bike.plate);
        case 8:
            return race_void_and_payment(bike, sale);
        default:
            return invoice(bike);
    }
}

void Dealer::compare(const Bike& bike, const Reply& reply, const std::string& what) const {
    const auto differs = [&](const char* key, const std::string& expected) {
        const std::string actual = reply.text(key);
        if (actual != expected) {
            client_.found(what + " " + bike.path() + ": " + key + " is " + actual + ", expected " + expected);
        }
    };
    differs("status", bike.status);
    differs("allocation_kind", bike.allocation);
    differs("status_before", bike.status_before);
    differs("current_branch_code", bike.branch);
    differs("company_code", world_.branch(bike.branch).company);
    differs("acquisition_branch_code", bike.acquisition_branch);
    differs("current_stock_number", bike.live() ? bike.numbers.back().text : std::string());
    differs("sale_id", bike.sale() != nullptr ? bike.sale()->id : std::string());
    differs("write_off_kind", bike.write_off_kind);
    differs("trade_in_sale_id", bike.trade_in_sale);
    differs("purchase_price", text(bike.purchase));
    differs("purchase_total", text(bike.purchase_total()));
    differs("expense_total", text(bike.expense_total()));
    differs("repair_total", text(bike.repair_total()));
    differs("transfer_total", text(bike.transfer_total()));
    differs("total_cost", text(bike.total_cost()));
    differs("after_sale_total", text(bike.after_sale_total()));
    if (reply.number("version") != bike.version) {
        client_.found(what + " " + bike.path() + ": version is " + std::to_string(reply.number("version")) +
                      ", expected " + std::to_string(bike.version));
    }
}

const Branch& Dealer::elsewhere(const std::string& branch) {
    for (;;) {
        const Branch& other = dice().one_of(world_.branches);
        if (other.code != branch) return other;
    }
}

std::string Dealer::head(const std::string& branch) const {
    return world_.branch(branch).company == "MA" ? "head.ma" : "head.in";
}

std::string Dealer::plate() {
    const int number = ++plates_;
    std::string digits = std::to_string(number);
    digits.insert(0, 4 - digits.size(), '0');
    return std::string("Q") + static_cast<char>('A' + index_ / 26) + static_cast<char>('A' + index_ % 26) + "-" +
           digits;
}

}  // namespace loan_manager::testing::dealership
