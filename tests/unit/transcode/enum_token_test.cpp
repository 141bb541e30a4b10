#include "transcode/enum_token.hpp"

#include <doctest/doctest.h>

#include "loanmanager/fleet/v1/bikes.pb.h"
#include "test_api.pb.h"

using namespace loan_manager::transcode;
namespace fleet = loanmanager::fleet::v1;
namespace api = loanmanager::test::v1;

TEST_CASE("enum tokens are the value names without the prefix of their type") {
    CHECK(enum_token(fleet::BIKE_STATUS_IN_STOCK) == "IN_STOCK");
    CHECK(enum_token(fleet::BUSINESS_MODEL_STOCK) == "STOCK");
    CHECK(enum_token(api::THING_KIND_VERY_LARGE) == "VERY_LARGE");
    CHECK(enum_token(api::HTTP_SCHEME_TLS) == "TLS");
    CHECK(enum_token(api::PLAIN) == "PLAIN");
}

TEST_CASE("the zero value and undefined numbers have no token") {
    CHECK(enum_token(fleet::BIKE_STATUS_UNSPECIFIED).empty());
    CHECK(enum_token(static_cast<fleet::BikeStatus>(77)).empty());
}

TEST_CASE("tokens read back, and nothing else does") {
    CHECK(enum_from_token<fleet::BikeStatus>("WRITTEN_OFF") == fleet::BIKE_STATUS_WRITTEN_OFF);
    CHECK(enum_from_token<api::HTTPScheme>("TLS") == api::HTTP_SCHEME_TLS);
    CHECK(enum_from_token<api::HTTPScheme>("PLAIN") == api::PLAIN);
    for (const auto* bad : {"", "UNSPECIFIED", "BIKE_STATUS_SOLD", "sold", "SOLD ", "1", "NOPE"}) {
        CAPTURE(bad);
        CHECK_FALSE(enum_from_token<fleet::BikeStatus>(bad).has_value());
    }
}
