#include "transcode/request.hpp"

#include <doctest/doctest.h>

#include "fixture.hpp"
#include "testing/error_codes.hpp"

using namespace loan_manager::transcode;

namespace {

template <class M>
const M& as(const DecodedRequest& decoded) {
    return dynamic_cast<const M&>(*decoded.message);
}

api::Thing thing_of(std::string_view body) {
    const auto decoded = decode("POST", "/v1/things", body);
    REQUIRE(decoded.has_value());
    CHECK(lines(decoded->issues) == Lines{});
    return as<api::Thing>(*decoded);
}

}  // namespace

TEST_CASE("a body fills every type of field") {
    const auto thing = thing_of(R"({"flag":true,"small":-3,"large":"-9223372036854775808","count":4294967295,
        "big_count":"18446744073709551615","ratio":0.5,"exact":1e2,"text":"a\nb","kind":"VERY_LARGE",
        "at":"2026-03-01T15:00:00.125+05:30","part":{"name":"p","parts":[{"name":"q"}]},"tags":["x","y"],
        "numbers":[1,2,3],"kinds":["SMALL","VERY_LARGE"],"parts":[{"name":"r"},{"name":"s"}],
        "maybe_flag":false,"maybe_small":0,"maybe_text":"","maybe_kind":"SMALL","scheme":"PLAIN"})");
    CHECK(thing.flag());
    CHECK(thing.small() == -3);
    CHECK(thing.large() == INT64_MIN);
    CHECK(thing.count() == 4294967295U);
    CHECK(thing.big_count() == UINT64_MAX);
    CHECK(thing.ratio() == 0.5F);
    CHECK(thing.exact() == 100);
    CHECK(thing.text() == "a\nb");
    CHECK(thing.kind() == api::THING_KIND_VERY_LARGE);
    CHECK(thing.at().seconds() == 1'772'357'400);
    CHECK(thing.at().nanos() == 125'000'000);
    CHECK(thing.part().parts(0).name() == "q");
    CHECK(thing.tags_size() == 2);
    CHECK(thing.numbers(2) == 3);
    CHECK(thing.kinds(1) == api::THING_KIND_VERY_LARGE);
    CHECK(thing.parts(1).name() == "s");
    CHECK((thing.has_maybe_flag() && !thing.maybe_flag()));
    CHECK((thing.has_maybe_small() && thing.maybe_small() == 0));
    CHECK(thing.has_maybe_text());
    CHECK(thing.maybe_kind() == api::THING_KIND_SMALL);
    CHECK(thing.scheme() == api::PLAIN);
}

TEST_CASE("D-210 null in a POST means absent") {
    const auto thing = thing_of(R"({"flag":null,"maybe_small":null,"tags":null,"part":null,"at":null})");
    CHECK(thing.ByteSizeLong() == 0);
}

TEST_CASE("a number may stand for its text where the contract says so") {
    CHECK(thing_of(R"({"amount":2.50})").amount() == "2.50");
    CHECK(thing_of(R"({"amount":"2.50"})").amount() == "2.50");
    CHECK(thing_of(R"({"amount":-1e3})").amount() == "-1e3");
}

TEST_CASE("D-210 an empty body is an empty object, only when it has no byte") {
    CHECK(thing_of("").ByteSizeLong() == 0);
    CHECK(decode("POST", "/v1/things", " ").error().code == "MALFORMED_JSON");
}

TEST_CASE("D-210 a body that is no object is malformed") {
    for (const auto* body : {"[]", "null", "1", "\"x\"", "true", "[{}]"}) {
        CAPTURE(body);
        const auto decoded = decode("POST", "/v1/things", body);
        REQUIRE(decoded.has_error());
        CHECK(decoded.error().code == "MALFORMED_JSON");
        CHECK(decoded.error().message == "The body must be a JSON object.");
    }
}

TEST_CASE("D-210 wrong types are issues, all of them, with their paths") {
    const auto decoded =
        decode("POST", "/v1/things", R"({"flag":"true","small":"1","large":5,"count":1.0,"ratio":"1","text":1,
        "kind":1,"at":5,"part":[],"tags":"x","numbers":[1,"2",null,3],"parts":[{"name":1},5,{"parts":[{"name":{}}]}],
        "maybe_flag":0,"maybe_text":{},"exact":true})");
    REQUIRE(decoded.has_value());
    CHECK(lines(decoded->issues) ==
          Lines{"flag type", "small type", "large type", "count type", "ratio type", "text type", "kind type",
                "at type", "part type", "tags type", "numbers[1] type", "numbers[2] type", "parts[0].name type",
                "parts[1] type", "parts[2].parts[0].name type", "maybe_flag type", "maybe_text type", "exact type"});
}

