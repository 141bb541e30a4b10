#include "paging/cursor.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "fleet/bikes/queries.hpp"
#include "loanmanager/fleet/v1/bikes.pb.h"
#include "paging/page.hpp"
#include "testing/error_codes.hpp"
#include "token/base64url.hpp"

using namespace loan_manager::fleet;
namespace paging = loan_manager::paging;
namespace v1 = loanmanager::fleet::v1;

namespace {

paging::Cursor sample() {
    paging::Cursor cursor;
    cursor.key = "1700000000000000";
    cursor.id = "01890000-0000-7000-8000-000000000001";
    cursor.total = 42;
    cursor.totals = {"150000.00", "3"};
    return cursor;
}

const paging::Seal& seal() {
    static const paging::Seal one(std::vector<std::byte>(32, std::byte{1}));
    return one;
}
paging::Seal another_seal() { return paging::Seal(std::vector<std::byte>(32, std::byte{2})); }

}  // namespace

TEST_CASE("D-213 a cursor is bound to filters and sort, not to the page size") {
    v1::ListBikesRequest request;
    request.add_status(v1::BIKE_STATUS_IN_STOCK);
    const auto bound = paging::fingerprint(request);
    const auto text = paging::encode(sample(), bound, seal());

    request.set_limit(7);
    request.set_cursor(text);
    request.set_with_total(false);
    const auto decoded = paging::decode(text, paging::fingerprint(request), seal());
    REQUIRE(decoded.has_value());
    CHECK(decoded->key == sample().key);
    CHECK(decoded->id == sample().id);
    CHECK(decoded->total == 42);
    CHECK_FALSE(decoded->total_capped);
    CHECK(decoded->totals == sample().totals);

    request.set_sort("brand");
    CHECK(paging::decode(text, paging::fingerprint(request), seal()).error().code == "BAD_CURSOR");
    request.clear_sort();
    request.add_status(v1::BIKE_STATUS_SOLD);
    CHECK(paging::decode(text, paging::fingerprint(request), seal()).error().code == "BAD_CURSOR");
}

TEST_CASE("D-213 anything else is a bad cursor") {
    const auto good = paging::encode(sample(), "x", seal());
    CHECK(paging::decode(good, "x", seal()).has_value());
    for (const std::string& bad : {std::string("garbage!"), std::string("W10"), std::string("bnVsbA"), good + "A",
                                   good.substr(1), std::string("\0", 1), std::string(1000, 'A')}) {
        CHECK(paging::decode(bad, "x", seal()).error().code == "BAD_CURSOR");
    }
    CHECK(paging::decode(good, "x", another_seal()).error().code == "BAD_CURSOR");
    CHECK(paging::decode(paging::encode(sample(), "x", another_seal()), "x", seal()).error().code == "BAD_CURSOR");
    // What an older version of ours sealed.
    const auto older = seal().close(R"([1,"k","01890000-0000-7000-8000-000000000001",null,false,[]])", "x");
    CHECK(paging::decode(older, "x", seal()).error().code == "BAD_CURSOR");
    // No two cursors look alike, and none shows what is in it.
    CHECK(paging::encode(sample(), "x", seal()) != good);
    const auto bytes = loan_manager::token::base64url_decode(good);
    REQUIRE(bytes.has_value());
    CHECK(std::string(bytes->begin(), bytes->end()).find(sample().key) == std::string::npos);
}

TEST_CASE("D-904 an order by price is for those who see costs, and leaves out the bikes whose costs they do not") {
    loan_manager::access::Identity caller;
    caller.branch_scope = {"01890000-0000-7000-8000-000000000002"};
    v1::ListBikesRequest request;
    request.set_sort("purchase_price");
    caller.roles = {"sales_agent"};
    CHECK(bikes::list(request, {}, caller, loan_manager::runtime::system_clock()).error().code == "FORBIDDEN");
    caller.roles = {"head_manager"};
    const auto query = bikes::list(request, {}, caller, loan_manager::runtime::system_clock());
    REQUIRE(query.has_value());
    CHECK(query->guard() == loan_manager::access::Permission::costs_read);
}
