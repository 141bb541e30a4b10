// Contention cases of transfers, through the gateway.
#include <doctest/doctest.h>

#include <algorithm>

#include "support/concurrency.hpp"
#include "support/transfers.hpp"

using namespace loan_manager::testing;

namespace {

constexpr const char* reason = R"({"reason":"No longer needed"})";

/// Codes of the answers that are no success.
std::map<std::string, int> refusals(const std::vector<HttpResponse>& answers) {
    std::map<std::string, int> count;
    for (const auto& answer : answers) {
        if (answer.status >= 400) ++count[answer.code()];
    }
    return count;
}

}  // namespace

TEST_CASE("X-06 transfer requests of one bike to several branches: one 201, the others OPEN_TRANSFER") {
    auto& suite = Suite::shared();
    auto bike = new_bike(suite, "WW");
    const std::vector<std::string> destinations{"BD", "MO", "HP", "EL"};
    auto answers =
        at_once(8, [&](int i) { return request_transfer(suite, bike, destinations[i % destinations.size()]); });
    CHECK(by_status(answers) == std::map<int, int>{{201, 1}, {409, 7}});
    CHECK(refusals(answers) == std::map<std::string, int>{{"OPEN_TRANSFER", 7}});
    CHECK(suite.violations() == "");
}

TEST_CASE("X-07 opposing transfers completed together, repeatedly: all 200, numbers consecutive") {
    auto& suite = Suite::shared();
    constexpr int rounds = 5;
    constexpr int pairs = 6;
    for (int round = 0; round < rounds; ++round) {
        CAPTURE(round);
        std::vector<boost::json::value> moving;
        for (int i = 0; i < pairs; ++i) {
            moving.push_back(transfer_in_transit(suite, "WM", "PS", R"(,"transfer_cost":"100.00")"));
            moving.push_back(transfer_in_transit(suite, "PS", "WM", R"(,"transfer_cost":"100.00")"));
        }
        int welimada = stock_counter(suite, "WM");
        int passara = stock_counter(suite, "PS");
        auto answers = at_once(2 * pairs, [&](int i) { return command_transfer(suite, moving[i], "complete"); });
        CHECK(by_status(answers) == std::map<int, int>{{200, 2 * pairs}});
        std::vector<int> running[2];
        for (int i = 0; i < 2 * pairs; ++i) {
            auto number = text(answers[i].json(), "to_stock_number");
            running[i % 2].push_back(std::stoi(number.substr(number.rfind('/') + 1)));
        }
        for (auto& numbers : running) std::sort(numbers.begin(), numbers.end());
        for (int i = 0; i < pairs; ++i) {
            CHECK(running[0][i] == passara + 1 + i);
            CHECK(running[1][i] == welimada + 1 + i);
        }
        CHECK(stock_counter(suite, "WM") == welimada + pairs);
        CHECK(stock_counter(suite, "PS") == passara + pairs);
    }
    CHECK(suite.violations() == "");
}

TEST_CASE("X-08 one transfer completed by several at once: one 200, the rest 412, one new number") {
    auto& suite = Suite::shared();
    auto transfer = transfer_in_transit(suite, "WW", "HP", R"(,"transfer_cost":"100.00")");
    int before = stock_counter(suite, "HP");
    auto answers = at_once(8, [&](int) { return command_transfer(suite, transfer, "complete"); });
    CHECK(by_status(answers) == std::map<int, int>{{200, 1}, {412, 7}});
    CHECK(stock_counter(suite, "HP") == before + 1);
    CHECK(suite.violations() == "");
}

TEST_CASE("X-08 a transfer completed and cancelled at once: one 200, one 412, at most one new number") {
    auto& suite = Suite::shared();
    for (int round = 0; round < 10; ++round) {
        CAPTURE(round);
        auto transfer = transfer_in_transit(suite, "WW", "HP");
        int before = stock_counter(suite, "HP");
        auto answers = at_once(2, [&](int i) {
            return i == round % 2 ? command_transfer(suite, transfer, "complete")
                                  : command_transfer(suite, transfer, "cancel", "admin", reason);
        });
        CHECK(by_status(answers) == std::map<int, int>{{200, 1}, {412, 1}});
        bool completed = answers[round % 2].status == 200;
        CHECK(stock_counter(suite, "HP") == before + (completed ? 1 : 0));
    }
    CHECK(suite.violations() == "");
}

TEST_CASE("X-19 approvals of one transfer with one tag: one 200, the rest 412") {
    auto& suite = Suite::shared();
    auto transfer = pending_transfer(suite, "WW", "BD");
    auto answers = at_once(8, [&](int) { return command_transfer(suite, transfer, "approve"); });
    CHECK(by_status(answers) == std::map<int, int>{{200, 1}, {412, 7}});
    CHECK(suite.database().value("select count(*) from audit_log where action = 'TRANSFER_APPROVED' and entity_id = '" +
                                 text(transfer, "id") + "'") == "1");
    CHECK(suite.violations() == "");
}

TEST_CASE("D-301 a branch that is being closed and transfers that end there do not deadlock") {
    auto& suite = Suite::shared();
    std::vector<boost::json::value> moving;
    for (int i = 0; i < 8; ++i) moving.push_back(transfer_in_transit(suite, "WW", "SB"));
    auto lock = suite.database();
    auto answers = at_once(9, [&](int i) {
        if (i < 8) return command_transfer(suite, moving[i], "complete");
        for (int times = 0; times < 20; ++times) {
            lock.rows("begin; select 1 from branches where code = 'SB' for update; commit");
        }
        HttpResponse unlocked;
        unlocked.status = 200;
        return unlocked;
    });
    CHECK(by_status(answers) == std::map<int, int>{{200, 9}});
    CHECK(suite.violations() == "");
}

TEST_CASE("D-301 a branch closed while transfers to it are requested: either it is closed or they lead there") {
    auto& suite = Suite::shared();
    for (int round = 0; round < 6; ++round) {
        CAPTURE(round);
        std::string code = std::string("XT") + static_cast<char>('A' + round);
        auto branch =
            suite.post("/v1/branches", R"({"name":"Test","district":"Galle","company_id":"MA","code":")" + code + "\"}",
                       suite.token("admin"));
        REQUIRE(branch.status == 201);
        std::vector<std::string> bikes;
        for (int i = 0; i < 3; ++i) bikes.push_back(new_bike(suite, "WW"));
        auto answers = at_once(4, [&](int i) {
            if (i < 3) return request_transfer(suite, bikes[i], code);
            return suite.patch("/v1/branches/" + text(branch.json(), "id"), R"({"is_active":false})",
                               suite.token("admin"), "\"1\"");
        });
        bool closed = answers[3].status == 200;
        CHECK(by_status(answers) ==
              (closed ? std::map<int, int>{{200, 1}, {409, 3}} : std::map<int, int>{{201, 3}, {409, 1}}));
        CHECK(refusals(answers) == (closed ? std::map<std::string, int>{{"BRANCH_INACTIVE", 3}}
                                           : std::map<std::string, int>{{"IN_USE", 1}}));
    }
    CHECK(suite.violations() == "");
}