TEST_CASE("D-210 numbers: integral and in range, else type or out_of_range") {
    struct {
        std::string body;
        std::string issue;
    } const cases[] = {
        {R"({"small":2147483647})", ""},
        {R"({"small":-2147483648})", ""},
        {R"({"small":-0})", ""},
        {R"({"small":2147483648})", "small out_of_range"},
        {R"({"small":99999999999999999999999})", "small out_of_range"},
        {R"({"small":1.0})", "small type"},
        {R"({"small":1e2})", "small type"},
        {R"({"count":-1})", "count out_of_range"},
        {R"({"count":4294967296})", "count out_of_range"},
        {R"({"large":"9223372036854775807"})", ""},
        {R"({"large":"9223372036854775808"})", "large out_of_range"},
        {R"({"large":""})", "large format"},
        {R"({"large":" 1"})", "large format"},
        {R"({"large":"1.0"})", "large format"},
        {R"({"large":"0x10"})", "large format"},
        {R"({"large":"+1"})", "large format"},
        {R"({"big_count":"-1"})", "big_count out_of_range"},
        {R"({"exact":1e400})", "exact out_of_range"},
        {R"({"exact":-0.25})", ""},
        {R"({"ratio":1e39})", "ratio out_of_range"},
    };
    for (const auto& c : cases) {
        CAPTURE(c.body);
        const auto decoded = decode("POST", "/v1/things", c.body);
        REQUIRE(decoded.has_value());
        CHECK(lines(decoded->issues) == (c.issue.empty() ? Lines{} : Lines{c.issue}));
    }
}

TEST_CASE("D-210 enum tokens") {
    for (const auto* token : {"small", "THING_KIND_SMALL", "UNSPECIFIED", "", "1", "SMALL "}) {
        CAPTURE(token);
        const auto decoded = decode("POST", "/v1/things",
                                    std::string(R"({"kind":")") + token + R"(","kinds":["SMALL",")" + token + "\"]}");
        CHECK(lines(decoded->issues) == Lines{"kind not_allowed", "kinds[1] not_allowed"});
    }
}

