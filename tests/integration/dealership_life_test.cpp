// Months of dealership life by several clients at once, with retries, lost answers, wrong roles, wrong branches and
// stale tags; then everything is worked out again from their own books and compared to the cent.
//
// LM_LIFE_DAYS and LM_LIFE_CLIENTS make it longer, LM_LIFE_SEED makes it another life.
#include <doctest/doctest.h>

#include <signal.h>

#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <thread>

#include "support/dealership/dealer.hpp"
#include "support/dealership/recount.hpp"
#include "testing/cluster.hpp"

using namespace loan_manager::testing;
using namespace loan_manager::testing::dealership;

namespace {

int setting(const char* name, int standard) {
    const char* value = std::getenv(name);
    return value == nullptr ? standard : std::atoi(value);
}

const std::vector<Branch> branches{{"WW", "MA"}, {"MO", "MA"}, {"BD", "IN"}, {"EL", "IN"}, {"BRC", "IN", true}};

void sign_in(Market& market) {
    std::vector<std::string> users{"admin",    "head.ma",  "head.in", "inventory1", "inventory2",
                                   "finance1", "finance2", "auditor", "viewer1"};
    for (const Branch& branch : branches) {
        for (const char* job : {"manager", "agent1", "agent2", "agent3", "mechanic1"})
            users.push_back(branch.person(job));
    }
    for (const std::string& user : users) market.tokens[user] = market.suite.token(user);
    for (const auto& row : market.suite.database().rows("select username, id from auth.users")) {
        market.user_ids[row[0]] = row[1];
    }
}

/// Three rules one after the other for MA, two for IN, so that sales of every period are paid differently.
std::vector<Rule> make_rules(Market& market, Day from, Day to) {
    const Day first = from + (to - from) / 3;
    const Day second = from + (to - from) * 2 / 3;
    const Rule seeded{
        .pool_rate = 500, .buyer = 3000, .seller = 5000, .officer = 1000, .garage_kind = "PERCENTAGE", .garage = 1000};
    std::vector<Rule> rules{seeded, seeded};
    rules[0].company = "MA";
    rules[1].company = "IN";
    for (Rule& rule : rules) {
        rule.from = day_of("2000-01-01");
        rule.to = first;
    }
    rules.push_back({.company = "MA",
                     .from = first + 1,
                     .to = second,
                     .on_profit = false,
                     .pool_rate = 125,
                     .buyer = 3333,
                     .seller = 3333,
                     .officer = 2000,
                     .garage_kind = "FIXED",
                     .garage_amount = 75000,
                     .pay_on_loss = true});
    rules.push_back({.company = "MA",
                     .from = second + 1,
                     .to = to,
                     .pool_rate = 777,
                     .buyer = 1250,
                     .seller = 3750,
                     .officer = 3333,
                     .garage_kind = "PERCENTAGE",
                     .garage = 1667});
    rules.push_back({.company = "IN", .from = first + 1, .to = to, .pool_rate = 1000, .seller = 6000, .officer = 1});

    Client finance(market, "rules", 1);
    const Reply seeds = finance.get("finance1", "/v1/commission-rules?limit=200");
    for (const json::value& item : seeds.body.at("items").as_array()) {
        const std::string path = "/v1/commission-rules/" + std::string(item.at("id").as_string());
        finance.expect(
            finance.perform(finance.patch("finance1", path, {{"effective_to", iso(first)}}, finance.etag(path))), 200,
            "D-811 end of an unused rule");
    }
    for (std::size_t i = 2; i < rules.size(); ++i) {
        const Rule& rule = rules[i];
        json::object body{{"company_id", rule.company},
                          {"name", "Rule " + std::to_string(i)},
                          {"base", rule.on_profit ? "PROFIT" : "SALE_PRICE"},
                          {"pool_rate", text(rule.pool_rate)},
                          {"buyer_share", text(rule.buyer)},
                          {"seller_share", text(rule.seller)},
                          {"officer_share", text(rule.officer)},
                          {"garage_kind", rule.garage_kind},
                          {"pay_on_loss", rule.pay_on_loss},
                          {"effective_from", iso(rule.from)},
                          {"effective_to", iso(rule.to)}};
        if (rule.garage_kind == "PERCENTAGE") body["garage_share"] = text(rule.garage);
        if (rule.garage_kind == "FIXED") body["garage_amount"] = text(rule.garage_amount);
        finance.expect(finance.perform(finance.post("finance1", "/v1/commission-rules", body)), 201,
                       "a following rule");
        finance.expect(finance.perform(finance.post("finance1", "/v1/commission-rules", body)), 409,
                       "D-801 two rules of one day", "RULE_OVERLAP");
    }
    return rules;
}

/// Lives, and reckons.
template <class Meanwhile>
void live(Suite& suite, bool turbulence, int days, Meanwhile meanwhile) {
    Findings findings;
    Market market{suite, findings, turbulence, {}, {}};
    sign_in(market);
    const Day to = today();
    const Day from = to - days + 1;
    World world{branches, make_rules(market, from, to)};
    const Baseline before(suite);

    const int clients = setting("LM_LIFE_CLIENTS", 4);
    const int seed = setting("LM_LIFE_SEED", 2026);
    std::deque<Dealer> dealers;
    for (int i = 0; i < clients; ++i)
        dealers.emplace_back(market, world, i, static_cast<std::uint64_t>(seed) * 100 + i);
    std::atomic<int> busy = clients;
    std::vector<std::thread> threads;
    for (Dealer& dealer : dealers) {
        threads.emplace_back([&] {
            try {
                dealer.live(from, to, 5);
            } catch (const std::exception& error) {
                findings.add("dealer", std::string("stopped by ") + error.what());
            }
            --busy;
        });
    }
    try {
        meanwhile(market, busy);
    } catch (const std::exception& error) {
        findings.add("meanwhile", error.what());
    }
    for (std::thread& thread : threads) thread.join();

    market.turbulence = false;
    std::vector<const Bikes*> books;
    for (const Dealer& dealer : dealers) books.push_back(&dealer.bikes());
    recount(market, world, before, books);
    std::map<std::string, int> history;
    for (const Bikes* bikes : books) {
        for (const Bike& bike : *bikes) {
            ++history["bikes"];
            history["transfers"] += static_cast<int>(bike.transfers.size());
            history["jobs"] += static_cast<int>(bike.jobs.size());
            history["expenses"] += static_cast<int>(bike.expenses.size());
            for (const Sale& sale : bike.sales) {
                ++history["sales " + sale.status];
                history["commissions"] += static_cast<int>(sale.commissions.size());
            }
        }
    }
    std::string lived;
    for (const auto& [what, count] : history) lived += " " + what + " " + std::to_string(count);
    MESSAGE("seed " << seed << ", " << clients << " clients, " << days << " days:" << lived);
    INFO("seed " << seed << findings.text());
    CHECK(findings.none());
    CHECK(suite.violations() == "");
}

/// kill -9 of a backend that serves a fleet, upon which PostgreSQL ends all of them and recovers.
void kill_backend(const Suite& suite) {
    const std::string pid = suite.database().value(
        "select pid from pg_stat_activity where usename = 'loan_manager_fleet' order by (state = 'active') desc limit "
        "1");
    if (!pid.empty()) ::kill(std::stoi(pid), SIGKILL);
}

/// Waits until the database answers.
bool recovered(const Suite& suite) {
    return eventually([&] {
        try {
            return suite.database().value("select 1") == "1";
        } catch (const std::exception&) {
            return false;
        }
    });
}

}  // namespace

