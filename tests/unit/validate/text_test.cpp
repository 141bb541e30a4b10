#include "validate/text.hpp"

#include <doctest/doctest.h>

using namespace loan_manager::validate;

TEST_CASE("D-206 text is trimmed, composed and measured in code points") {
    struct {
        std::string in, out;
        std::size_t length;
    } const cases[] = {
        {"", "", 0},
        {"  ", "", 0},
        {" a b ", "a b", 3},
        {"\t\r\n a \n", "a", 1},
        {"\xc2\xa0x\xe2\x80\x83\xe3\x80\x80", "x", 1},  // no-break, em and ideographic space
        {"\xc2\x85y\xe2\x80\xa8", "y", 1},              // next line, line separator
        {"e\xcc\x81", "\xc3\xa9", 1},                   // e + combining acute
        {"\xe0\xb6\x9a\xe0\xb7\x9d", "\xe0\xb6\x9a\xe0\xb7\x9d", 2},
        {"\xe0\xb7\x99\xe0\xb7\x8f\xe0\xb7\x8a", "\xe0\xb7\x9d", 1},  // Sinhala vowel sign in three parts
        {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80", 1},
        {"\xe2\x84\xab", "\xc3\x85", 1},      // Ångström sign
        {"\xe2\x80\x8b", "\xe2\x80\x8b", 1},  // zero-width space is not white space
    };
    for (const auto& c : cases) {
        CAPTURE(c.in);
        std::string text = c.in;
        std::size_t length = 99;
        CHECK(normalise_text(text, false, length) == TextProblem::none);
        CHECK(text == c.out);
        CHECK(length == c.length);
    }
}

TEST_CASE("D-206 control characters are refused, newlines allowed where several lines are") {
    const std::string texts[] = {"a\tb",
                                 std::string("a\0b", 3),
                                 "a\x1b[0m",
                                 "a\x7f"
                                 "b",
                                 "a\xc2\x80"
                                 "b",
                                 "a\rb"};
    for (auto text : texts) {
        CAPTURE(text);
        std::size_t length = 0;
        CHECK(normalise_text(text, false, length) == TextProblem::not_text);
        CHECK(normalise_text(text, true, length) == TextProblem::not_text);
    }
    std::string lines = " one\ntwo\n";
    std::size_t length = 0;
    CHECK(normalise_text(lines, true, length) == TextProblem::none);
    CHECK(lines == "one\ntwo");
    CHECK(length == 7);
    CHECK(normalise_text(lines, false, length) == TextProblem::not_text);
}

TEST_CASE("bytes that are not UTF-8 are not text") {
    for (std::string text : {"\xff", "a\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) {
        CAPTURE(text);
        std::size_t length = 0;
        CHECK_FALSE(is_valid_utf8(text));
        CHECK(normalise_text(text, false, length) == TextProblem::not_text);
    }
    CHECK(is_valid_utf8(""));
    CHECK(is_valid_utf8("\xf4\x8f\xbf\xbf"));
}
