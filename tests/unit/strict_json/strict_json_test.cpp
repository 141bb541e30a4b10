#include "strict_json/strict_json.hpp"

#include <doctest/doctest.h>

#include <string>

namespace json = loan_manager::strict_json;

namespace {

std::string repeat(std::string_view text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += text;
    return out;
}

}  // namespace

TEST_CASE("D-210 strict JSON: what is not RFC 8259 is refused") {
    const std::string documents[] = {
        "",
        " ",
        "{",
        "}",
        "[1,2",
        R"({"a":1,})",
        "[1,]",
        "[,1]",
        R"({a:1})",
        R"({'a':1})",
        R"({"a" 1})",
        R"({"a":})",
        R"({"a":1} x)",
        R"({"a":1}{"b":2})",
        "NaN",
        "Infinity",
        "-Infinity",
        "nul",
        "True",
        "01",
        "-",
        "+1",
        "1.",
        ".5",
        "1e",
        "0x10",
        "// c\n1",
        "/* c */1",
        "\"a",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\t\"",
        "\"\n\"",
        "\xef\xbb\xbf{}",
        "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\\udc00\"",
        "\"\xff\"",
        "\"\xc0\xaf\"",
        "\"\xed\xa0\x80\"",
        "\"\xf4\x90\x80\x80\"",
        std::string("{}\0", 3),
        std::string("\"\0\"", 3),
        R"({"a":1 /*x*/})",
        "[1 2]",
        R"({1:2})",
        R"({null:1})",
    };
    for (const auto& document : documents) {
        CAPTURE(document);
        const auto value = json::parse(document);
        REQUIRE(value.has_error());
        CHECK_FALSE(value.error().message.empty());
        CHECK(value.error().duplicate.empty());
    }
}

TEST_CASE("D-210 strict JSON: what RFC 8259 allows is accepted") {
    const std::string documents[] = {"{}",
                                     "[]",
                                     " \t\r\n{} ",
                                     "null",
                                     "true",
                                     "-0",
                                     "1e400",
                                     "\"\\u0000\"",
                                     "\"\\ud83d\\ude00\"",
                                     "\"\xf0\x9f\x98\x80\"",
                                     R"({"":1})",
                                     R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})"};
    for (const auto& document : documents) {
        CAPTURE(document);
        CHECK(json::parse(document).has_value());
    }
}

TEST_CASE("D-210 strict JSON: duplicate keys are refused at every level and named") {
    struct {
        std::string text;
        std::string field;
    } const cases[] = {
        {R"({"a":1,"a":1})", "a"},         {R"({"a":1,"b":2,"\u0061":3})", "a"},
        {R"({"x":{"a":1,"a":2}})", "x.a"}, {R"({"x":[{},{"a":1,"a":2}]})", "x[1].a"},
        {R"([{"a":1,"a":2}])", "[0].a"},   {R"({"unknown":{"deep":{"k":null,"k":null}}})", "unknown.deep.k"},
    };
    for (const auto& [text, field] : cases) {
        CAPTURE(text);
        const auto value = json::parse(text);
        REQUIRE(value.has_error());
        CHECK(value.error().duplicate == field);
    }
}

TEST_CASE("D-210 strict JSON: nesting and the number of values are bounded") {
    CHECK(json::parse(repeat("[", json::max_depth) + repeat("]", json::max_depth)).has_value());
    CHECK(json::parse(repeat("[", json::max_depth + 1) + repeat("]", json::max_depth + 1)).has_error());
    CHECK(json::parse(repeat("[", 8) + repeat("]", 8), 8).has_value());
    CHECK(json::parse(repeat("[", 9) + repeat("]", 9), 8).has_error());
    CHECK(json::parse(repeat("[", 500'000)).has_error());
    CHECK(json::parse(repeat(R"({"a":)", 100'000)).has_error());
    CHECK(json::parse("[0" + repeat(",0", json::max_values - 2) + "]").has_value());
    CHECK(json::parse("[0" + repeat(",0", json::max_values) + "]").has_error());
}

TEST_CASE("D-210 strict JSON: a long key does not come back whole") {
    const std::string key(500'000, 'k');
    const auto value = json::parse("{\"" + key + "\":1,\"" + key + "\":2}");
    REQUIRE(value.has_error());
    CHECK(value.error().duplicate.size() == 100);
}

TEST_CASE("D-210 strict JSON: values keep their text") {
    const auto value = json::parse(R"({"n":-12,"d":1.50,"s":"a\"\u00e9","l":[true,false,null]})").value();
    const auto& object = *value.as<json::Object>();
    REQUIRE(object.size() == 4);
    CHECK(object[0].value.as<json::Number>()->text == "-12");
    CHECK(object[0].value.as<json::Number>()->integral());
    CHECK(object[1].value.as<json::Number>()->text == "1.50");
    CHECK_FALSE(object[1].value.as<json::Number>()->integral());
    CHECK(*object[2].value.as<std::string>() == "a\"\xc3\xa9");
    CHECK(object[3].value.as<json::Array>()->size() == 3);
    const std::string digits = "1" + std::string(400, '0');
    CHECK(json::parse(digits).value().as<json::Number>()->text == digits);
}

TEST_CASE("strict JSON: the same value in Boost's types") {
    const auto value =
        json::parse(R"({"n":-12,"d":1.50,"big":9223372036854775808,"s":"x","l":[true,null,{}]})").value();
    const boost::json::value boost = json::to_boost(value);
    CHECK(boost.at("n").as_int64() == -12);
    CHECK(boost.at("d").as_double() == 1.5);
    CHECK(boost.at("big").is_double());
    CHECK(boost.at("s") == "x");
    CHECK(boost.at("l").as_array().size() == 3);
    CHECK(boost.at("l").at(1).is_null());
    CHECK(json::to_boost(json::parse("1e400").value()).is_double());
    CHECK(json::to_boost(json::parse("9223372036854775807").value()).is_int64());
}