TEST_CASE("D-204 timestamps are RFC 3339") {
    for (const auto* text :
         {"2026-03-01", "2026-03-01 09:30:00Z", "2026-02-29T00:00:00Z", "2026-03-01T24:00:00Z", "2026-03-01T09:30:00",
          "2026-03-01T09:30:00.Z", "2026-03-01T09:30:00+0530", "", "0000-01-01T00:00:00Z",
          "2026-03-01T09:30:00.1234567890Z", "2026-03-01T09:30:00Z ", "2026-03-01T09:30:00+24:00"}) {
        CAPTURE(text);
        const auto decoded = decode("POST", "/v1/things", std::string(R"({"at":")") + text + "\"}");
        CHECK(lines(decoded->issues) == Lines{"at format"});
    }
    CHECK(thing_of(R"({"at":"1969-12-31T23:59:59.999z"})").at().seconds() == -1);
    CHECK(thing_of(R"({"at":"2024-02-29t00:00:00Z"})").at().seconds() == 1'709'164'800);
}

TEST_CASE("D-210 unknown fields are refused at once, all of them named") {
    const auto decoded =
        decode("POST", "/v1/things?debug=1",
               R"({"colour":1,"text":5,"part":{"nam":1},"parts":[{"x":1},{"x":1}],"text_hidden":true})");
    REQUIRE(decoded.has_error());
    CHECK(decoded.error().code == "UNKNOWN_FIELD");
    CHECK(lines(decoded.error().details) == Lines{"debug unknown", "colour unknown", "part.nam unknown",
                                                  "parts[0].x unknown", "parts[1].x unknown", "text_hidden unknown"});
}

TEST_CASE("D-210 fields of the path and the mask are not part of the body") {
    CHECK(
        lines(decode("PATCH", "/v1/things/1/name", R"({"id":"2","update_mask":"name","name":"x"})").error().details) ==
        Lines{"id unknown", "update_mask unknown"});
    CHECK(lines(decode("PATCH", "/v1/things/1", R"({"thing":{}})").error().details) == Lines{"thing unknown"});
}

TEST_CASE("an answer names a bounded number of bounded names") {
    std::string body = "{\"x\":1";
    for (int i = 0; i < 500; ++i) body += ",\"" + std::string(300, 'k') + std::to_string(i) + "\":1";
    body += '}';
    const auto decoded = decode("POST", "/v1/things", body);
    CHECK(decoded.error().details.size() == 2);  // all the same after 100 characters
    body = "{\"x\":1";
    for (int i = 0; i < 500; ++i) body += ",\"k" + std::to_string(i) + "\":1";
    CHECK(decode("POST", "/v1/things", body + '}').error().details.size() == 100);
}

TEST_CASE("D-210 PATCH: the mask holds the keys present, null ones too") {
    const auto decoded =
        decode("PATCH", "/v1/things/7", R"({"note":null,"name":"x","kind":"WRONG","part":null,"tags":null})");
    REQUIRE(decoded.has_value());
    const auto& request = as<api::UpdateThingRequest>(*decoded);
    CHECK(request.id() == "7");
    CHECK(request.thing().name() == "x");
    CHECK_FALSE(request.thing().has_note());
    const auto& paths = request.update_mask().paths();
    CHECK(std::vector<std::string>(paths.begin(), paths.end()) ==
          std::vector<std::string>{"note", "name", "kind", "part", "tags"});
    CHECK(lines(decoded->issues) == Lines{"kind not_allowed", "tags required"});
}

TEST_CASE("D-210 PATCH: an empty object has an empty mask, not none") {
    const auto decoded = decode("PATCH", "/v1/things/7", "{}");
    const auto& request = as<api::UpdateThingRequest>(*decoded);
    CHECK(request.has_update_mask());
    CHECK(request.has_thing());
    CHECK(request.update_mask().paths_size() == 0);
}

TEST_CASE("a PATCH may bind the whole request") {
    const auto decoded = decode("PATCH", "/v1/things/7/name", R"({"alias":null})");
    const auto& request = as<api::RenameThingRequest>(*decoded);
    CHECK(request.id() == "7");
    CHECK(request.update_mask().paths(0) == "alias");
}

TEST_CASE("a query fills scalars and lists") {
    const auto decoded =
        decode("GET",
               "/v1/things?q=Honda+CB%20125&flag=true&small=-5&large=9223372036854775807&count=3&exact=2.5"
               "&kind=SMALL&kinds=SMALL,VERY_LARGE&kinds=SMALL&names=a%2Cb,c&tags=x&tags=&since=2026-03-01T00:00:00Z");
    REQUIRE(decoded.has_value());
    CHECK(lines(decoded->issues) == Lines{});
    const auto& request = as<api::ListThingsRequest>(*decoded);
    CHECK(request.q() == "Honda CB 125");
    CHECK(request.flag());
    CHECK(request.small() == -5);
    CHECK(request.large() == INT64_MAX);
    CHECK(request.count() == 3);
    CHECK(request.exact() == 2.5);
    CHECK(request.kind() == api::THING_KIND_SMALL);
    CHECK(request.kinds_size() == 3);
    CHECK(request.names_size() == 3);
    CHECK(request.tags_size() == 1);  // an empty element is none
    CHECK(request.since().seconds() == 1'772'323'200);
}

TEST_CASE("D-210 a query is strict") {
    struct {
        std::string query;
        Lines issues;
    } const cases[] = {
        {"q=", {}},
        {"q", {}},
        {"q=a&q=a", {"q type"}},
        {"q=&q=a", {"q type"}},
        {"q=%", {"q format"}},
        {"q=%ff", {"q format"}},
        {"flag=1", {"flag type"}},
        {"flag=True", {"flag type"}},
        {"flag=", {}},
        {"small=", {}},
        {"small=1.0", {"small type"}},
        {"small=%201", {"small type"}},
        {"small=1e1", {"small type"}},
        {"small=2147483648", {"small out_of_range"}},
        {"count=-1", {"count out_of_range"}},
        {"count=-", {"count type"}},
        {"exact=nan", {"exact type"}},
        {"exact=inf", {"exact type"}},
        {"exact=1e999", {"exact out_of_range"}},
        {"kind=", {}},
        {"kind=small", {"kind not_allowed"}},
        {"kinds=SMALL,,SMALL", {"kinds not_allowed"}},
        {"kinds=", {}},
        {"kinds=SMALL,NOPE&small=x&flag=y", {"kinds not_allowed", "small type", "flag type"}},
        {"kinds=SMALL,", {"kinds not_allowed"}},
        {"since=", {}},
        {"since=yesterday", {"since format"}},
        {"flag=&small=&count=&large=&exact=&kind=&kinds=&names=&tags=&since=&q=", {}},
    };
    for (const auto& c : cases) {
        CAPTURE(c.query);
        const auto decoded = decode("GET", "/v1/things?" + c.query);
        REQUIRE(decoded.has_value());
        CHECK(lines(decoded->issues) == c.issues);
    }
}

TEST_CASE("D-210 unknown query parameters are refused, all of them named") {
    const auto decoded = decode("GET", "/v1/things?limt=5&small=x&%63olour=red&limt=6&secret=1&=1&Q=1");
    REQUIRE(decoded.has_error());
    CHECK(decoded.error().code == "UNKNOWN_FIELD");
    CHECK(lines(decoded.error().details) ==
          Lines{"limt unknown", "colour unknown", "secret unknown", " unknown", "Q unknown"});
    CHECK(decode("GET", "/v1/things/7?id=8").error().code == "UNKNOWN_FIELD");
    CHECK(decode("POST", "/v1/things/refresh?x=1").error().code == "UNKNOWN_FIELD");
}

TEST_CASE("path variables become fields") {
    const auto decoded = decode("GET", "/v1/things/a%20b/parts/12?limit=3");
    const auto& request = as<api::PartsRequest>(*decoded);
    CHECK(request.thing_id() == "a b");
    CHECK(request.number() == 12);
    CHECK(request.limit() == 3);
    CHECK(lines(decode("GET", "/v1/things/a/parts/x")->issues) == Lines{"number type"});
}

TEST_CASE("a GET does not look at a body") { CHECK(decode("GET", "/v1/things/7", "not json").has_value()); }