TEST_CASE("the reckoner's own arithmetic: D-202, and the golden case of D-702 and D-809") {
    CHECK(line_amount(decimal("1.25"), decimal("333.33")) == decimal("416.66"));
    CHECK(line_amount(decimal("0.50"), decimal("0.01")) == decimal("0.01"));
    CHECK(text(percent_of(decimal("25000.00"), decimal("195000.00"))) == "12.82");
    CHECK(text(percent_of(decimal("25000.00"), decimal("170000.00"))) == "14.71");
    CHECK(text(percent_of(decimal("-0.01"), decimal("2.00"))) == "-0.50");
    Rule rule{.buyer = 3000, .seller = 5000, .officer = 1000, .garage_kind = "PERCENTAGE", .garage = 1000};
    const SaleFacts golden{decimal("195000.00"), decimal("170000.00"), true};
    CHECK(commissions_of(rule, golden).pool == decimal("1250.00"));
    CHECK(
        commissions_of(rule, golden).amounts ==
        std::map<std::string, Cents>{{"BUYER", 37500}, {"SELLER", 62500}, {"GARAGE", 12500}, {"SALES_OFFICER", 12500}});
    // Ties go to the part listed first, and what has no payee stays with the company.
    rule.buyer = rule.seller = 5000;
    rule.officer = rule.garage = 0;
    rule.pool_rate = 100;
    CHECK(commissions_of(rule, {300, 1, true}).pool == 3);
    CHECK(commissions_of(rule, {300, 1, true}).amounts == std::map<std::string, Cents>{{"BUYER", 2}, {"SELLER", 1}});
    CHECK(commissions_of(rule, {100, 100, true}).amounts.empty());
}

TEST_CASE("a season of dealership life adds up to the cent") {
    Suite suite;
    // Two processes serve the same rows, so that nothing rests on what one of them remembers.
    suite.start("fleet-2");
    suite.wait_ready("fleet-2");
    live(suite, false, setting("LM_LIFE_DAYS", 90), [](const Market&, const std::atomic<int>&) {});
}

TEST_CASE("X-27 a season of kill -9: nothing acknowledged is lost, nothing happens twice") {
    Cluster cluster;
    SuiteOptions options;
    options.cluster = cluster.dsn();
    Suite suite(options);
    int kills = 0;
    live(suite, true, setting("LM_LIFE_DAYS", 60), [&](const Market& market, const std::atomic<int>& busy) {
        const auto killed = [&](const std::string& instance) {
            suite.process(instance).kill();
            suite.start(instance);
            suite.wait_ready(instance);
        };
        for (; busy > 0; ++kills) {
            // The next blow falls when life goes on again.
            const long before = market.answered;
            if (!eventually([&] { return busy == 0 || market.answered >= before + 40; }, std::chrono::seconds(60)))
                break;
            switch (kills % 6) {
                case 0:
                    killed("fleet");
                    break;
                case 1:
                    kill_backend(suite);
                    break;
                case 2:
                    killed("gateway");
                    break;
                case 3:
                    killed("auth");
                    break;
                case 4:
                    cluster.kill();
                    cluster.start();
                    break;
                default:
                    killed("lifecycle-refresher");
            }
            if (!recovered(suite)) break;
        }
        for (const char* instance : {"fleet", "auth", "gateway", "lifecycle-refresher"}) suite.wait_ready(instance);
    });
    MESSAGE(kills << " kills");
    CHECK(kills >= 6);
}
