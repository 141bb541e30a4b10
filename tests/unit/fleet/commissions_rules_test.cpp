// The arithmetic of commissions and the rules about their rules and states, as pure functions.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "fleet/commissions/calculation.hpp"
#include "fleet/commissions/explanation.hpp"
#include "fleet/commissions/replay.hpp"
#include "fleet/commissions/rules.hpp"

using namespace loan_manager::fleet::commissions;
using loan_manager::money::Money;
using loan_manager::money::Percent;

namespace {

Money lkr(const char* text) { return Money::parse_signed(text).value(); }
Percent pct(const char* text) { return Percent::parse(text).value(); }

PayeeBranch branch(const std::string& code) {
    PayeeBranch made;
    made.id = "id-" + code;
    made.code = code;
    return made;
}

/// The seeded rule of D-809.
v1::CommissionRule seeded() {
    v1::CommissionRule rule;
    rule.set_id("rule");
    rule.set_company_code("MA");
    rule.set_name("Standard commission");
    rule.set_base(v1::COMMISSION_BASE_PROFIT);
    rule.set_pool_rate("5.00");
    rule.set_buyer_share("30.00");
    rule.set_seller_share("50.00");
    rule.set_officer_share("10.00");
    rule.set_garage_kind(v1::GARAGE_KIND_PERCENTAGE);
    rule.set_garage_share("10.00");
    rule.set_effective_from("2000-01-01");
    rule.set_is_active(true);
    return rule;
}

/// The golden case D-702, bought in WW, sold in MO, repaired in BRC.
SaleFacts golden() {
    SaleFacts sale;
    sale.selling_price = lkr("195000.00");
    sale.profit = lkr("25000.00");
    sale.acquisition = branch("WW");
    sale.selling = branch("MO");
    sale.garage = branch("BRC");
    sale.officer = "officer";
    return sale;
}

Terms shares(const char* buyer, const char* seller, const char* garage, const char* officer) {
    Terms terms;
    terms.pool_rate = pct("100.00");
    terms.buyer_share = pct(buyer);
    terms.seller_share = pct(seller);
    terms.officer_share = pct(officer);
    terms.garage_kind = v1::GARAGE_KIND_PERCENTAGE;
    terms.garage_share = pct(garage);
    return terms;
}

SaleFacts with_profit(const char* profit) {
    auto sale = golden();
    sale.profit = lkr(profit);
    return sale;
}

/// "BUYER WW 375.00" …
std::vector<std::string> rows(const Calculation& calculation) {
    std::vector<std::string> out;
    for (const auto& payment : calculation.payments) {
        const auto name = v1::CommissionKind_Name(payment.kind).substr(std::string("COMMISSION_KIND_").size());
        out.push_back(name + " " + payment.branch.code + " " + payment.amount.to_string());
    }
    return out;
}

Money sum(const std::vector<Payment>& payments) {
    Money total;
    for (const auto& payment : payments) {
        total += payment.amount;
    }
    return total;
}

using Rows = std::vector<std::string>;

}  // namespace

TEST_CASE("D-809 golden case: the seeded rule pays 375.00, 625.00, 125.00 and 125.00 of a pool of 1250.00") {
    const auto result = calculate(terms_of(seeded()), golden());
    CHECK(result.outcome == Outcome::pays);
    CHECK(result.base == lkr("25000.00"));
    CHECK(result.pool == lkr("1250.00"));
    CHECK(result.claimed == pct("100.00"));
    CHECK(result.distributed == lkr("1250.00"));
    CHECK(rows(result) == Rows{"BUYER WW 375.00", "SELLER MO 625.00", "GARAGE BRC 125.00", "SALES_OFFICER MO 125.00"});
    CHECK(result.payments[3].payee_user_id == "officer");
    CHECK_FALSE(result.payments[1].payee_user_id);
}

TEST_CASE("D-802 the base is the profit or the selling price") {
    auto rule = seeded();
    rule.set_base(v1::COMMISSION_BASE_SALE_PRICE);
    const auto result = calculate(terms_of(rule), golden());
    CHECK(result.base == lkr("195000.00"));
    CHECK(result.pool == lkr("9750.00"));
    CHECK(sum(result.payments) == lkr("9750.00"));
}

