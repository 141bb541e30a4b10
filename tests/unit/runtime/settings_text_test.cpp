#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "runtime/settings.hpp"

using namespace loan_manager::runtime;

TEST_CASE("--help, --version and --settings-markdown win over errors") {
    SettingsTable table("sample", "1.2.3");
    std::string key;
    table.text("KEY", key).required();
    const auto action = [&](std::vector<std::string> arguments) { return table.parse(arguments, {}).value(); };
    CHECK(action({"--help", "--nonsense"}) == ParseAction::help);
    CHECK(action({"-h"}) == ParseAction::help);
    CHECK(action({"--version"}) == ParseAction::version);
    CHECK(action({"--settings-markdown"}) == ParseAction::settings_markdown);
    CHECK(table.version_text() == "sample 1.2.3\n");
}

TEST_CASE("the table documents itself") {
    SettingsTable table("sample", "1.2.3", "What it is.");
    std::string key, format;
    int number = 0;
    table.group("First");
    table.text("LOG_FORMAT", format).default_value("json").one_of({"json", "a|b"}).help("How lines look.");
    table.number("NUMBER", number).default_value(7).range(1, 9).help("A number.");
    table.group("Second");
    table.text("KEY", key).required().secret().help("A key.");

    CHECK(table.markdown() ==
          "## sample\n\nWhat it is.\n\n"
          "### First\n\n| setting | default | allowed | meaning |\n|---|---|---|---|\n"
          "| `LOG_FORMAT` | `json` | one of json, a\\|b | How lines look. |\n"
          "| `NUMBER` | `7` | a whole number from 1 to 9 | A number. |\n"
          "\n### Second\n\n| setting | default | allowed | meaning |\n|---|---|---|---|\n"
          "| `KEY` | required | a text | A key. Secret: give it as a file. |\n");

    const std::string help = table.help_text();
    CHECK(help.find("--log-format <text>  (LOG_FORMAT)\n      How lines look. Default: json.") != std::string::npos);
    CHECK(help.find("Second\n  --key <text>  (KEY)") != std::string::npos);
}

TEST_CASE("what was given cannot garble the error") {
    SettingsErrors errors;
    errors.add({"PORT", "1\n\x1b[31m" + std::string(500, 'x'), "must be a number", "environment"});
    const std::string text = errors.text();
    CHECK(text.find("\"1??[31mxxx") != std::string::npos);
    CHECK(text.size() < 250);
}
