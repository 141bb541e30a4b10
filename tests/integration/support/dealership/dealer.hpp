// One dealership client: buys, moves, repairs, sells and regrets, day after day, makes the mistakes people make, and
// keeps its own books.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "support/dealership/client.hpp"
#include "support/dealership/record.hpp"

namespace loan_manager::testing::dealership {

struct World {
    std::vector<Branch> branches;
    std::vector<Rule> rules;

    const Branch& branch(const std::string& code) const;
    /// D-801
    const Rule* rule(const std::string& company, Day day) const;
};

class Dealer {
public:
    /// `index` keeps plates, frames and keys of the clients of one run apart.
    Dealer(Market& market, const World& world, int index, std::uint64_t seed);

    void live(Day from, Day to, int actions_a_day);
    const Bikes& bikes() const { return bikes_; }

private:
    // What a day holds (dealer.cpp).
    void act();
    void act_on(Bike& bike);
    void act_on_stock(Bike& bike);
    void act_on_sold(Bike& bike);

    // Buying, holding, correcting, writing off (dealer_stock.cpp).
    void procure(const std::string& plate = {});
    void reserve(Bike& bike);
    void release(Bike& bike);
    void correct_price(Bike& bike);
    void describe(Bike& bike);
    void write_off(Bike& bike);
    void return_to_stock(Bike& bike);

    // Expenses (dealer_expenses.cpp).
    void spend(Bike& bike, bool post_sale);
    void change_expense(Bike& bike, bool post_sale);

    // Transfers (dealer_transfers.cpp).
    void request_transfer(Bike& bike);
    void race_two_transfers(Bike& bike);
    void carry_on(Bike& bike, Transfer& transfer);
    void approve(Bike& bike, Transfer& transfer);
    void dispatch(Bike& bike, Transfer& transfer);
    void complete(Bike& bike, Transfer& transfer);
    void reject(Bike& bike, Transfer& transfer);
    void cancel(Bike& bike, Transfer& transfer);
    void transfer_requested(Bike& bike, const Reply& reply, const std::string& requester);
    void transfer_completed(Bike& bike, Transfer& transfer, const Reply& reply);
    void transfer_closed(Bike& bike, Transfer& transfer, const std::string& status);

    // Repairs (dealer_repairs.cpp).
    void open_job(Bike& bike, bool after_sale);
    void work(Bike& bike, Job& job);
    void add_line(Bike& bike, Job& job);
    void change_line(Job& job);
    json::object line(Line& line);
    void compare(const Job& job, const std::string& what);
    void start(Job& job);
    void complete(Bike& bike, Job& job);
    void completed(Bike& bike, Job& job, const Reply& reply);
    void cancel(Bike& bike, Job& job);
    void invoice(Bike& bike);
    void job_opened(Bike& bike, const Reply& reply);
    void stock_job_ended(Bike& bike);
    void race_line_and_completion(Bike& bike, Job& job);

    // Sales (dealer_sales.cpp, dealer_voids.cpp).
    struct Offer {
        json::object body;
        std::string seller;
        std::string officer;
        Cents price = 0;
        Cents trade_in_value = 0;
        int warranty_months = 0;
    };
    Offer offer(const Bike& bike, Cents price);
    void pay(json::object& body, Offer& offer);
    json::object old_bike();
    void sell(Bike& bike);
    void race_sales(Bike& bike);
    void race_sale_and_expense(Bike& bike);
    void race_sale_and_transfer(Bike& bike);
    void sold(Bike& bike, const Offer& offer, const Reply& reply);
    void preview(const Bike& bike, Cents price);
    void expect_commissions(const Bike& bike, Sale& sale);
    void edit_sale(Bike& bike, Sale& sale);
    void void_sale(Bike& bike, Sale& sale);
    void voided(Bike& bike, Sale& sale);
    std::string void_refused(const Bike& bike, const Sale& sale) const;
    void age(Sale& sale);

    // Commissions (dealer_commissions.cpp).
    void review(Sale& sale);
    void race_void_and_payment(Bike& bike, Sale& sale);

    // Mistakes (dealer_mistakes.cpp).
    void blunder(Bike& bike);

    /// Compares a bike in an answer with the books.
    void compare(const Bike& bike, const Reply& reply, const std::string& what) const;
    /// Somebody of another branch than `branch`.
    const Branch& elsewhere(const std::string& branch);
    std::string manager(const std::string& branch) const { return world_.branch(branch).person("manager"); }
    std::string mechanic(const std::string& branch) const { return world_.branch(branch).person("mechanic1"); }
    std::string agent(const std::string& branch, int number = 1) const {
        return world_.branch(branch).person("agent" + std::to_string(number));
    }
    std::string head(const std::string& branch) const;
    const std::string& user_id(const std::string& username) const { return client_.market().user_ids.at(username); }
    std::string plate();
    Dice& dice() { return client_.dice(); }

    const World& world_;
    Client client_;
    int index_;
    int plates_ = 0;
    int invoices_ = 0;
    Day day_ = 0;
    Bikes bikes_;
};

}  // namespace loan_manager::testing::dealership
