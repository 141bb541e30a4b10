#include <doctest/doctest.h>

#include "testing/error_codes.hpp"

#include <set>
#include <string>

#include "fleet/bikes/rules.hpp"
#include "fleet/sales/rules.hpp"
#include "fleet/sales/trade_in.hpp"

using namespace loan_manager;
using namespace loan_manager::fleet::sales;
using namespace std::chrono_literals;

namespace {

/// "100" → a request that pays 100.00 by the method; amounts are added by the tests.
v1::SellBikeRequest sale(const std::string& method, const std::string& price = "100.00") {
    v1::SellBikeRequest request;
    request.set_payment_method(method);
    request.set_selling_price(price);
    return request;
}

std::set<std::string> issues(const std::vector<rpc::FieldIssue>& list) {
    std::set<std::string> found;
    for (const auto& issue : list) found.insert(issue.field + ":" + issue.issue);
    return found;
}

std::set<std::string> payment_issues(const v1::SellBikeRequest& request) { return issues(check_payment(request)); }

using Expected = std::set<std::string>;

money::Money money_of(const char* text) { return money::Money::parse(text).value(); }

const runtime::Date today = runtime::parse_date("2026-03-15").value();

}  // namespace

TEST_CASE("D-707 CASH and BANK_TRANSFER: the one amount defaults to the price and must be it") {
    for (const bool bank : {false, true}) {
        CAPTURE(bank);
        const std::string method = bank ? "BANK_TRANSFER" : "CASH";
        auto plain = sale(method);
        CHECK(payment_issues(plain).empty());
        const auto payment = payment_of(plain);
        CHECK((bank ? payment.bank : payment.cash) == money_of("100.00"));
        CHECK(payment.sum() == money_of("100.00"));

        auto given = sale(method);
        bank ? given.set_bank_amount("100.00") : given.set_cash_amount("100.00");
        CHECK(payment_issues(given).empty());

        auto less = sale(method);
        bank ? less.set_bank_amount("99.99") : less.set_cash_amount("99.99");
        CHECK(payment_issues(less) == Expected{"selling_price:mismatch"});

        auto zero = sale(method);
        bank ? zero.set_bank_amount("0.00") : zero.set_cash_amount("0.00");
        CHECK(payment_issues(zero) == Expected{"selling_price:mismatch"});

        auto zeros = sale(method);
        zeros.set_down_payment("0.00");
        zeros.set_financed_amount("0.00");
        zeros.set_trade_in_value("0.00");
        CHECK(payment_issues(zeros).empty());
    }
}

TEST_CASE("D-707 every amount a method does not take is named") {
    struct Case {
        const char* method;
        std::set<std::string> takes;
    };
    const Case cases[] = {
        {"CASH", {"cash_amount"}},
        {"BANK_TRANSFER", {"bank_amount"}},
        {"FINANCE", {"down_payment", "financed_amount"}},
        {"TRADE_IN", {"cash_amount", "bank_amount", "trade_in_value"}},
        {"MIXED", {"cash_amount", "bank_amount", "down_payment", "financed_amount", "trade_in_value"}},
    };
    for (const auto& one : cases) {
        CAPTURE(one.method);
        auto request = sale(one.method, "100.00");
        request.set_cash_amount("20.00");
        request.set_bank_amount("20.00");
        request.set_down_payment("20.00");
        request.set_financed_amount("20.00");
        request.set_trade_in_value("20.00");
        request.mutable_trade_in();
        request.set_finance_institution("LB Finance");
        const auto found = payment_issues(request);
        for (const std::string field :
             {"cash_amount", "bank_amount", "down_payment", "financed_amount", "trade_in_value"}) {
            CAPTURE(field);
            CHECK(found.contains(field + ":not_allowed") == !one.takes.contains(field));
        }
        CHECK_FALSE(found.contains("selling_price:mismatch"));
        CHECK(found.contains("trade_in:not_allowed") == !one.takes.contains("trade_in_value"));
        CHECK(found.contains("finance_institution:not_allowed") == !one.takes.contains("financed_amount"));
    }
}

TEST_CASE("D-707 FINANCE: something is financed, by somebody; a down payment is optional") {
    auto request = sale("FINANCE");
    CHECK(payment_issues(request) ==
          Expected{"financed_amount:required", "finance_institution:required", "selling_price:mismatch"});
    request.set_finance_institution("LB Finance");
    request.set_financed_amount("100.00");
    CHECK(payment_issues(request).empty());
    request.set_financed_amount("60.00");
    CHECK(payment_issues(request) == Expected{"selling_price:mismatch"});
    request.set_down_payment("40.00");
    CHECK(payment_issues(request).empty());
    request.set_financed_amount("0.00");
    request.set_down_payment("100.00");
    CHECK(payment_issues(request) == Expected{"financed_amount:out_of_range"});
}

