#include "lifecycle-refresher/refresh/horizon.hpp"

#include <doctest/doctest.h>

#include "lifecycle-refresher/views/catalog.hpp"

namespace lc = loan_manager::lifecycle;

TEST_CASE("D-1003 covers_seq is the largest visible number when nobody is writing") {
    const lc::Coverage covered = lc::coverage({.last_seq = 12, .writers = {}}, {.max_seq = 12, .settled = {}});
    CHECK(covered.seq == 12);
    CHECK(covered.exact);
    // Numbers of aborted writers above it need no covering.
    CHECK(lc::coverage({.last_seq = 20, .writers = {}}, {.max_seq = 12, .settled = {}}).seq == 12);
    CHECK(lc::coverage({}, {}).seq == 0);
    CHECK(lc::coverage({}, {}).exact);
}

TEST_CASE("D-1003 covers_seq stays below the first number of a writer in flight, though later numbers are visible") {
    const lc::Coverage covered =
        lc::coverage({.last_seq = 12, .writers = {{8, true}, {11, true}}}, {.max_seq = 12, .settled = {}});
    CHECK(covered.seq == 7);
    CHECK(covered.exact);
}

TEST_CASE("D-1003 a writer that committed between horizon and snapshot does not hold covers_seq back") {
    const lc::Coverage covered =
        lc::coverage({.last_seq = 12, .writers = {{8, true}, {11, true}}}, {.max_seq = 12, .settled = {8}});
    CHECK(covered.seq == 10);
    CHECK(covered.exact);
}

TEST_CASE("D-1003 numbers taken after the horizon was read are never claimed") {
    const lc::Coverage covered = lc::coverage({.last_seq = 12, .writers = {}}, {.max_seq = 15, .settled = {}});
    CHECK(covered.seq == 12);
    CHECK_FALSE(covered.exact);
    // Unless a known writer holds covers_seq down anyway: then there is no doubt.
    const lc::Coverage held = lc::coverage({.last_seq = 12, .writers = {{9, true}}}, {.max_seq = 15, .settled = {}});
    CHECK(held.seq == 8);
    CHECK(held.exact);
}

TEST_CASE("D-1003 a writer whose number is not known yet counts from its floor, and asks for a second look") {
    const lc::Coverage covered =
        lc::coverage({.last_seq = 12, .writers = {{10, false}}}, {.max_seq = 12, .settled = {10}});
    CHECK(covered.seq == 9);
    CHECK_FALSE(covered.exact);
    // Beyond what the snapshot shows it does not matter.
    CHECK(lc::coverage({.last_seq = 12, .writers = {{13, false}}}, {.max_seq = 12, .settled = {}}).exact);
}

TEST_CASE("D-1001 the views and what makes them out of date (D-1002)") {
    const lc::ViewDefinition* cost = lc::find_view("bike_cost_summary");
    REQUIRE(cost != nullptr);
    for (const char* event : {"bike.procured", "sale.recorded", "expense.voided", "job.completed", "commission.created",
                              "transfer.completed", "import.committed"}) {
        CHECK_MESSAGE(lc::is_relevant(*cost, event), event);
    }
    for (const char* event :
         {"import.uploaded", "user.created", "company.updated", "bikes.other", "stock_number.low"}) {
        CHECK_MESSAGE(!lc::is_relevant(*cost, event), event);
    }
    CHECK(lc::like_patterns(*cost).front() == "bike.%");
    CHECK(lc::like_patterns(*cost).back() == "import.committed");
    CHECK(lc::find_view("branch_stock_summary") != nullptr);
    CHECK(lc::find_view("bike_cost_summary; DROP TABLE x") == nullptr);
}
