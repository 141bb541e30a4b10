#include "transcode/url.hpp"

#include <doctest/doctest.h>

using namespace loan_manager::transcode;

TEST_CASE("percent-decoding") {
    CHECK(percent_decode("a%20b+c", false) == "a b+c");
    CHECK(percent_decode("a%20b+c", true) == "a b c");
    CHECK(percent_decode("%E0%B6%9A", false) == "\xe0\xb6\x9a");
    CHECK(percent_decode("%2f%2F", false) == "//");
    CHECK(percent_decode("%00", false) == std::string(1, '\0'));
    CHECK(percent_decode("", false) == "");
    for (const auto* bad : {"%", "%2", "%zz", "%2g", "a%", "%ff", "%c0%af", "\xff", "%ed%a0%80"}) {
        CAPTURE(bad);
        CHECK_FALSE(percent_decode(bad, false).has_value());
    }
}

TEST_CASE("a query splits into its parameters") {
    const auto parameters = split_query("a=1&&b=&c&d=x%3Dy&e=f=g&%61=2&bad=%&%ff=1");
    REQUIRE(parameters.size() == 8);
    CHECK(parameters[0].name == "a");
    CHECK(parameters[0].value == "1");
    CHECK(parameters[1].value == "");
    CHECK(parameters[2].name == "c");
    CHECK(parameters[2].value == "");
    CHECK(parameters[3].value == "x=y");
    CHECK(parameters[4].value == "f=g");
    CHECK(parameters[5].name == "a");
    CHECK_FALSE(parameters[6].value.has_value());
    CHECK(parameters[7].name == "%ff");
    CHECK(split_query("").empty());
    CHECK(split_query("&&&").empty());
    CHECK(split_query("\xff=1")[0].name == "?");
}
