#include "validate/text.hpp"

#include <doctest/doctest.h>

#include <string>

#include "validate/unicode.hpp"

using namespace loan_manager::validate;

namespace {

TextProblem normalise(std::string& text, bool multiline, std::size_t& length, std::size_t limit = 1000) {
    return normalise_text(text, TextRules{TextLimit{limit}, multiline}, length);
}

std::string repeat(std::string_view piece, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i) text += piece;
    return text;
}

}  // namespace

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
        {"\xe2\x84\xab", "\xc3\x85", 1},        // Ångström sign
        {"a\xe2\x80\x8b", "a\xe2\x80\x8b", 2},  // zero-width space is not white space
    };
    for (const auto& c : cases) {
        CAPTURE(c.in);
        std::string text = c.in;
        std::size_t length = 99;
        CHECK(normalise(text, false, length) == TextProblem::none);
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
        CHECK(normalise(text, false, length) == TextProblem::not_text);
        CHECK(normalise(text, true, length) == TextProblem::not_text);
    }
    std::string lines = " one\ntwo\n";
    std::size_t length = 0;
    CHECK(normalise(lines, true, length) == TextProblem::none);
    CHECK(lines == "one\ntwo");
    CHECK(length == 7);
    CHECK(normalise(lines, false, length) == TextProblem::not_text);
}

TEST_CASE("bytes that are not UTF-8 are not text") {
    for (std::string text : {"\xff", "a\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) {
        CAPTURE(text);
        std::size_t length = 0;
        CHECK_FALSE(is_valid_utf8(text));
        CHECK(normalise(text, false, length) == TextProblem::not_text);
    }
    CHECK(is_valid_utf8(""));
    CHECK(is_valid_utf8("\xf4\x8f\xbf\xbf"));
}

TEST_CASE("D-206 CRLF is a newline where newlines are allowed, and refused elsewhere") {
    std::string text = "one\r\ntwo\r\n\r\nthree\r\n";
    std::size_t length = 0;
    CHECK(normalise(text, true, length) == TextProblem::none);
    CHECK(text == "one\ntwo\n\nthree");
    CHECK(length == 14);
    for (std::string refused : {"a\r\nb", "a\nb", "a\rb"})
        CHECK(normalise(refused, false, length) == TextProblem::not_text);
    for (std::string refused : {"a\rb", "a\r\r\nb", "a\n\rb"}) {
        CHECK(normalise(refused, true, length) == TextProblem::not_text);
    }
}

TEST_CASE("D-206 text that shows nothing is empty") {
    for (const char* invisible : {
             "\u200B",     "\u200C", "\u200D",     "\u200E",     "\u200F",     "\u2060",     "\u2061",     "\u2064",
             "\uFEFF",     "\u00AD", "\u034F",     "\u061C",     "\u115F",     "\u1160",     "\u17B4",     "\u17B5",
             "\u180B",     "\u180E", "\u2800",     "\u3164",     "\uFE00",     "\uFE0F",     "\uFFA0",     "\uFFF9",
             "\uFFFB",     "\uFFFE", "\U0001BCA0", "\U0001D159", "\U0001D173", "\U000E0001", "\U000E0041", "\U000E007F",
             "\U000E0100", "\u2028", "\u3000",     "\u00A0",     "\u206A",
         }) {
        CAPTURE(invisible);
        for (const std::string& text : {std::string(invisible), " " + std::string(invisible) + " ",
                                        repeat(invisible, 12), invisible + std::string("\u200B\u3164")}) {
            std::string seen = text;
            std::size_t length = 9;
            CHECK(normalise(seen, false, length) == TextProblem::none);
            CHECK(seen.empty());
            CHECK(length == 0);
        }
        std::string name = std::string(invisible) + "a";
        std::size_t length = 0;
        CHECK(normalise(name, true, length) == TextProblem::none);
        CHECK_FALSE(name.empty());
    }
}

TEST_CASE("D-206 bidirectional overrides are refused, direction marks are not") {
    for (const char* refused :
         {"\u202A", "\u202B", "\u202C", "\u202D", "\u202E", "\u2066", "\u2067", "\u2068", "\u2069"}) {
        std::string text = std::string("a") + refused + "b";
        std::size_t length = 0;
        CHECK(normalise(text, false, length) == TextProblem::not_text);
        CHECK(normalise(text, true, length) == TextProblem::not_text);
    }
    std::string marked = "a\u200Eb\u200F";
    std::size_t length = 0;
    CHECK(normalise(marked, false, length) == TextProblem::none);
    CHECK(length == 4);
}

TEST_CASE("D-206 length is that of the composed text, however it is typed") {
    // Vietnamese and Hangul typed decomposed: five and nine bytes a letter.
    for (const char* letter : {"e\u0302\u0301", "\u1112\u1161\u11AB"}) {
        std::string text = repeat(letter, 100);
        std::size_t length = 0;
        CHECK(normalise(text, false, length, 100) == TextProblem::none);
        CHECK(length == 100);
        text = repeat(letter, 101);
        CHECK(normalise(text, false, length, 100) == TextProblem::too_long);
    }
}

TEST_CASE("a run of more than thirty marks is no text") {
    std::size_t length = 0;
    std::string bounded = "a" + repeat("\u0316\u0301", 15);
    CHECK(normalise(bounded, false, length) == TextProblem::none);
    std::string unbounded = "a" + repeat("\u0316\u0301", 15) + "\u0316";
    CHECK(normalise(unbounded, false, length) == TextProblem::not_text);
    // Each of these becomes two marks.
    std::string doubled = "a" + repeat("\u0344", 16);
    CHECK(normalise(doubled, false, length) == TextProblem::not_text);
}

TEST_CASE("what is longer than its limit could ever be is not looked at") {
    for (const std::string& huge :
         {std::string(1 << 20, 'a'), std::string(1 << 20, ' '), "a" + repeat("\u0301", 4000) + repeat("\u0316", 4000),
          repeat("\uFDFA", 100'000), repeat("\u200B", 100'000), repeat("\xFF", 100'000), repeat("\r\n", 100'000)}) {
        std::string text = huge;
        std::size_t length = 0;
        const auto before = text_steps();
        CHECK(normalise(text, true, length, 200) == TextProblem::too_long);
        CHECK(text_steps() - before == 0);
        CHECK_FALSE(is_within(huge, TextLimit{200}));
        CHECK(text_steps() - before == 0);
    }
    // The worst that is looked at: thirty marks on each letter, as many as fit.
    std::string worst = repeat("a" + repeat("\u0301\u0316", 15), 52);
    REQUIRE(worst.size() <= TextLimit{200}.bytes());
    const auto before = text_steps();
    std::size_t length = 0;
    normalise(worst, true, length, 200);
    CHECK(text_steps() > before);
    CHECK(text_steps() - before <= 32 * TextLimit{200}.bytes());
}
