#include "transcode/response.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "fixture.hpp"
#include "testing/error_codes.hpp"

using namespace loan_manager::transcode;

namespace {

const Route& route(std::string_view method, std::string_view path) {
    const auto match = things().match(method, path);
    REQUIRE(match.route != nullptr);
    return *match.route;
}

std::string json_of(const google::protobuf::Message& message) {
    std::string out;
    append_json(message, out);
    return out;
}

}  // namespace

TEST_CASE("an answer writes every key, unset optional fields as null") {
    CHECK(
        json_of(api::Thing{}) ==
        R"({"id":"","flag":false,"small":0,"large":"0","count":0,"big_count":"0","ratio":0,"exact":0,"text":"",)"
        R"("kind":null,"at":null,"part":null,"tags":[],"numbers":[],"kinds":[],"parts":[],"maybe_flag":null,)"
        R"("maybe_small":null,"maybe_text":null,"maybe_kind":null,"version":0,"times":[],"ratios":[],"scheme":null})");
}

TEST_CASE("an answer writes every type of field") {
    api::Thing thing;
    thing.set_id("7");
    thing.set_flag(true);
    thing.set_small(-3);
    thing.set_large(std::numeric_limits<std::int64_t>::min());
    thing.set_count(4294967295U);
    thing.set_big_count(std::numeric_limits<std::uint64_t>::max());
    thing.set_ratio(0.1F);
    thing.set_exact(0.1);
    thing.set_text("x");
    thing.set_kind(api::THING_KIND_VERY_LARGE);
    thing.mutable_at()->set_seconds(1'772'357'400);
    thing.mutable_at()->set_nanos(125'999'999);
    thing.mutable_part()->set_name("p");
    thing.add_tags("a");
    thing.add_tags("b");
    thing.add_numbers(1);
    thing.add_numbers(-2);
    thing.add_kinds(api::THING_KIND_SMALL);
    thing.add_parts()->set_price("1.00");
    thing.set_maybe_flag(false);
    thing.set_maybe_small(0);
    thing.set_maybe_text("");
    thing.set_maybe_kind(api::THING_KIND_SMALL);
    thing.set_seldom("s");
    thing.set_version(4);
    thing.add_times()->set_seconds(-1);
    thing.add_ratios(1e300);
    thing.add_ratios(-2.5);
    thing.set_scheme(api::PLAIN);
    CHECK(json_of(thing) ==
          R"({"id":"7","flag":true,"small":-3,"large":"-9223372036854775808","count":4294967295,)"
          R"("big_count":"18446744073709551615","ratio":0.1,"exact":0.1,"text":"x","kind":"VERY_LARGE",)"
          R"("at":"2026-03-01T09:30:00.125Z","part":{"name":"p","price":null,"parts":[]},"tags":["a","b"],)"
          R"("numbers":[1,-2],"kinds":["SMALL"],"parts":[{"name":"","price":"1.00","parts":[]}],"maybe_flag":false,)"
          R"("maybe_small":0,"maybe_text":"","maybe_kind":"SMALL","seldom":"s","version":4,)"
          R"("times":["1969-12-31T23:59:59.000Z"],"ratios":[1e+300,-2.5],"scheme":"PLAIN"})");
}

TEST_CASE("what JSON or the contract cannot express is null") {
    api::Thing thing;
    thing.set_ratio(std::numeric_limits<float>::infinity());
    thing.set_exact(std::numeric_limits<double>::quiet_NaN());
    thing.set_kind(static_cast<api::ThingKind>(99));
    thing.mutable_at()->set_seconds(std::numeric_limits<std::int64_t>::max());
    const auto json = json_of(thing);
    for (const auto* part : {R"("ratio":null)", R"("exact":null)", R"("kind":null)", R"("at":null)"}) {
        CAPTURE(part);
        CHECK(json.find(part) != std::string::npos);
    }
}

TEST_CASE("hidden values leave no key, internal fields never appear") {
    api::Thing thing;
    thing.set_maybe_text("secret");
    thing.set_text_hidden(true);
    const auto json = json_of(thing);
    CHECK(json.find("maybe_text") == std::string::npos);
    CHECK(json.find("text_hidden") == std::string::npos);
    CHECK(json.find("seldom") == std::string::npos);
    CHECK(json.find("secret") == std::string::npos);
}

TEST_CASE("strings are escaped as JSON demands and no further") {
    std::string out;
    append_json_string(std::string("\"\\/\b\f\n\r\t\x01\x1f\x7f\0é\xe2\x80\xa8", 17), out);
    CHECK(out == "\"\\\"\\\\/\\u0008\\u000c\\n\\r\\t\\u0001\\u001f\x7f\\u0000é\xe2\x80\xa8\"");
}

TEST_CASE("D-204 timestamps have three decimals and Z") {
    struct {
        std::int64_t seconds;
        int nanos;
        const char* text;
    } const cases[] = {
        {0, 0, "1970-01-01T00:00:00.000Z"},
        {-62'135'596'800, 0, "0001-01-01T00:00:00.000Z"},
        {253'402'300'799, 999'999'999, "9999-12-31T23:59:59.999Z"},
        {951'782'400, 1'000'000, "2000-02-29T00:00:00.001Z"},
    };
    for (const auto& c : cases) {
        api::ListThingsRequest message;
        message.mutable_since()->set_seconds(c.seconds);
        message.mutable_since()->set_nanos(c.nanos);
        CHECK(json_of(message).find(c.text) != std::string::npos);
    }
}

TEST_CASE("an answer carries version and location") {
    api::Thing thing;
    thing.set_id("abc");
    thing.set_version(12);
    const auto created = encode_response(route("POST", "/v1/things"), thing.SerializeAsString()).value();
    CHECK(created.version == 12);
    CHECK(created.location == "/v1/things/abc");
    CHECK(created.body == json_of(thing));
    const auto list = encode_response(route("GET", "/v1/things"), std::string_view{}).value();
    CHECK_FALSE(list.version.has_value());
    CHECK(list.location.empty());
    CHECK(list.body == R"({"items":[],"total":null,"next_cursor":null})");
}

TEST_CASE("204 has no body") {
    CHECK(encode_response(route("DELETE", "/v1/things/1"), std::string_view{}).value().body.empty());
}

TEST_CASE("an answer may be one field alone: a list, or text that is JSON already") {
    api::Document document;
    document.set_json(R"({"keys": []})");
    CHECK(encode_response(route("GET", "/v1/document"), document).body == R"({"keys": []})");

    api::ThingList list;
    CHECK(encode_response(route("GET", "/v1/all-things"), list).body == "[]");
    *list.add_items() = api::Thing();
    CHECK(encode_response(route("GET", "/v1/all-things"), list).body == "[" + json_of(api::Thing()) + "]");
}

TEST_CASE("text that is JSON already is written as it stands") {
    api::Facts facts;
    CHECK(json_of(facts) == R"({"facts":null,"more":null})");
    facts.set_facts(R"({})");
    facts.set_more(R"({"price": "1.00", "tags": ["a\"b"]})");
    CHECK(json_of(facts) == R"({"facts":{},"more":{"price": "1.00", "tags": ["a\"b"]}})");
}