TEST_CASE("D-802 the pool is rounded half-up to the cent") {
    auto terms = terms_of(seeded());
    CHECK(calculate(terms, with_profit("0.10")).pool == lkr("0.01"));  // 0.005
    CHECK(calculate(terms, with_profit("0.09")).pool == lkr("0.00"));
    CHECK(calculate(terms, with_profit("12345.67")).pool == lkr("617.28"));  // 617.2835
    CHECK(calculate(terms, with_profit("12345.70")).pool == lkr("617.29"));  // 617.285
}

TEST_CASE("D-802 no profit yields nothing unless the rule pays on a loss") {
    auto rule = seeded();
    for (const auto* profit : {"0.00", "-0.01", "-5000.00"}) {
        const auto result = calculate(terms_of(rule), with_profit(profit));
        CHECK(result.outcome == Outcome::loss);
        CHECK(result.payments.empty());
    }
    rule.set_base(v1::COMMISSION_BASE_SALE_PRICE);
    CHECK(calculate(terms_of(rule), with_profit("-5000.00")).payments.empty());

    rule.set_pay_on_loss(true);
    CHECK(sum(calculate(terms_of(rule), with_profit("-5000.00")).payments) == lkr("9750.00"));
    CHECK(sum(calculate(terms_of(rule), with_profit("0.00")).payments) == lkr("9750.00"));
}

TEST_CASE("D-802 a pool that is not above zero yields nothing, also when the rule pays on a loss") {
    auto rule = seeded();
    rule.set_pay_on_loss(true);
    for (const auto* profit : {"0.00", "-0.01", "-5000.00", "0.09"}) {
        const auto result = calculate(terms_of(rule), with_profit(profit));
        CHECK(result.outcome == Outcome::empty_pool);
        CHECK(result.payments.empty());
    }
}

TEST_CASE("D-803 ties of the largest remainder go to BUYER, SELLER, GARAGE, SALES_OFFICER in this order") {
    const auto quarter = shares("25", "25", "25", "25");
    CHECK(rows(calculate(quarter, with_profit("0.01"))) == Rows{"BUYER WW 0.01"});
    CHECK(rows(calculate(quarter, with_profit("0.02"))) == Rows{"BUYER WW 0.01", "SELLER MO 0.01"});
    CHECK(rows(calculate(quarter, with_profit("0.03"))) == Rows{"BUYER WW 0.01", "SELLER MO 0.01", "GARAGE BRC 0.01"});
    CHECK(rows(calculate(quarter, with_profit("10.01"))) ==
          Rows{"BUYER WW 2.51", "SELLER MO 2.50", "GARAGE BRC 2.50", "SALES_OFFICER MO 2.50"});
    // 0.333… each of a third: the first takes the cent.
    CHECK(rows(calculate(shares("33", "33", "33", "0"), with_profit("101.01"))) ==
          Rows{"BUYER WW 33.34", "SELLER MO 33.33", "GARAGE BRC 33.33"});
}

TEST_CASE("D-803 a cent left over goes to the largest remainder, not to the largest share") {
    // 0.05: 1.5, 2.5, 0.5, 0.5 cents; two cents left over among equal remainders.
    CHECK(rows(calculate(shares("30", "50", "10", "10"), with_profit("0.05"))) ==
          Rows{"BUYER WW 0.02", "SELLER MO 0.03"});
    // 0.06: 1.8, 3.0, 0.6, 0.6 cents.
    CHECK(rows(calculate(shares("30", "50", "10", "10"), with_profit("0.06"))) ==
          Rows{"BUYER WW 0.02", "SELLER MO 0.03", "GARAGE BRC 0.01"});
    // 0.09: 2.7, 4.5, 0.9, 0.9 cents.
    CHECK(rows(calculate(shares("30", "50", "10", "10"), with_profit("0.09"))) ==
          Rows{"BUYER WW 0.03", "SELLER MO 0.04", "GARAGE BRC 0.01", "SALES_OFFICER MO 0.01"});
}

