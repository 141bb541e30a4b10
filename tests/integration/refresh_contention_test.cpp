// Refreshes of the reports' views beside everything else, through the gateway.
#include <doctest/doctest.h>

#include <atomic>
#include <set>

#include "support/concurrency.hpp"
#include "support/suite.hpp"

using namespace loan_manager::testing;

TEST_CASE("X-24 refreshes of all views during writes: nobody waits for the other, reports go on answering") {
    auto& suite = Suite::shared();
    auto token = suite.token("admin");
    std::atomic<bool> writing{true};
    std::vector<HttpResponse> refreshes, reports;
    std::thread refresher([&] {
        while (writing) refreshes.push_back(suite.post("/v1/views/refresh", "{}", token));
    });
    std::thread reader([&] {
        while (writing) reports.push_back(suite.get("/v1/reports/cost-summary?limit=1", token));
    });
    auto writes = at_once(32, [&](int) { return suite.post("/v1/bikes/procure", procurement("BW"), token); });
    writing = false;
    refresher.join();
    reader.join();
    CHECK(by_status(writes) == std::map<int, int>{{201, 32}});
    for (const auto& answer : refreshes) CHECK(answer.status == 202);
    REQUIRE(!reports.empty());
    for (const auto& answer : reports) {
        REQUIRE(answer.status == 200);
        CHECK(answer.json().at("as_of").is_string());
    }
    CHECK(suite.violations() == "");
}

TEST_CASE("X-25 manual refreshes of one view at once: those that meet one run get its id") {
    auto& suite = Suite::shared();
    auto token = suite.token("admin");
    auto answers = at_once(8, [&](int) { return suite.post("/v1/views/branch_stock_summary/refresh", "{}", token); });
    CHECK(by_status(answers) == std::map<int, int>{{202, 8}});
    std::set<std::string> runs;
    for (const auto& answer : answers) {
        auto body = answer.json();
        const auto& items = body.as_array();
        REQUIRE(items.size() == 1);
        runs.insert(std::string(items.front().at("id").as_string()));
    }
    // However the calls fell in time, no two of these runs were under way together.
    std::string ids;
    for (const auto& run : runs) ids += (ids.empty() ? "'" : ",'") + run + "'";
    CHECK(eventually([&] {
        return suite.database().value("select count(*) from view_refreshes where status = 'RUNNING' and id in (" + ids +
                                      ")") == "0";
    }));
    CHECK(suite.database().value("select count(*) from view_refreshes a join view_refreshes b on a.id < b.id and "
                                 "tstzrange(a.started_at, a.finished_at) && tstzrange(b.started_at, b.finished_at) "
                                 "where a.id in (" +
                                 ids + ") and b.id in (" + ids + ")") == "0");
}