TEST_CASE("bytes that are no message are an internal error") {
    const auto answer = encode_response(route("GET", "/v1/things"), std::string_view("\x0a\xff"));
    REQUIRE(answer.has_error());
    CHECK(answer.error().code == "INTERNAL");
}

TEST_CASE("large answers outgrow the arena's first block") {
    api::ThingList list;
    for (int i = 0; i < 2000; ++i) {
        auto& item = *list.add_items();
        item.set_text(std::string(100, 'x'));
        item.add_parts()->set_name(std::string(50, 'y'));
    }
    const auto answer = encode_response(route("GET", "/v1/things"), list.SerializeAsString()).value();
    CHECK(answer.body == json_of(list));
}

TEST_CASE("D-211 errors have one shape") {
    CHECK(error_body("NOT_FOUND", "No \"such\" bike.", "req-1") ==
          R"({"code":"NOT_FOUND","message":"No \"such\" bike.","request_id":"req-1","details":[]})");
    CHECK(
        error_body("VALIDATION", "Wrong.", "r", {{"year", "out_of_range"}, {"a.b[0]", "type"}}) ==
        R"({"code":"VALIDATION","message":"Wrong.","request_id":"r","details":[{"field":"year","issue":"out_of_range"},)"
        R"({"field":"a.b[0]","issue":"type"}]})");
}
