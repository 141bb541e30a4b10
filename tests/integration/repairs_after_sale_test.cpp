// Repair jobs after the sale: warranty and customer jobs (J1, J3, J4, D-506).
#include <doctest/doctest.h>

#include "support/workshop.hpp"

using namespace loan_manager::testing;

namespace {

std::string after_sale(const std::string& job_type) { return R"(,"after_sale":true,"job_type":")" + job_type + "\""; }

}  // namespace

TEST_CASE("J1 J3 a warranty job is an after-sale cost") {
    Workshop workshop;
    auto bike = workshop.bike();
    auto first = workshop.started(bike);
    REQUIRE(workshop.add_line(first, "PART", R"("unit_cost":"15000.00")").status == 201);
    REQUIRE(workshop.command(first, "complete", done).status == 200);
    auto sale = workshop.sell(bike, R"(,"warranty_months":6)");

    CHECK(workshop.open(bike).code() == "BIKE_SOLD");
    CHECK(workshop.open(bike, R"(,"job_type":"WARRANTY_REPAIR")").code() == "BIKE_SOLD");
    CHECK(workshop.open(bike, after_sale("FULL_OVERHAUL_BEFORE_SALE")).code() == "INVALID_STATE");
    auto id = workshop.started(bike, after_sale("WARRANTY_REPAIR"));
    CHECK(text(workshop.get(id), "category") == "WARRANTY");
    CHECK(workshop.bike_status(bike) == "SOLD");
    REQUIRE(workshop.add_line(id, "LABOUR", R"("unit_cost":"2500.00","unit_price":"0.00")").status == 201);
    REQUIRE(workshop.command(id, "complete", done).status == 200);
    CHECK(workshop.ledger(id) == "REPAIR 2500.00 t BRC 0.00 2500.00 0.00");
    CHECK(workshop.of_bike(bike, "after_sale_total") == "2500.00");
    CHECK(workshop.of_bike(bike, "total_cost") == "165000.00");
    auto sold = workshop.suite().get("/v1/sales/" + sale, workshop.admin()).json();
    CHECK(text(sold, "total_cost") == "165000.00");
    CHECK(text(sold, "profit") == "30000.00");
    CHECK(workshop.command(id, "invoice").code() == "INVALID_STATE");
    CHECK(workshop.bike_status(bike) == "SOLD");
    CHECK(workshop.suite().violations() == "");
}

TEST_CASE("J1 WARRANTY_EXPIRED counts calendar months from the sale") {
    Workshop workshop;
    auto months_ago = [&](const char* interval) {
        return workshop.suite().database().value("select ((now() at time zone 'Asia/Colombo')::date - interval '" +
                                                 std::string(interval) + "')::date");
    };
    auto sold_on = [&](const std::string& day, const std::string& months) {
        auto bike = workshop.bike(R"(,"procurement_date":"2024-01-15")");
        workshop.sell(bike, R"(,"sale_date":")" + day + "\"" + months);
        return bike;
    };
    auto code_of = [&](const std::string& bike) {
        auto answer = workshop.open(bike, after_sale("WARRANTY_REPAIR"));
        return answer.status == 201 ? std::string("201") : answer.code();
    };
    CHECK(code_of(sold_on(months_ago("0 days"), "")) == "201");  // null counts as no months
    CHECK(code_of(sold_on(months_ago("1 day"), "")) == "WARRANTY_EXPIRED");
    CHECK(code_of(sold_on(months_ago("20 days"), R"(,"warranty_months":1)")) == "201");
    CHECK(code_of(sold_on(months_ago("32 days"), R"(,"warranty_months":1)")) == "WARRANTY_EXPIRED");
    CHECK(workshop.suite().violations() == "");
}

TEST_CASE("J4 a customer's job is invoiced and costs the company nothing") {
    Workshop workshop;
    auto bike = workshop.bike();
    workshop.sell(bike);
    auto id = workshop.started(bike, after_sale("SERVICE"));
    CHECK(text(workshop.get(id), "category") == "CUSTOMER_REPAIR");
    REQUIRE(workshop.add_line(id, "PART", R"("unit_cost":"800.00","unit_price":"1200.00")").status == 201);
    CHECK(workshop.command(id, "invoice").code() == "INVALID_STATE");
    REQUIRE(workshop.command(id, "complete", done).status == 200);
    CHECK(workshop.ledger(id) == "");
    CHECK(workshop.of_bike(bike, "after_sale_total") == "0.00");
    auto branch_manager = workshop.suite().token(workshop.suite().user_with_role("branch_manager", "BRC"));
    CHECK(workshop.command(id, "invoice", "{}", branch_manager).code() == "FORBIDDEN");
    auto finance = workshop.suite().token(workshop.suite().user_with_role("finance_officer"));
    auto invoiced = workshop.command(id, "invoice", "{}", finance);
    REQUIRE(invoiced.status == 200);
    CHECK(text(invoiced.json(), "status") == "INVOICED");
    CHECK_FALSE(invoiced.json().at("closed_at").is_null());
    CHECK(workshop.command(id, "invoice", "{}", finance).code() == "INVALID_STATE");
    CHECK(workshop.suite().violations() == "");
}
