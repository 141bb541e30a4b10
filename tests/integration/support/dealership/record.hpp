// What a client knows from the answers it was given: its own books, from which everything is worked out again.
#pragma once

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "support/dealership/arithmetic.hpp"

namespace loan_manager::testing::dealership {

struct Branch {
    std::string code;
    std::string company;
    bool repair_center = false;

    /// Username of somebody of the branch: "ww.manager", "ww.agent1", "ww.mechanic1".
    std::string person(const std::string& job) const;
};

struct Number {
    std::string text;
    std::string branch;
    /// "" while the bike carries it.
    std::string release_reason;
};

struct Expense {
    std::string id;
    std::string branch;
    Cents amount = 0;
    bool post_sale = false;
    bool voided = false;
};

struct Line {
    std::string id;
    std::string kind;
    Hundredths quantity = 0;
    Cents unit_cost = 0;
    Cents unit_price = 0;
};

struct Job {
    std::string id;
    std::string number;
    std::string branch;
    std::string category;
    std::string status = "OPEN";
    std::vector<Line> lines;

    bool open() const { return status == "OPEN" || status == "IN_PROGRESS"; }
    bool stock() const { return category == "PRE_SALE_PREP" || category == "MAINTENANCE"; }
    bool done() const { return status == "COMPLETED" || status == "INVOICED"; }
    Cents cost() const;
    Cents price() const;
};

struct Transfer {
    std::string id;
    std::string number;
    std::string from;
    std::string to;
    std::string requester;
    std::string status = "PENDING";
    std::string reason;
    std::string from_stock_number;
    std::string to_stock_number;
    Cents cost = 0;

    bool open() const { return status == "PENDING" || status == "APPROVED" || status == "IN_TRANSIT"; }
};

struct Commission {
    std::string id;
    std::string kind;
    std::string branch;
    /// Username, only for SALES_OFFICER.
    std::string payee;
    Cents amount = 0;
    std::string period;
    std::string status = "PENDING";
    /// The row this one takes back.
    std::string reverses;
};

struct Sale {
    std::string id;
    std::string invoice;
    std::string branch;
    std::string company;
    std::string officer;
    std::string recorded_by;
    std::string stock_number;
    std::string status = "ACTIVE";
    /// Whether it was recorded more than 24 hours ago.
    bool old = false;
    Day day = 0;
    Cents price = 0;
    Cents cost = 0;
    int warranty_months = 0;
    Shares shares;
    std::vector<Commission> commissions;
    std::string trade_in_bike;
};

struct Bike {
    std::string id;
    std::string plate;
    std::string branch;
    std::string acquisition_branch;
    std::string status = "IN_STOCK";
    std::string allocation;
    std::string status_before;
    std::string write_off_kind;
    std::string trade_in_sale;
    Cents purchase = 0;
    bool price_corrected = false;
    Day procured = 0;
    Day delivered = 0;  ///< By its last completed transfer; 0 if there was none.
    std::int64_t version = 1;
    std::vector<Number> numbers;
    std::vector<Expense> expenses;
    std::vector<Job> jobs;
    std::vector<Transfer> transfers;
    std::vector<Sale> sales;
    /// Branches of completed stock jobs in the order of completion.
    std::vector<std::string> garages;

    /// The first day of at least `day` on which it may be sold where it stands.
    Day sellable_from(Day day) const { return std::max({day, procured, delivered}); }
    bool live() const { return status != "SOLD" && status != "WRITTEN_OFF"; }
    /// D-510, D-504: the purchase of a bike given back, or entered by mistake, is reversed.
    bool purchase_reversed() const {
        return write_off_kind == "TRADE_IN_RETURNED" || write_off_kind == "DATA_ENTRY_ERROR";
    }
    Cents purchase_total() const { return purchase_reversed() ? 0 : purchase; }
    Cents expense_total() const;
    Cents repair_total() const;
    Cents transfer_total() const;
    Cents total_cost() const { return purchase_total() + expense_total() + repair_total() + transfer_total(); }
    Cents after_sale_total() const;

    Job* open_job();
    bool has_open_stock_job() const;
    Transfer* open_transfer();
    /// The sale that stands.
    Sale* sale();
    const Sale* sale() const { return const_cast<Bike*>(this)->sale(); }
    std::string path() const { return "/v1/bikes/" + id; }
};

/// The bikes of one client; references stay valid when more are bought.
using Bikes = std::deque<Bike>;

}  // namespace loan_manager::testing::dealership