TEST_CASE("D-707 TRADE_IN: a bike of some value, the rest in cash or by bank") {
    auto request = sale("TRADE_IN");
    CHECK(payment_issues(request) ==
          Expected{"trade_in_value:required", "trade_in:required", "selling_price:mismatch"});
    request.set_trade_in_value("100.00");
    CHECK(payment_issues(request) == Expected{"trade_in:required"});
    request.mutable_trade_in();
    CHECK(payment_issues(request).empty());
    request.set_trade_in_value("50.00");
    request.set_cash_amount("30.00");
    request.set_bank_amount("20.00");
    CHECK(payment_issues(request).empty());
    request.set_trade_in_value("0.00");
    request.set_cash_amount("80.00");
    CHECK(payment_issues(request) == Expected{"trade_in_value:out_of_range"});
    request.set_trade_in_value("100.01");
    request.set_cash_amount("0.00");
    request.set_bank_amount("0.00");
    CHECK(payment_issues(request) == Expected{"selling_price:mismatch"});
}

TEST_CASE("D-707 MIXED: at least two amounts; institution with financing, trade-in with its value") {
    auto one = sale("MIXED");
    one.set_cash_amount("100.00");
    CHECK(payment_issues(one) == Expected{"payment_method:mismatch"});

    auto two = sale("MIXED");
    two.set_cash_amount("40.00");
    two.set_bank_amount("60.00");
    CHECK(payment_issues(two).empty());
    two.set_finance_institution("LB Finance");
    CHECK(payment_issues(two) == Expected{"finance_institution:not_allowed"});

    auto financed = sale("MIXED");
    financed.set_cash_amount("40.00");
    financed.set_financed_amount("60.00");
    CHECK(payment_issues(financed) == Expected{"finance_institution:required"});
    financed.set_finance_institution("LB Finance");
    CHECK(payment_issues(financed).empty());

    auto down = sale("MIXED");
    down.set_cash_amount("40.00");
    down.set_down_payment("60.00");
    CHECK(payment_issues(down) == Expected{"down_payment:not_allowed"});

    auto trade_in = sale("MIXED");
    trade_in.set_cash_amount("40.00");
    trade_in.set_trade_in_value("60.00");
    CHECK(payment_issues(trade_in) == Expected{"trade_in:required"});
    trade_in.mutable_trade_in();
    CHECK(payment_issues(trade_in).empty());

    auto without_value = sale("MIXED");
    without_value.set_cash_amount("40.00");
    without_value.set_bank_amount("60.00");
    without_value.mutable_trade_in();
    CHECK(payment_issues(without_value) == Expected{"trade_in_value:required"});
}

TEST_CASE("D-707 BANK and INSTALLMENT are aliases") {
    CHECK(payment_of(sale("BANK")).method == v1::PAYMENT_METHOD_BANK_TRANSFER);
    CHECK(payment_of(sale("BANK")).bank == money_of("100.00"));
    CHECK(payment_of(sale("INSTALLMENT")).method == v1::PAYMENT_METHOD_FINANCE);
    for (const std::string method : {"CASH", "BANK_TRANSFER", "FINANCE", "TRADE_IN", "MIXED"}) {
        CHECK(v1::PaymentMethod_Name(payment_of(sale(method)).method) == "PAYMENT_METHOD_" + method);
    }
}

TEST_CASE("D-701 D-702 the golden case: cost 170000, sold at 195000") {
    const auto figures = figures_of(money_of("195000.00"), money_of("170000.00"));
    CHECK(figures.profit.to_string() == "25000.00");
    CHECK(figures.margin.to_string() == "12.82");
    CHECK(figures.markup->to_string() == "14.71");
    CHECK_FALSE(figures.is_loss());
}

TEST_CASE("D-701 a loss, no gain, no cost") {
    const auto loss = figures_of(money_of("100.00"), money_of("100.01"));
    CHECK(loss.is_loss());
    CHECK(loss.profit.to_string() == "-0.01");
    const auto even = figures_of(money_of("100.00"), money_of("100.00"));
    CHECK_FALSE(even.is_loss());
    CHECK(even.margin.to_string() == "0.00");
    CHECK(even.markup->to_string() == "0.00");
    const auto free = figures_of(money_of("100.00"), money_of("0.00"));
    CHECK(free.margin.to_string() == "100.00");
    CHECK_FALSE(free.markup);
}

