#include "runtime/settings.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "child_process.hpp"
#include "runtime/common_settings.hpp"
#include "runtime/loops.hpp"

using namespace loan_manager::runtime;
using loan_manager::testing::TemporaryDirectory;
using loan_manager::testing::write_text;

namespace {

/// One setting of each kind.
struct Sample {
    std::uint16_t port = 0;
    std::int64_t offset = 0;
    double ratio = 0;
    bool debug = false;
    std::string level;
    std::string key;
    std::chrono::milliseconds pause{0};
    std::chrono::minutes expiry{0};
    std::vector<std::string> origins;
    std::string url;
    SettingsTable table{"sample", "1.2.3", "A sample."};

    Sample() {
        table.number("PORT", port).default_value(8000);
        table.number("OFFSET", offset).default_value(-5).range(-10, 10);
        table.decimal("RATIO", ratio).default_value("0.5").range(0, 1);
        table.flag("DEBUG", debug).default_value("false");
        table.text("LOG_LEVEL", level).default_value("info").one_of({"debug", "info", "EdDSA"});
        table.text("SECRET_KEY", key).secret().min_length(8);
        table.duration("PAUSE", pause).default_value("250ms").range(0, 60'000);
        table.minutes("EXPIRY_MINUTES", expiry).default_value(30).range(1, 60);
        table.list("CORS_ORIGINS", origins).default_value("[]");
        table.database_url("DATABASE_URL", url).default_value("postgresql://localhost/x");
    }

    auto parse(const std::vector<std::string>& arguments, const Environment& environment = {}) {
        return table.parse(arguments, environment);
    }
};

}  // namespace

TEST_CASE("settings have their defaults when nothing is given") {
    Sample sample;
    REQUIRE(sample.parse({}).has_value());
    CHECK(sample.port == 8000);
    CHECK(sample.offset == -5);
    CHECK(sample.ratio == 0.5);
    CHECK_FALSE(sample.debug);
    CHECK(sample.level == "info");
    CHECK(sample.key.empty());
    CHECK(sample.pause == std::chrono::milliseconds{250});
    CHECK(sample.expiry == std::chrono::minutes{30});
    CHECK(sample.origins.empty());
}

TEST_CASE("every kind of setting is read from the environment") {
    Sample sample;
    REQUIRE(sample
                .parse({}, {{"PORT", "0"},
                            {"OFFSET", "10"},
                            {"RATIO", "0.25"},
                            {"DEBUG", "True"},
                            {"LOG_LEVEL", "DEBUG"},
                            {"SECRET_KEY", "abcdefgh"},
                            {"PAUSE", "1m"},
                            {"EXPIRY_MINUTES", "5"},
                            {"CORS_ORIGINS", R"(["https://x.lk", "https://y.lk"])"},
                            {"DATABASE_URL", "postgres://u:p@h/d"}})
                .has_value());
    CHECK(sample.port == 0);
    CHECK(sample.offset == 10);
    CHECK(sample.ratio == 0.25);
    CHECK(sample.debug);
    CHECK(sample.level == "debug");
    CHECK(sample.key == "abcdefgh");
    CHECK(sample.pause == std::chrono::seconds{60});
    CHECK(sample.expiry == std::chrono::minutes{5});
    CHECK(sample.origins == std::vector<std::string>{"https://x.lk", "https://y.lk"});
    CHECK(sample.url == "postgresql://u:p@h/d");
}

TEST_CASE("flags come in both forms") {
    Sample sample;
    REQUIRE(sample.parse({"--port", "81", "--log-level=eddsa", "--debug", "--offset", "-3"}).has_value());
    CHECK(sample.port == 81);
    CHECK(sample.level == "EdDSA");
    CHECK(sample.debug);
    CHECK(sample.offset == -3);
    REQUIRE(sample.parse({"--debug", "false", "--port=82"}).has_value());
    CHECK_FALSE(sample.debug);
    CHECK(sample.port == 82);
}

TEST_CASE("an empty environment variable counts as not given") {
    Sample sample;
    REQUIRE(sample.parse({}, {{"PORT", ""}, {"LOG_LEVEL", ""}}).has_value());
    CHECK(sample.port == 8000);
}

TEST_CASE("a value comes from flag, credential, file, environment, in this order") {
    const TemporaryDirectory directory;
    write_text(directory / "SECRET_KEY", "from-credential\n");
    write_text(directory / "other", "from-file\r\n");
    const std::string file = (directory / "other").string();
    Sample sample;
    Environment environment{{"SECRET_KEY", "from-environment"}};
    REQUIRE(sample.parse({}, environment).has_value());
    CHECK(sample.key == "from-environment");
    environment.emplace("SECRET_KEY_FILE", file);
    REQUIRE(sample.parse({}, environment).has_value());
    CHECK(sample.key == "from-file");
    environment.emplace("CREDENTIALS_DIRECTORY", directory.path().string());
    REQUIRE(sample.parse({}, environment).has_value());
    CHECK(sample.key == "from-credential");
    REQUIRE(sample.parse({"--secret-key-file", file}, environment).has_value());
    CHECK(sample.key == "from-file");
    REQUIRE(sample.parse({"--secret-key", "from-flag", "--secret-key-file", file}, environment).has_value());
    CHECK(sample.key == "from-flag");
}

TEST_CASE("all bad settings are reported at once, secrets masked") {
    Sample sample;
    const auto result =
        sample.parse({"--prot", "--port=80000", "word"}, {{"OFFSET", "11"},
                                                          {"RATIO", "nan"},
                                                          {"DEBUG", "maybe"},
                                                          {"LOG_LEVEL", "loud"},
                                                          {"SECRET_KEY", "hunter2"},
                                                          {"PAUSE", "61s"},
                                                          {"EXPIRY_MINUTES", "5m"},
                                                          {"CORS_ORIGINS", "[1]"},
                                                          {"DATABASE_URL", "mysql://root:hunter2@h/d"}});
    REQUIRE(result.has_error());
    CHECK(result.error().issues().size() == 12);
    const std::string text = result.error().text();
    for (const char* part : {
             "--prot: is not a known flag",
             "word: is not expected here",
             R"(PORT = "80000" (from --port): must be a whole number from 0 to 65535)",
             R"(OFFSET = "11" (from environment): must be a whole number from -10 to 10)",
             R"(RATIO = "nan")",
             R"(DEBUG = "maybe" (from environment): must be true or false)",
             R"(LOG_LEVEL = "loud" (from environment): must be one of debug, info, EdDSA)",
             R"(SECRET_KEY = "***" (from environment): must be at least 8 bytes long)",
             "PAUSE = \"61s\" (from environment): must be a duration such as 500ms, 30s, 5m, 1h or 7d, from 0ms to "
             "60000ms",
             R"(EXPIRY_MINUTES = "5m")",
             "must be a JSON list of texts",
             "DATABASE_URL = \"***\" (from environment): must look like postgresql://",
         }) {
        CAPTURE(part);
        CHECK(text.find(part) != std::string::npos);
    }
    CHECK(text.find("hunter2") == std::string::npos);
}

TEST_CASE("numbers are whole texts") {
    for (const char* bad : {"", " 1", "1 ", "+1", "0x10", "1.0", "65536", "-1", "99999999999999999999", "٣"}) {
        Sample sample;
        CAPTURE(bad);
        CHECK(sample.parse({std::string("--port=") + bad}).has_error());
    }
}

TEST_CASE("every event loop has three connections to the database, or the service does not start") {
    CommonSettings settings;
    DatabaseSettings database;
    SettingsTable table("sample");
    add_common_settings(table, settings, CommonDefaults{});
    add_database_settings(table, database);
    share_connections(table, settings, database);
    const std::string url = "--database-url=postgresql://x@127.0.0.1/x";
    // By itself, whatever this machine has.
    for (const auto& [connections, most_loops] : {std::pair{"3", 1u}, {"5", 1u}, {"6", 2u}, {"1000", 333u}}) {
        REQUIRE(table.parse(std::vector<std::string>{url, "--db-pool-size", connections}, {}).has_value());
        CHECK(settings.threads == std::min<std::size_t>(one_per_processor(), most_loops));
    }
    CHECK(table.parse(std::vector<std::string>{url, "--threads=4", "--db-pool-size=12"}, {}).has_value());
    CHECK(settings.threads == 4);
    const auto refused = [&](std::vector<std::string> arguments) {
        arguments.push_back(url);
        const auto result = table.parse(arguments, {});
        return result.has_error() ? result.error().text() : "";
    };
    CHECK(refused({"--threads=4", "--db-pool-size=11"}) ==
          "  DB_POOL_SIZE = \"11\" (from --db-pool-size): must be 12 or more for 4 event loops (THREADS), three "
          "connections for "
          "each\n");
    CHECK(refused({"--threads=8"}) ==
          "  DB_POOL_SIZE: must be 24 or more for 8 event loops (THREADS), three connections for each\n");
    CHECK(refused({"--db-pool-size=2"}) ==
          "  DB_POOL_SIZE = \"2\" (from --db-pool-size): must be a whole number from 3 to 1000\n");
}

TEST_CASE("lists are strict JSON") {
    for (const char* bad : {"", "x", "[", R"(["a",])", R"(["a"] x)", R"({"a":1})", R"("a")", "null", "[null]"}) {
        Sample sample;
        CAPTURE(bad);
        CHECK(sample.parse({std::string("--cors-origins=") + bad}).has_error());
    }
}

TEST_CASE("a file that cannot be read is an error naming the setting") {
    Sample sample;
    const auto result = sample.parse({}, {{"SECRET_KEY_FILE", "/nowhere/key"}, {"SECRET_KEY", "from-environment"}});
    REQUIRE(result.has_error());
    CHECK(result.error().text() == "  SECRET_KEY: cannot read /nowhere/key: No such file or directory\n");
    CHECK(sample.parse({"--secret-key-file", "/"}).has_error());
}

TEST_CASE("a required setting that is missing says how to give it") {
    SettingsTable table("sample");
    std::string key;
    table.text("JWT_SECRET_KEY", key).required().secret();
    const auto result = table.parse(std::vector<std::string>{}, {});
    REQUIRE(result.has_error());
    CHECK(result.error().text() ==
          "  JWT_SECRET_KEY: is required: set JWT_SECRET_KEY, JWT_SECRET_KEY_FILE or --jwt-secret-key\n");
}

TEST_CASE("a rule between settings is checked when each is good by itself") {
    std::string algorithm, key;
    SettingsTable table("sample");
    table.text("ALGORITHM", algorithm).default_value("EdDSA").one_of({"EdDSA", "HS256"});
    table.text("JWT_SECRET_KEY", key).secret();
    table.rule([&](SettingsErrors& errors) {
        if (algorithm == "HS256" && key.empty()) {
            errors.add("JWT_SECRET_KEY", "is required when ALGORITHM is HS256");
        }
    });
    CHECK(table.parse(std::vector<std::string>{}, {}).has_value());
    const auto result = table.parse(std::vector<std::string>{"--algorithm=HS256"}, {});
    REQUIRE(result.has_error());
    CHECK(result.error().text() == "  JWT_SECRET_KEY: is required when ALGORITHM is HS256\n");
}

TEST_CASE("words are collected when the program takes some") {
    SettingsTable table("sample");
    std::vector<std::string> words;
    bool dry = false;
    table.flag("DRY_RUN", dry).default_value("false");
    table.positionals(words, "What to do.");
    REQUIRE(table.parse(std::vector<std::string>{"refresh", "--dry-run", "--", "--all"}, {}).has_value());
    CHECK(dry);
    CHECK(words == std::vector<std::string>{"refresh", "--all"});
}

TEST_CASE("a flag without its value is an error") {
    Sample sample;
    CHECK(sample.parse({"--port"}).error().text() == "  --port: needs a value\n");
}

TEST_CASE("the log level of the deployment guide is understood") {
    CommonSettings common;
    SettingsTable table("sample");
    add_common_settings(table, common, {.port = 8000, .admin_port = 9100});
    REQUIRE(table.parse(std::vector<std::string>{}, {{"LOG_LEVEL", "INFO"}, {"DEBUG", "false"}}).has_value());
    CHECK(log_options(common, "x").level == log::Level::info);
    CHECK(common.port == 8000);
    CHECK(common.admin_port == 9100);
    CHECK(common.admin_host == "127.0.0.1");
    REQUIRE(table.parse(std::vector<std::string>{}, {{"LOG_LEVEL", "ERROR"}, {"DEBUG", "true"}}).has_value());
    CHECK(log_options(common, "x").level == log::Level::debug);
}

TEST_CASE("a default that breaks its own constraint is a bug that shows at once") {
    SettingsTable table("sample");
    int number = 0;
    table.number("NUMBER", number).default_value(0).range(1, 2);
    CHECK_THROWS_AS(table.parse(std::vector<std::string>{}, {}).has_value(), std::logic_error);
    CHECK_THROWS_AS(table.number("NUMBER", number), std::logic_error);
}
