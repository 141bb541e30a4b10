#include <doctest/doctest.h>

#include "token/base64url.hpp"
#include "token/strict_object.hpp"

using namespace loan_manager::token;

namespace {

std::string decoded(std::string_view text) {
    const Bytes bytes = base64url_decode(text).value();
    return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("base64url: RFC 4648 vectors without padding") {
    const std::pair<const char*, const char*> vectors[] = {
        {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
        {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xff\xef\xbf", "_--_"}};
    for (const auto& [plain, encoded] : vectors) {
        CHECK(base64url_encode(std::string_view(plain)) == encoded);
        CHECK(decoded(encoded) == plain);
    }
}

TEST_CASE("base64url: every other spelling is refused") {
    for (const char* text : {"Zg==", "Zm9v\n", " Zm9v", "Zm9vY", "Zh", "Zm9", "_+-_", "/--_", "Zm.v", "Z\xc3\xa9v"}) {
        CAPTURE(text);
        CHECK(base64url_decode(text).error() == Errc::malformed);
    }
    CHECK(base64url_decode(std::string_view("Zm\0v", 4)).error() == Errc::malformed);
}

TEST_CASE("strict JSON: one object, one meaning") {
    CHECK(parse_strict_object(R"({"a":{"b":[1,{"c":null}]},"d":"x"})").value().size() == 2);
    for (const char* text : {"", "[]", "1", "null", "{", "{}x", "{} {}", "{\"a\":1,}", "{a:1}", "{'a':1}",
                             "{\"a\":1 /* c */}", "{\"a\":01}", "{\"a\":NaN}", "{\"a\":\"\xff\"}",
                             // Duplicate names: plain, escaped and deep.
                             R"({"exp":1,"exp":2})", R"({"exp":1,"\u0065xp":2})", R"({"a":[{"b":1,"b":1}]})",
                             R"({"a":{"x":1},"a":{"y":1}})",
                             // Nested deeper than anything a token needs.
                             R"({"a":[[[[[[[[[[1]]]]]]]]]]})"}) {
        CAPTURE(text);
        CHECK(parse_strict_object(text).error() == Errc::malformed);
    }
}
