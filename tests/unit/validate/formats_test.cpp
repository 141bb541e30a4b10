#include "validate/formats.hpp"
#include "testing/error_codes.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace loan_manager::validate;

namespace {

struct Case {
    std::string in;
    // Stored form; or the issue, when `good` is false.
    std::string out;
    bool good = true;
};

template <class Check>
void run(const std::vector<Case>& cases, Check check) {
    for (const auto& c : cases) {
        CAPTURE(c.in);
        std::string text = c.in;
        const auto issue = check(text);
        if (c.good) {
            CHECK(issue == "");
            CHECK(text == c.out);
        } else {
            CHECK(issue == c.out);
        }
    }
}

}  // namespace

TEST_CASE("D-203 UUIDs are stored in lower case") {
    run({{"0198c5a0-7c1e-7f3a-9b1d-2f6f0c5d8e11", "0198c5a0-7c1e-7f3a-9b1d-2f6f0c5d8e11"},
         {"0198C5A0-7C1E-7F3A-9B1D-2F6F0C5D8E11", "0198c5a0-7c1e-7f3a-9b1d-2f6f0c5d8e11"},
         {"0198c5a07c1e7f3a9b1d2f6f0c5d8e11", "format", false},
         {"{0198c5a0-7c1e-7f3a-9b1d-2f6f0c5d8e11}", "format", false},
         {"0198c5a0-7c1e-7f3a-9b1d-2f6f0c5d8e1g", "format", false},
         {"0198c5a0-7c1e-7f3a-9b1d_2f6f0c5d8e11", "format", false},
         {"", "format", false}},
        check_uuid);
}

TEST_CASE("D-203 a company or branch is named by UUID or code") {
    run({{"WW", "WW"},
         {"ABCDEFGHIJ", "ABCDEFGHIJ"},
         {"0198C5A0-7C1E-7F3A-9B1D-2F6F0C5D8E11", "0198c5a0-7c1e-7f3a-9b1d-2f6f0c5d8e11"},
         {"W", "format", false},
         {"ww", "format", false},
         {"W1", "format", false},
         {"ABCDEFGHIJK", "format", false},
         {"WW' OR 1=1", "format", false}},
        check_uuid_or_code);
}

TEST_CASE("D-204 dates exist in the calendar") {
    run({{"2026-03-01", "2026-03-01"},
         {"2024-02-29", "2024-02-29"},
         {"0001-01-01", "0001-01-01"},
         {"9999-12-31", "9999-12-31"},
         {"2026-02-29", "format", false},
         {"1900-02-29", "format", false},
         {"2026-13-01", "format", false},
         {"2026-00-01", "format", false},
         {"2026-04-31", "format", false},
         {"2026-04-00", "format", false},
         {"0000-01-01", "format", false},
         {"2026-3-1", "format", false},
         {"2026/03/01", "format", false},
         {"2026-03-01T00:00:00Z", "format", false},
         {"-026-03-01", "format", false}},
        check_date);
    run({{"2026-03", "2026-03"},
         {"2026-13", "format", false},
         {"2026-3", "format", false},
         {"2026-03-01", "format", false},
         {"", "format", false}},
        check_month);
}

TEST_CASE("D-201 money has two decimals when stored") {
    const auto any = [](std::string& text) { return check_money(text, false); };
    run({{"185000", "185000.00"},
         {"185000.5", "185000.50"},
         {"185000.50", "185000.50"},
         {"0", "0.00"},
         {"-0", "out_of_range", false},
         {"-0.00", "out_of_range", false},
         {"007", "7.00"},
         {"000000000000.10", "0.10"},
         {"0000000000000.10", "out_of_range", false},  // thirteen digits are thirteen digits
         {"999999999999.99", "999999999999.99"},
         {"1000000000000", "out_of_range", false},
         {"1234567890123456789", "out_of_range", false},
         {" 10", "format", false},
         {"10 ", "format", false},
         {"10\n", "format", false},
         {"\u200B10", "format", false},
         {"10\u00A0", "format", false},
         {"1\u066B5", "format", false},
         {"\uFF11\uFF10", "format", false},
         {"0x10", "format", false},
         {"1E3", "format", false},
         {"Infinity", "format", false},
         {"", "format", false},
         {"-", "format", false},
         {"1.5.", "format", false},
         {"1..5", "format", false},
         {std::string(1000, '9'), "format", false},
         {"-1", "out_of_range", false},
         {"1.234", "format", false},
         {"1.", "format", false},
         {".5", "format", false},
         {"1,000", "format", false},
         {"1e3", "format", false},
         {"+1", "format", false},
         {"--1", "format", false},
         {"LKR 5", "format", false},
         {"\xd9\xa1", "format", false}},
        any);
    const auto positive = [](std::string& text) { return check_money(text, true); };
    run({{"0.01", "0.01"},
         {"0", "out_of_range", false},
         {"0.00", "out_of_range", false},
         {"-0", "out_of_range", false}},
        positive);
}

