#include "validate/readable.hpp"

#include <doctest/doctest.h>

#include <string>

#include "validate/text.hpp"

using loan_manager::validate::is_valid_utf8;
using loan_manager::validate::readable;

TEST_CASE("foreign text stays readable: UTF-8 as it is, anything else marked") {
    CHECK(readable("curl/8.5", 512) == "curl/8.5");
    CHECK(readable("බයිසිකල්/1 Zürich 🏍", 512) == "බයිසිකල්/1 Zürich 🏍");
    CHECK(readable("caf\xe9", 512) == "caf\xef\xbf\xbd");  // Latin-1
    CHECK(readable("a\xc0\xaf"
                   "b",
                   512) ==
          "a\xef\xbf\xbd\xef\xbf\xbd"
          "b");                                                              // overlong
    CHECK(readable("\xed\xa0\x80", 512).find('\xed') == std::string::npos);  // a surrogate
    CHECK(readable("a\tb\r\nc\x7f\xc2\x85", 512) == "a?b??c??");
    CHECK(readable(std::string("a\0b", 3), 512) == "a?b");
    CHECK(readable("", 512).empty());
}

TEST_CASE("the cut falls between code points") {
    CHECK(readable("aé", 2) == "a");
    CHECK(readable("aé", 3) == "aé");
    CHECK(readable("🏍🏍", 7) == "🏍");
    CHECK(readable("\xff", 2).empty());
    CHECK(readable("abc", 0).empty());
    for (std::size_t size = 0; size != 40; ++size) {
        const std::string cut =
            readable("x\xff\xc2\xa9\xf0\x9f\x8f\x8d\xe0\xb6\xb6\x80y" + std::string(9, '\xe0'), size);
        CHECK(cut.size() <= size);
        CHECK(is_valid_utf8(cut));
    }
}
