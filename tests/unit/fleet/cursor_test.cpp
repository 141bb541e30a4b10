#include "paging/cursor.hpp"

#include <doctest/doctest.h>

#include "fleet/bikes/list_query.hpp"
#include "loanmanager/fleet/v1/bikes.pb.h"
#include "paging/page.hpp"
#include "testing/error_codes.hpp"

using namespace loan_manager::fleet;
namespace paging = loan_manager::paging;
namespace v1 = loanmanager::fleet::v1;

namespace {

paging::Cursor sample() {
    paging::Cursor cursor;
    cursor.key = "1700000000000000";
    cursor.id = "01890000-0000-7000-8000-000000000001";
    cursor.total = 42;
    return cursor;
}

constexpr loan_manager::runtime::Date today{std::chrono::year{2026}, std::chrono::month{11}, std::chrono::day{22}};

}  // namespace

TEST_CASE("D-213 a cursor is bound to filters and sort, not to the page size") {
    v1::ListBikesRequest request;
    request.add_status(v1::BIKE_STATUS_IN_STOCK);
    const auto bound = paging::fingerprint(request);
    const auto text = paging::encode(sample(), bound);

    request.set_limit(7);
    request.set_cursor(text);
    request.set_with_total(false);
    const auto decoded = paging::decode(text, paging::fingerprint(request));
    REQUIRE(decoded.has_value());
    CHECK(decoded->key == sample().key);
    CHECK(decoded->id == sample().id);
    CHECK(decoded->total == 42);

    request.set_sort("brand");
    CHECK(paging::decode(text, paging::fingerprint(request)).error().code == "BAD_CURSOR");
    request.clear_sort();
    request.add_status(v1::BIKE_STATUS_SOLD);
    CHECK(paging::decode(text, paging::fingerprint(request)).error().code == "BAD_CURSOR");
}

TEST_CASE("D-213 anything else is a bad cursor") {
    const auto good = paging::encode(sample(), "x");
    CHECK(paging::decode(good, "x").has_value());
    for (const std::string& bad : {std::string("garbage!"), std::string("W10"), std::string("bnVsbA"), good + "A",
                                   good.substr(1), std::string("\0", 1), std::string(1000, 'A')}) {
        CHECK(paging::decode(bad, "x").error().code == "BAD_CURSOR");
    }
    auto odd = sample();
    odd.id = "no uuid";
    CHECK_FALSE(paging::decode(paging::encode(odd, "x"), "x").has_value());
    odd = sample();
    odd.total = 10'001;
    CHECK_FALSE(paging::decode(paging::encode(odd, "x"), "x").has_value());
}

TEST_CASE("D-904 an order by price is for those who see costs, and leaves out the bikes whose costs they do not") {
    loan_manager::access::Identity caller;
    caller.branch_scope = {"01890000-0000-7000-8000-000000000002"};
    v1::ListBikesRequest request;
    request.set_sort("purchase_price");
    caller.roles = {"sales_agent"};
    CHECK(bikes::list_query(request, {}, caller, today).error().code == "FORBIDDEN");
    caller.roles = {"head_manager"};
    const auto query = bikes::list_query(request, {}, caller, today);
    REQUIRE(query.has_value());
    CHECK(query->guard() == loan_manager::access::Permission::costs_read);
}
