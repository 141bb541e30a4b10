// Repair jobs under concurrency: X-17, X-19 and the last job of a bike.
#include <doctest/doctest.h>

#include "support/concurrency.hpp"
#include "support/workshop.hpp"

using namespace loan_manager::testing;

namespace {

std::map<int, int> either(int first, int second) { return {{first, 1}, {second, 1}}; }

}  // namespace

TEST_CASE("X-17 a line is added while the job is completed: one of them wins, both are told the truth") {
    Workshop workshop;
    int lines_won = 0;
    for (int round = 0; round < 12; ++round) {
        auto bike = workshop.bike();
        auto id = workshop.started(bike);
        REQUIRE(workshop.add_line(id, "PART", R"("unit_cost":"100.00")").status == 201);
        auto etag = workshop.etag(id);
        auto answers = at_once(2, [&](int i) {
            return i == round % 2 ? workshop.add_line(id, "LABOUR", R"("unit_cost":"10.00")")
                                  : workshop.command(id, "complete", done, {}, etag);
        });
        auto& line = answers.at(round % 2);
        auto& completion = answers.at(1 - round % 2);
        auto status = text(workshop.get(id), "status");
        if (line.status == 201) {
            ++lines_won;
            CHECK(completion.status == 412);
            CHECK(completion.code() == "PRECONDITION_FAILED");
            CHECK(status == "IN_PROGRESS");
            CHECK(text(workshop.get(id), "total_cost") == "110.00");
        } else {
            CHECK(line.code() == "INVALID_STATE");
            CHECK(completion.status == 200);
            CHECK(status == "COMPLETED");
            CHECK(text(completion.json(), "total_cost") == "100.00");
        }
    }
    MESSAGE("the line came first in ", lines_won, " of 12 rounds");
    CHECK(workshop.suite().violations() == "");
}

TEST_CASE("X-17 in either order, one after the other") {
    Workshop workshop;
    auto id = workshop.started(workshop.bike());
    REQUIRE(workshop.add_line(id, "PART", R"("unit_cost":"100.00")").status == 201);
    auto seen = workshop.etag(id);
    REQUIRE(workshop.add_line(id, "PART", R"("unit_cost":"1.00")").status == 201);
    CHECK(workshop.command(id, "complete", done, {}, seen).status == 412);
    REQUIRE(workshop.command(id, "complete", done).status == 200);
    auto late = workshop.add_line(id, "PART", R"("unit_cost":"1.00")");
    CHECK(late.status == 409);
    CHECK(late.code() == "INVALID_STATE");
}

TEST_CASE("X-19 two completions with one ETag: one 200, one 412, booked once") {
    Workshop workshop;
    for (int round = 0; round < 6; ++round) {
        auto bike = workshop.bike();
        auto id = workshop.started(bike);
        REQUIRE(workshop.add_line(id, "PART", R"("unit_cost":"100.00")").status == 201);
        auto etag = workshop.etag(id);
        auto answers = at_once(2, [&](int) { return workshop.command(id, "complete", done, {}, etag); });
        CHECK(by_status(answers) == either(200, 412));
        CHECK(text(workshop.suite().get("/v1/bikes/" + bike, workshop.admin()).json(), "repair_total") == "100.00");
    }
    CHECK(workshop.suite().violations() == "");
}

TEST_CASE("X-19 two PATCHes of one line with one ETag: one 200, one 412") {
    Workshop workshop;
    auto id = workshop.started(workshop.bike());
    auto line = workshop.add_line(id, "PART", R"("unit_cost":"100.00")");
    auto answers = at_once(2, [&](int i) {
        return workshop.patch_line(id, text(line.json(), "id"), R"({"unit_cost":")" + std::to_string(i + 1) + "\"}",
                                   line.header("etag"));
    });
    CHECK(by_status(answers) == either(200, 412));
    CHECK(workshop.suite().violations() == "");
}

TEST_CASE("D-507 lines added at once all count") {
    Workshop workshop;
    auto id = workshop.started(workshop.bike());
    auto answers = at_once(16, [&](int) { return workshop.add_line(id, "PART", R"("unit_cost":"0.01")"); });
    CHECK(by_status(answers) == std::map<int, int>{{201, 16}});
    auto job = workshop.get(id);
    CHECK(text(job, "total_cost") == "0.16");
    CHECK(job.at("version").as_int64() == 18);
    CHECK(workshop.suite().violations() == "");
}

TEST_CASE("B9 jobs of one bike that end at once leave it in stock, and every cost on it") {
    Workshop workshop;
    for (int round = 0; round < 4; ++round) {
        auto bike = workshop.bike();
        std::vector<std::string> jobs;
        for (int i = 0; i < 4; ++i) {
            jobs.push_back(workshop.started(bike));
            REQUIRE(workshop.add_line(jobs.back(), "PART", R"("unit_cost":"100.00")").status == 201);
        }
        auto answers = at_once(5, [&](int i) {
            return i == 4 ? workshop.open(bike)
                          : workshop.command(jobs.at(i), i == 3 ? "cancel" : "complete",
                                             i == 3 ? R"({"reason":"Not needed"})" : done);
        });
        CHECK(by_status(answers) == std::map<int, int>{{200, 4}, {201, 1}});
        auto row = workshop.suite().get("/v1/bikes/" + bike, workshop.admin()).json();
        CHECK(text(row, "status") == "MAINTENANCE");  // the job opened meanwhile
        CHECK(text(row, "repair_total") == "300.00");
        REQUIRE(workshop.command(text(answers.at(4).json(), "id"), "cancel", R"({"reason":"Not needed"})").status ==
                200);
        CHECK(workshop.bike_status(bike) == "IN_STOCK");
    }
    CHECK(workshop.suite().violations() == "");
}

TEST_CASE("D-604 jobs opened at once get consecutive numbers") {
    Workshop workshop;
    std::vector<std::string> bikes;
    for (int i = 0; i < 12; ++i) bikes.push_back(workshop.bike("", "EL"));
    auto answers = at_once(12, [&](int i) { return workshop.open(bikes.at(i), R"(,"branch_id":"EL")"); });
    CHECK(by_status(answers) == std::map<int, int>{{201, 12}});
    CHECK(workshop.suite().database().value(
              "select max(right(job_no, 5)::int) - count(*) from repair_jobs where job_no like 'WO-EL-%'") == "0");
    CHECK(workshop.suite().violations() == "");
}