TEST_CASE("D-803 unclaimed shares stay with the company") {
    auto sale = golden();
    sale.garage.reset();
    auto result = calculate(terms_of(seeded()), sale);
    CHECK(result.claimed == pct("90.00"));
    CHECK(result.distributed == lkr("1125.00"));
    CHECK(rows(result) == Rows{"BUYER WW 375.00", "SELLER MO 625.00", "SALES_OFFICER MO 125.00"});

    sale.officer.reset();
    result = calculate(terms_of(seeded()), sale);
    CHECK(result.distributed == lkr("1000.00"));
    CHECK(rows(result) == Rows{"BUYER WW 375.00", "SELLER MO 625.00"});

    // T itself is rounded: 80 % of 0.03 is 2.4 cents.
    result = calculate(shares("30", "50", "10", "10"), [&] {
        auto small = sale;
        small.profit = lkr("0.03");
        return small;
    }());
    CHECK(result.distributed == lkr("0.02"));
    CHECK(rows(result) == Rows{"BUYER WW 0.01", "SELLER MO 0.01"});
}

TEST_CASE("D-803 a share of nothing, or one that comes to nothing, makes no row") {
    CHECK(rows(calculate(shares("0", "100", "0", "0"), with_profit("10.00"))) == Rows{"SELLER MO 10.00"});
    CHECK(rows(calculate(shares("0", "0", "0", "0"), with_profit("10.00"))).empty());
    CHECK(rows(calculate(shares("99", "1", "0", "0"), with_profit("0.01"))) == Rows{"BUYER WW 0.01"});
}

TEST_CASE("D-804 a fixed garage amount comes after the others and takes at most what they leave") {
    auto rule = seeded();
    rule.set_garage_kind(v1::GARAGE_KIND_FIXED);
    rule.set_garage_share("0.00");
    rule.set_garage_amount("100.00");
    auto result = calculate(terms_of(rule), golden());
    CHECK(result.distributed == lkr("1125.00"));
    CHECK(rows(result) == Rows{"BUYER WW 375.00", "SELLER MO 625.00", "GARAGE BRC 100.00", "SALES_OFFICER MO 125.00"});
    CHECK_FALSE(result.payments[2].share_percent);

    rule.set_garage_amount("3000.00");
    CHECK(rows(calculate(terms_of(rule), golden()))[2] == "GARAGE BRC 125.00");

    // Nothing left: no row. Nobody repaired it: no row.
    rule.set_seller_share("60.00");
    CHECK(rows(calculate(terms_of(rule), golden())) ==
          Rows{"BUYER WW 375.00", "SELLER MO 750.00", "SALES_OFFICER MO 125.00"});
    rule.set_seller_share("50.00");
    auto unrepaired = golden();
    unrepaired.garage.reset();
    CHECK(calculate(terms_of(rule), unrepaired).payments.size() == 3);

    // Without an officer the garage is the last row.
    auto nobody = golden();
    nobody.officer.reset();
    CHECK(rows(calculate(terms_of(rule), nobody)) == Rows{"BUYER WW 375.00", "SELLER MO 625.00", "GARAGE BRC 250.00"});
    // A fixed garage alone.
    rule.set_buyer_share("0.00");
    rule.set_seller_share("0.00");
    rule.set_officer_share("0.00");
    CHECK(rows(calculate(terms_of(rule), golden())) == Rows{"GARAGE BRC 1250.00"});
}

TEST_CASE("D-804 garage kind NONE pays no garage") {
    auto rule = seeded();
    rule.set_garage_kind(v1::GARAGE_KIND_NONE);
    rule.set_garage_share("0.00");
    CHECK(rows(calculate(terms_of(rule), golden())) ==
          Rows{"BUYER WW 375.00", "SELLER MO 625.00", "SALES_OFFICER MO 125.00"});
}

TEST_CASE("D-805 the branch that bought and sold the bike gets two rows") {
    auto sale = golden();
    sale.acquisition = sale.selling;
    CHECK(rows(calculate(terms_of(seeded()), sale)) ==
          Rows{"BUYER MO 375.00", "SELLER MO 625.00", "GARAGE BRC 125.00", "SALES_OFFICER MO 125.00"});
}