TEST_CASE("D-202 percentages are rounded half-up away from zero, losses too") {
    // 0.125 % of 80000 is exactly half a hundredth above 0.12.
    CHECK(figures_of(money_of("80000.00"), money_of("79900.00")).margin.to_string() == "0.13");
    CHECK(figures_of(money_of("80000.00"), money_of("80100.00")).margin.to_string() == "-0.13");
    CHECK(figures_of(money_of("80100.00"), money_of("80000.00")).markup->to_string() == "0.13");
    CHECK(figures_of(money_of("79900.00"), money_of("80000.00")).markup->to_string() == "-0.13");
}

TEST_CASE("D-701 percentages beyond their columns are noticed") {
    CHECK(figures_of(money_of("0.01"), money_of("1000000.00")).is_storable());
    CHECK_FALSE(figures_of(money_of("0.01"), money_of("1000000.01")).is_storable());
    CHECK_FALSE(figures_of(money_of("999999999999.99"), money_of("0.01")).is_storable());
}

TEST_CASE("S1 dates: not in the future, delivery not before the sale; the trade-in's year") {
    v1::SellBikeRequest request;
    CHECK(sale_date_of(request, today) == "2026-03-15");
    CHECK(check_dates(request, today).empty());
    request.set_sale_date("2026-03-16");
    CHECK(issues(check_dates(request, today)) == Expected{"sale_date:out_of_range"});
    request.set_sale_date("2026-03-10");
    request.set_delivery_date("2026-03-09");
    CHECK(issues(check_dates(request, today)) == Expected{"delivery_date:out_of_range"});
    request.set_delivery_date("2026-03-10");
    CHECK(check_dates(request, today).empty());
    request.clear_sale_date();
    CHECK(issues(check_dates(request, today)) == Expected{"delivery_date:out_of_range"});
    request.clear_delivery_date();
    CHECK(check_trade_in(request, today).empty());
    request.mutable_trade_in()->set_year(2027);
    CHECK(check_trade_in(request, today).empty());
    request.mutable_trade_in()->set_year(2028);
    std::string wide;
    for (int i = 0; i < 7; ++i) wide += "\uFDFA";  // one character that stands for fifteen letters
    request.mutable_trade_in()->set_frame_number(wide);
    CHECK(issues(check_trade_in(request, today)) ==
          Expected{"trade_in.frame_number:too_long", "trade_in.year:out_of_range"});
}

TEST_CASE("S1 a bike is not sold before it came to where it stands") {
    CHECK(earliest_sale_date("2026-03-01", std::nullopt) == "2026-03-01");
    CHECK(earliest_sale_date("2026-03-01", "2026-03-10") == "2026-03-10");
    CHECK(earliest_sale_date("2026-03-01", "2026-03-01") == "2026-03-01");
    CHECK(earliest_sale_date("2026-03-10", "2026-03-01") == "2026-03-10");
}

TEST_CASE("S2 S3 S4 a sale is recent for exactly 24 hours") {
    const runtime::WallTime recorded = runtime::parse_rfc3339("2026-03-15T10:00:00.000Z").value();
    CHECK(is_recent(recorded, recorded));
    CHECK(is_recent(recorded, recorded + 24h));
    CHECK_FALSE(is_recent(recorded, recorded + 24h + 1us));
    CHECK(is_recent(recorded, recorded - 1s));  // a clock that lags behind that of the sale
}

TEST_CASE("S2 a PATCH stays consistent with the sale (D-707)") {
    v1::Sale row;
    row.set_sale_date("2026-03-10");
    row.set_financed_amount("0.00");
    v1::UpdateSaleRequest request;
    request.mutable_sale()->set_delivery_date("2026-03-09");
    request.mutable_update_mask()->add_paths("delivery_date");
    CHECK(issues(check_patch(request, row)) == Expected{"delivery_date:out_of_range"});

    v1::UpdateSaleRequest institution;
    institution.mutable_update_mask()->add_paths("finance_institution");
    CHECK(check_patch(institution, row).empty());
    institution.mutable_sale()->set_finance_institution("LB Finance");
    CHECK(issues(check_patch(institution, row)) == Expected{"finance_institution:not_allowed"});
    row.set_financed_amount("60.00");
    CHECK(check_patch(institution, row).empty());
    institution.mutable_sale()->clear_finance_institution();
    CHECK(issues(check_patch(institution, row)) == Expected{"finance_institution:required"});
}

