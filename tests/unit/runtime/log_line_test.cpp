#include "runtime/log_line.hpp"

#include <doctest/doctest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <limits>
#include <string>

using namespace loan_manager::runtime::log;

namespace {

const std::chrono::system_clock::time_point at{std::chrono::milliseconds{1767323045006}};

std::string json(std::string_view message, Fields fields = {}) {
    return format_json({at, Level::info, "fleet", message, fields});
}

}  // namespace

TEST_CASE("a line of JSON carries typed fields") {
    CHECK(json("procured", {{"bike_id", "b1"},
                            {"count", 3},
                            {"big", std::numeric_limits<std::uint64_t>::max()},
                            {"share", 0.5},
                            {"replayed", true},
                            {"nothing", std::numeric_limits<double>::quiet_NaN()}}) ==
          R"({"ts":"2026-01-02T03:04:05.006Z","level":"info","service":"fleet","message":"procured","bike_id":"b1",)"
          R"("count":3,"big":18446744073709551615,"share":0.5,"replayed":true,"nothing":null})"
          "\n");
}

TEST_CASE("nothing a client sends can forge or break a line") {
    const std::string hostile = std::string("a\"b\\c\nd\re\tf\0g", 13) + "\x7f\x1b[2J";
    const std::string line = json(hostile, {{"k\"ey", hostile}});
    CHECK(line.find('\n') == line.size() - 1);
    const auto value = boost::json::parse(line);
    CHECK(value.at("message").as_string() == hostile);
    CHECK(value.at("k\"ey").as_string() == hostile);
}

TEST_CASE("invalid UTF-8 is replaced, valid UTF-8 is kept") {
    const std::string replacement = "\xef\xbf\xbd";
    const auto message = [](std::string_view text) {
        return std::string(boost::json::parse(json(text)).at("message").as_string());
    };
    CHECK(message("කොළඹ 🚲") == "කොළඹ 🚲");
    CHECK(message("a\xff\x62") == "a" + replacement + "b");
    CHECK(message("\xc0\xaf") == replacement + replacement);                    // overlong
    CHECK(message("\xed\xa0\x80") == replacement + replacement + replacement);  // surrogate
    CHECK(message("\xf4\x90\x80\x80").size() == 4 * replacement.size());        // beyond U+10FFFF
    CHECK(message("\xe2\x82") == replacement + replacement);                    // cut off
}

TEST_CASE("very long texts are cut") {
    const std::string line = json(std::string(1'000'000, 'x'), {{"body", std::string(1'000'000, '\xff')}});
    CHECK(line.size() < 40'000);
    CHECK_NOTHROW(boost::json::parse(line));
}

TEST_CASE("texts under a secret's name are masked") {
    const std::string line = json("login", {{"password", "hunter2"},
                                            {"Authorization", "Bearer hunter2"},
                                            {"refresh_token", "hunter2"},
                                            {"tokens_revoked", 2}});
    CHECK(line.find("hunter2") == std::string::npos);
    CHECK(line.find(R"("tokens_revoked":2)") != std::string::npos);
}

TEST_CASE("a field cannot pass for the line's own") {
    const auto value = boost::json::parse(json("m", {{"level", "error"}, {"message", "other"}}));
    CHECK(value.at("level").as_string() == "info");
    CHECK(value.at("level_").as_string() == "error");
}

TEST_CASE("lines for a console are readable and stay one line") {
    const Fields fields = {{"id", "b1"}, {"name", "two words\n"}, {"empty", ""}, {"n", -1}};
    CHECK(format_console({at, Level::warning, "fleet", "slow\nquery", fields}) ==
          "2026-01-02T03:04:05.006Z WARNING fleet: slow\\nquery id=b1 name=\"two words\\n\" empty=\"\" n=-1\n");
}