TEST_CASE("D-201 a profit may be below zero, but there is no negative zero") {
    run({{"-5000", "-5000.00"},
         {"-0.01", "-0.01"},
         {"0", "0.00"},
         {"12.5", "12.50"},
         {"-999999999999.99", "-999999999999.99"},
         {"-1000000000000", "out_of_range", false},
         {"-0", "format", false},
         {"-0.00", "format", false},
         {"--1", "format", false},
         {"- 1", "format", false},
         {" -1", "format", false},
         {"+1", "format", false},
         {"1e3", "format", false}},
        check_signed_money);
}

TEST_CASE("D-201 quantities have up to eight digits and two decimals") {
    run({{"1", "1.00"},
         {"0.5", "0.50"},
         {"99999999.99", "99999999.99"},
         {"100000000", "format", false},
         {"-1", "format", false},
         {"-0", "format", false},
         {" 1", "format", false},
         {"1e1", "format", false},
         {"1.005", "format", false},
         {"\u0661", "format", false}},
        check_quantity);
}

TEST_CASE("percentages are between 0 and 100") {
    run({{"0", "0.00"},
         {"-0", "out_of_range", false},
         {"-0.00", "out_of_range", false},
         {" 10", "format", false},
         {"10 ", "format", false},
         {"1e1", "format", false},
         {"\uFF15", "format", false},
         {"1234567890123", "out_of_range", false},
         {"12.5", "12.50"},
         {"100", "100.00"},
         {"100.00", "100.00"},
         {"100.01", "out_of_range", false},
         {"101", "out_of_range", false},
         {"-1", "out_of_range", false},
         {"1.234", "format", false},
         {"5%", "format", false}},
        check_percent);
}

TEST_CASE("D-209 phone numbers are stored as E.164") {
    run({{"0771234567", "+94771234567"},
         {"+94771234567", "+94771234567"},
         {"+12345678", "+12345678"},
         {"+123456789012345", "+123456789012345"},
         {"+940771234567", "format", false},
         {"+9477123456", "format", false},
         {"+947712345678", "format", false},
         {"+94071234567", "format", false},
         {"0071234567", "format", false},
         {"+0771234567", "format", false},
         {"0\uFF17\uFF17\uFF11\uFF12\uFF13\uFF14\uFF15\uFF16\uFF17", "format", false},
         {"0771234567\u200B", "format", false},
         {"+1234567", "format", false},
         {"+1234567890123456", "format", false},
         {"077123456", "format", false},
         {"07712345678", "format", false},
         {"1771234567", "format", false},
         {"077 123 4567", "format", false},
         {"+94 771234567", "format", false},
         {"+", "format", false}},
        check_phone);
}

TEST_CASE("D-209 an e-mail address has exactly one @") {
    run({{"a@b", "a@b"},
         {"Name.Last+tag@example.lk", "Name.Last+tag@example.lk"},
         {"a@b@c", "format", false},
         {"ab", "format", false},
         {"@b", "format", false},
         {"a@", "format", false},
         {"a b@c", "format", false},
         {"a\u00A0b@c", "format", false},
         {"a@\u200Bb", "format", false},
         {"\u3164@b", "format", false},
         {std::string(198, 'x') + "@y", std::string(198, 'x') + "@y"},
         {std::string(199, 'x') + "@y", "too_long", false}},
        check_email);
}

TEST_CASE("D-209 identity cards and passports are stored in upper case") {
    run({{"853400937V", "853400937V"},
         {"853400937v", "853400937V"},
         {"853400937x", "853400937X"},
         {"198534000937", "198534000937"},
         {"N1234567", "N1234567"},
         {"n1234567", "N1234567"},
         {"ABCDEF", "ABCDEF"},
         {"12345A", "12345A"},
         {"A12345678901", "A12345678901"},
         {"", "format", false},
         {"853400937", "format", false},
         {"1234567890", "format", false},
         {"12345678901", "format", false},
         {"1985340009371", "format", false},
         {"A1234", "format", false},
         {"A123456789012", "format", false},
         {"85340 0937V", "format", false},
         {"853400937-V", "format", false},
         {"N123456\xc3\xa9", "format", false}},
        check_nic);
}