TEST_CASE("D-709 a trade-in bike is bought on the day of the sale for its value") {
    auto request = sale("TRADE_IN", "100000.00");
    request.set_trade_in_value("60000.00");
    request.set_sale_date("2026-03-10");
    request.mutable_trade_in()->set_brand("Honda");
    request.mutable_trade_in()->set_model("CB 125F");
    request.mutable_trade_in()->set_year(2015);
    request.mutable_trade_in()->set_license_plate("wp bab 1234");
    request.mutable_trade_in()->set_engine_number("en-77 12");
    const auto bike = trade_in_bike(request, "0190aaaa-0000-7000-8000-000000000001", today);
    CHECK(bike.purchase_price() == "60000.00");
    CHECK(bike.procurement_date() == "2026-03-10");
    CHECK(bike.procurement_source() == v1::PROCUREMENT_SOURCE_TRADE_IN);
    CHECK(bike.condition() == v1::BIKE_CONDITION_USED);
    CHECK(bike.title() == "Honda CB 125F 2015");
    CHECK(bike.plate_key() == "BAB-1234");
    CHECK(bike.engine_number() == "EN7712");
    CHECK(bike.trade_in_sale_id() == "0190aaaa-0000-7000-8000-000000000001");
}

TEST_CASE("D-709 a trade-in is not the sold bike") {
    v1::Bike sold;
    sold.set_plate_key("BAB-1234");
    sold.set_frame_number("F1");
    sold.set_engine_number("E1");
    v1::Bike other;
    CHECK(check_identity(other, sold).empty());
    other.set_plate_key("BAB-1234");
    CHECK(issues(check_identity(other, sold)) == Expected{"trade_in.license_plate:not_allowed"});
    other.set_plate_key("BAB-1235");
    other.set_frame_number("E1");
    CHECK(check_identity(other, sold).empty());
    other.set_frame_number("F1");
    other.set_engine_number("E1");
    CHECK(issues(check_identity(other, sold)) ==
          Expected{"trade_in.frame_number:not_allowed", "trade_in.engine_number:not_allowed"});
}

TEST_CASE("S1 D-212 what only the bike can judge: the officer, the day, a price that no column holds") {
    v1::Bike bike;
    bike.set_current_branch_id("here");
    bike.set_procurement_date("2026-03-10");
    Prospect prospect(bike);
    prospect.figures = figures_of(money_of("195000.00"), money_of("150000.00"));
    prospect.sale_date = "2026-03-10";
    prospect.officer.emplace();
    prospect.officer->branches = {"there", "here"};
    CHECK(check_terms(prospect).empty());
    prospect.officer->branches = {"there"};
    CHECK(issues(check_terms(prospect)) == Expected{"sold_by:not_allowed"});
    prospect.officer.reset();
    CHECK(issues(check_terms(prospect)) == Expected{"sold_by:not_found"});
    prospect.facts.elsewhere = true;  // then that is what is wrong
    CHECK(check_terms(prospect).empty());
    prospect.sale_date = "2026-03-09";
    prospect.figures = figures_of(money_of("0.01"), money_of("2000000.00"));
    CHECK(issues(check_terms(prospect)) == Expected{"sale_date:out_of_range", "selling_price:out_of_range"});
}

TEST_CASE("S1 D-212 what stands against a sale, in its order") {
    v1::Bike bike;
    bike.set_status(v1::BIKE_STATUS_IN_STOCK);
    Prospect prospect(bike);
    prospect.branch_is_active = true;
    const auto code = [&] {
        const auto sellable = check_sellable(prospect);
        return sellable ? std::string() : std::string(sellable.error().code.name());
    };
    CHECK(code().empty());
    prospect.branch_is_active = false;
    CHECK(code() == "BRANCH_INACTIVE");
    bike.set_status(v1::BIKE_STATUS_MAINTENANCE);
    CHECK(code() == "INVALID_STATE");
    prospect.facts.elsewhere = true;
    CHECK(code() == "NOT_AT_BRANCH");
    prospect.facts.open_job = true;
    CHECK(code() == "OPEN_JOB");
    bike.set_status(v1::BIKE_STATUS_IN_TRANSIT);
    CHECK(code() == "OPEN_TRANSFER");
    bike.set_status(v1::BIKE_STATUS_SOLD);
    CHECK(code() == "BIKE_SOLD");
}