TEST_CASE("D-803 amounts sum to T, never exceed the pool, and each is within a cent of its exact part") {
    std::mt19937_64 random(42);
    const auto up_to = [&](std::int64_t most) {
        return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(most + 1));
    };
    for (int round = 0; round < 20'000; ++round) {
        Terms terms;
        terms.base = up_to(1) == 0 ? v1::COMMISSION_BASE_PROFIT : v1::COMMISSION_BASE_SALE_PRICE;
        terms.pool_rate = Percent::from_hundredths(1 + up_to(9'999));
        std::int64_t left = 10'000;
        const auto share = [&] {
            const auto taken = up_to(3) == 0 ? 0 : up_to(left);
            left -= taken;
            return Percent::from_hundredths(taken);
        };
        terms.buyer_share = share();
        terms.seller_share = share();
        terms.officer_share = share();
        switch (up_to(2)) {
            case 0:
                terms.garage_kind = v1::GARAGE_KIND_PERCENTAGE;
                terms.garage_share = share();
                break;
            case 1:
                terms.garage_kind = v1::GARAGE_KIND_FIXED;
                terms.garage_amount = Money::from_cents(1 + up_to(100'000));
                break;
            default:
                break;
        }
        auto sale = golden();
        sale.selling_price = Money::from_cents(1 + up_to(up_to(1) == 0 ? 1'000 : 99'999'999'999));
        sale.profit = Money::from_cents(sale.selling_price.cents() - up_to(sale.selling_price.cents() * 2));
        if (up_to(4) == 0) sale.garage.reset();
        if (up_to(4) == 0) sale.officer.reset();

        const auto result = calculate(terms, sale);
        REQUIRE(sum(result.claims) == result.distributed);
        for (const auto& payment : result.payments) {
            REQUIRE(payment.amount > Money());
        }
        if (result.outcome == Outcome::pays) {
            REQUIRE(result.distributed <= result.pool);
            REQUIRE(sum(result.payments) <= result.pool);
        } else {
            REQUIRE(result.payments.empty());
        }
        for (const auto& claim : result.claims) {
            const auto exact = static_cast<long double>(result.distributed.cents()) * claim.share_percent->hundredths();
            const auto cents = static_cast<long double>(claim.amount.cents()) * result.claimed.hundredths();
            REQUIRE(std::abs(exact - cents) <= result.claimed.hundredths());
        }
    }
}

TEST_CASE("D-807 the period is the month of the sale") {
    CHECK(month_of("2026-11-30") == "2026-11");
    CHECK(month_of("2026-01-01") == "2026-01");
}

namespace {

std::vector<std::string> findings(const v1::CommissionRule& rule) {
    std::vector<std::string> out;
    for (const auto& issue : check(rule)) {
        out.push_back(issue.field + ":" + issue.issue);
    }
    return out;
}

}  // namespace

TEST_CASE("D-802 D-804 a rule's fields must go together") {
    CHECK(findings(seeded()).empty());
    auto rule = seeded();
    rule.set_buyer_share("30.01");
    CHECK(findings(rule) == Rows{"buyer_share:out_of_range", "seller_share:out_of_range", "garage_share:out_of_range",
                                 "officer_share:out_of_range"});
    rule = seeded();
    rule.set_pool_rate("0.00");
    CHECK(findings(rule) == Rows{"pool_rate:out_of_range"});
    rule = seeded();
    rule.set_garage_kind(v1::GARAGE_KIND_NONE);
    CHECK(findings(rule) == Rows{"garage_share:not_allowed"});
    rule = seeded();
    rule.set_garage_kind(v1::GARAGE_KIND_FIXED);
    CHECK(findings(rule) == Rows{"garage_share:not_allowed", "garage_amount:required"});
    rule.set_garage_share("0.00");
    rule.set_garage_amount("500.00");
    CHECK(findings(rule).empty());
    rule = seeded();
    rule.set_garage_amount("500.00");
    CHECK(findings(rule) == Rows{"garage_amount:not_allowed"});
    rule = seeded();
    rule.clear_garage_share();
    CHECK(findings(rule) == Rows{"garage_share:required"});
    rule = seeded();
    rule.set_effective_to("1999-12-31");
    CHECK(findings(rule) == Rows{"effective_to:out_of_range"});
    rule.set_effective_to("2000-01-01");
    CHECK(findings(rule).empty());
}

TEST_CASE("D-811 a rule in use takes only a new name and an end that covers what it served") {
    const auto before = seeded();
    const std::optional<std::string> served("2026-03-15");
    auto after = before;
    after.set_buyer_share("20.00");
    CHECK(check_change(before, after, std::nullopt));
    CHECK(check_change(before, after, served).error().code == "RULE_IN_USE");

    after = before;
    after.set_name("Another");
    after.set_effective_to("2026-03-15");
    CHECK(check_change(before, after, served));
    after.set_effective_to("2026-03-14");
    CHECK(check_change(before, after, served).error().code == "RULE_IN_USE");
    // An end may be taken back.
    auto ended = before;
    ended.set_effective_to("2026-03-20");
    CHECK(check_change(ended, before, served));

    for (const auto change : {0, 1, 2}) {
        after = before;
        if (change == 0) after.set_is_active(false);
        if (change == 1) after.set_effective_from("2001-01-01");
        if (change == 2) after.set_pay_on_loss(true);
        CHECK(check_change(before, after, served).error().code == "RULE_IN_USE");
    }
}

TEST_CASE("D-801 an active rule overlaps no other active rule of its company by a single day") {
    auto standing = seeded();
    standing.set_id("standing");
    standing.set_effective_to("2026-03-15");
    auto later = seeded();
    later.set_id("later");
    later.set_name("Later");
    later.set_effective_from("2026-06-01");
    const std::vector<v1::CommissionRule> active{standing, later};
    auto rule = seeded();
    rule.set_id("new");
    const auto between = [&](const char* from, const char* to) {
        rule.set_effective_from(from);
        to == nullptr ? rule.clear_effective_to() : rule.set_effective_to(to);
        return check_overlap(rule, active);
    };
    CHECK(between("2026-03-16", "2026-05-31"));
    const auto first = between("2026-03-15", "2026-05-31");
    CHECK(first.error().code == "RULE_OVERLAP");
    CHECK(first.error().message.find("'Standard commission' is in force from 2000-01-01 until 2026-03-15") !=
          std::string::npos);
    CHECK(between("2026-03-16", "2026-06-01").error().message.find("'Later' is in force from 2026-06-01 without end") !=
          std::string::npos);
    CHECK(between("2026-03-16", nullptr).error().code == "RULE_OVERLAP");
    CHECK(between("1990-01-01", "1999-12-31"));
    CHECK(between("1990-01-01", "2000-01-01").error().code == "RULE_OVERLAP");
    CHECK(between("2030-01-01", "2030-01-02").error().code == "RULE_OVERLAP");
    // What is not active stands in nobody's way, and no rule in its own.
    rule.set_is_active(false);
    CHECK(check_overlap(rule, active));
    CHECK(check_overlap(standing, active));
    CHECK(check_overlap(rule, {}));
}

TEST_CASE("C2 C3 C4 nobody decides about what he is paid himself") {
    v1::Commission commission;
    loan_manager::access::Identity caller;
    caller.user_id = "somebody";
    CHECK(check_decider(commission, caller));
    commission.set_payee_user_id("somebody else");
    CHECK(check_decider(commission, caller));
    commission.set_payee_user_id("somebody");
    CHECK(check_decider(commission, caller).error().code == "SELF_APPROVAL");
}

TEST_CASE("C2 C3 C4 states: what may be decided and paid, and what a void freezes") {
    v1::Commission commission;
    const auto code = [&](auto check, v1::SaleStatus sale, v1::CommissionStatus status) {
        commission.set_status(status);
        const auto result = check(sale, commission);
        return result ? std::string("ok") : result.error().code;
    };
    const std::vector<v1::CommissionStatus> all{v1::COMMISSION_STATUS_PENDING, v1::COMMISSION_STATUS_APPROVED,
                                                v1::COMMISSION_STATUS_PAID, v1::COMMISSION_STATUS_REJECTED,
                                                v1::COMMISSION_STATUS_REVERSED};
    for (const auto status : all) {
        CHECK(code(check_reviewable, v1::SALE_STATUS_ACTIVE, status) ==
              (status == v1::COMMISSION_STATUS_PENDING ? "ok" : "INVALID_STATE"));
        CHECK(code(check_payable, v1::SALE_STATUS_ACTIVE, status) ==
              (status == v1::COMMISSION_STATUS_APPROVED ? "ok" : "INVALID_STATE"));
        CHECK(code(check_reviewable, v1::SALE_STATUS_VOID_PENDING, status) == "SALE_VOID_PENDING");
        CHECK(code(check_payable, v1::SALE_STATUS_VOID_PENDING, status) == "SALE_VOID_PENDING");
        CHECK(code(check_reviewable, v1::SALE_STATUS_VOIDED, status) == "INVALID_STATE");
        CHECK(code(check_payable, v1::SALE_STATUS_VOIDED, status) == "INVALID_STATE");
    }
    commission.set_reverses_id("paid");
    CHECK(code(check_payable, v1::SALE_STATUS_VOIDED, v1::COMMISSION_STATUS_APPROVED) == "ok");
    CHECK(code(check_payable, v1::SALE_STATUS_VOIDED, v1::COMMISSION_STATUS_PAID) == "INVALID_STATE");
    CHECK(code(check_reviewable, v1::SALE_STATUS_VOIDED, v1::COMMISSION_STATUS_APPROVED) == "INVALID_STATE");
}

namespace {

Frozen frozen(v1::CommissionKind kind, const v1::CommissionRule& rule, const SaleFacts& sale) {
    const auto result = calculate(terms_of(rule), sale);
    Frozen facts;
    facts.rule = rule;
    facts.sale = sale;
    facts.invoice_no = "INV-MA-26-000001";
    facts.sale_date = "2026-11-22";
    facts.total_cost = sale.selling_price - sale.profit;
    facts.cost_parts = {lkr("150000.00"), lkr("5000.00"), lkr("15000.00"), lkr("0.00")};
    facts.commission.set_kind(kind);
    facts.commission.set_base_amount(result.base.to_string());
    facts.commission.set_pool_rate(rule.pool_rate());
    facts.commission.set_pool_amount(result.pool.to_string());
    facts.commission.set_amount("0.00");
    for (const auto& payment : result.payments) {
        if (payment.kind == kind) facts.commission.set_amount(payment.amount.to_string());
    }
    return facts;
}

std::string value_of(const v1::CommissionExplanation& explanation, const std::string& label) {
    for (const auto& line : explanation.lines()) {
        if (line.label() == label) return line.value();
    }
    return "no such line";
}

}  // namespace

TEST_CASE("D-809 the explanation arrives at the stored amount line by line") {
    const auto explanation = explain(frozen(v1::COMMISSION_KIND_BUYER, seeded(), golden()), true);
    CHECK(explanation.reproduced());
    CHECK(explanation.amount() == "375.00");
    CHECK(value_of(explanation, "Total cost") == "170000.00");
    CHECK(value_of(explanation, "Profit") == "25000.00");
    CHECK(value_of(explanation, "Base") == "25000.00");
    CHECK(value_of(explanation, "Pool") == "1250.00");
    CHECK(value_of(explanation, "Shares with a payee") == "100.00 %");
    CHECK(value_of(explanation, "To distribute") == "1250.00");
    CHECK(value_of(explanation, "Part of SELLER") == "625.00");
    CHECK(value_of(explanation, "Cents left over") == "0.00");
    CHECK(value_of(explanation, "Commission of BUYER") == "375.00");
}

TEST_CASE("D-803 the explanation shows who got the cents left over") {
    auto rule = seeded();
    rule.set_pool_rate("100.00");
    const auto explanation = explain(frozen(v1::COMMISSION_KIND_GARAGE, rule, with_profit("0.06")), true);
    CHECK(explanation.reproduced());
    CHECK(value_of(explanation, "Part of GARAGE") == "0.00");
    CHECK(value_of(explanation, "Cents left over") == "0.02");
    CHECK(value_of(explanation, "Commission of GARAGE") == "0.01");
}

TEST_CASE("D-804 D-810 the explanation of a fixed garage and of a counter-row") {
    auto rule = seeded();
    rule.set_garage_kind(v1::GARAGE_KIND_FIXED);
    rule.set_garage_share("0.00");
    rule.set_garage_amount("3000.00");
    auto facts = frozen(v1::COMMISSION_KIND_GARAGE, rule, golden());
    auto explanation = explain(facts, true);
    CHECK(explanation.reproduced());
    CHECK(value_of(explanation, "Left of the pool") == "125.00");
    CHECK(value_of(explanation, "Commission of GARAGE") == "125.00");

    facts.commission.set_reverses_id("paid");
    facts.commission.set_amount("-125.00");
    explanation = explain(facts, true);
    CHECK(explanation.reproduced());
    CHECK(value_of(explanation, "Counter-row") == "-125.00");
}

TEST_CASE("the explanation says which stored figure it cannot reproduce") {
    auto facts = frozen(v1::COMMISSION_KIND_BUYER, seeded(), golden());
    facts.commission.set_amount("375.01");
    auto explanation = explain(facts, true);
    CHECK_FALSE(explanation.reproduced());
    CHECK(explanation.problem() == "The stored amount is 375.01, the frozen facts and the rule give 375.00.");
    facts.commission.set_pool_amount("1250.02");
    CHECK(explain(facts, true).problem().find("pool is 1250.02") != std::string::npos);
    CHECK(explain(facts, false).problem().find("1250.0") == std::string::npos);
}

TEST_CASE("D-904 without costs the explanation tells neither cost nor base nor pool") {
    const auto explanation = explain(frozen(v1::COMMISSION_KIND_SALES_OFFICER, seeded(), golden()), false);
    CHECK(explanation.reproduced());
    for (const auto& line : explanation.lines()) {
        for (const auto* secret : {"170000.00", "25000.00", "1250.00", "150000.00", "375.00", "625.00"}) {
            CHECK(line.formula().find(secret) == std::string::npos);
            CHECK(line.value().find(secret) == std::string::npos);
        }
    }
    CHECK(value_of(explanation, "Commission of SALES_OFFICER") == "125.00");
}

TEST_CASE("a replay adds up what a rule would have paid and what was recorded") {
    auto rule = seeded();
    rule.set_pool_rate("10.00");
    Replay replay(terms_of(rule));
    PastSale sale;
    sale.id = "a";
    sale.facts = golden();
    sale.recorded = {{v1::COMMISSION_KIND_BUYER, lkr("375.00")}, {v1::COMMISSION_KIND_SELLER, lkr("625.00")}};
    replay.add(sale);
    sale.id = "b";
    sale.facts = with_profit("-1.00");
    sale.recorded.clear();
    replay.add(sale);
    const auto result = replay.result();
    CHECK(result.sales() == 2);
    CHECK(result.proposed_amount() == "2500.00");
    CHECK(result.recorded_amount() == "1000.00");
    CHECK(result.difference() == "1500.00");
    REQUIRE(result.totals_size() == 4);
    CHECK(result.totals(0).proposed_amount() == "750.00");
    CHECK(result.totals(0).recorded_rows() == 1);
    CHECK(result.totals(2).difference() == "250.00");
    REQUIRE(result.items_size() == 2);
    CHECK(result.items(0).payments_size() == 4);
    CHECK(result.items(1).pool_amount() == "0.00");
    CHECK(result.items(1).proposed_amount() == "0.00");
    for (int i = 0; i < Replay::max_items; ++i) {
        replay.add(sale);
    }
    CHECK(replay.result().items_size() == Replay::max_items);
    CHECK(replay.result().items_capped());
    CHECK(replay.result().sales() == Replay::max_items + 2);
}
