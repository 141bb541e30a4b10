#include "tools/program.hpp"

#include <doctest/doctest.h>

#include "tools/support/exit_code.hpp"
#include "tools/support/settings.hpp"

using namespace loan_manager::ctl;

namespace {

Command parse(std::vector<std::string> words) { return parse_command_line(words); }

/// The exit code with which a command line is refused; 0 if it is not.
int refused(std::vector<std::string> words) {
    try {
        static_cast<void>(parse_command_line(words));
        return 0;
    } catch (const Failure& failure) {
        return failure.code();
    }
}

}  // namespace

TEST_CASE("refresh takes all views or some") {
    const auto all = std::get<Refresh>(parse({"refresh", "--all"}));
    CHECK(all.views.empty());
    CHECK(all.timeout == std::chrono::seconds{600});
    const auto some = std::get<Refresh>(
        parse({"refresh", "--view", "a", "--view=b", "--address", "unix:/run/x", "--timeout", "5", "--nightly"}));
    CHECK(some.views == std::vector<std::string>{"a", "b"});
    CHECK(some.address == "unix:/run/x");
    CHECK(some.timeout == std::chrono::seconds{5});
    CHECK(some.nightly);
    CHECK(refused({"refresh"}) == exit_usage);
    CHECK(refused({"refresh", "--all", "--view", "a"}) == exit_usage);
    CHECK(refused({"refresh", "--all", "--timeout", "0"}) == exit_usage);
    CHECK(refused({"refresh", "--all", "--timeout", "soon"}) == exit_usage);
    CHECK(refused({"refresh", "--all", "extra"}) == exit_usage);
    CHECK(refused({"refresh", "--everything"}) == exit_usage);
}

TEST_CASE("the other commands") {
    CHECK(std::get<Check>(parse({"check", "--json"})).json);
    const std::string hash(64, 'a');
    const auto verify = std::get<AuditVerify>(parse({"audit", "verify", "--json", "--head", "4711:" + hash}));
    CHECK(verify.json);
    CHECK(verify.head->position == 4711);
    CHECK(verify.head->hash == hash);
    CHECK_FALSE(std::get<AuditVerify>(parse({"audit", "verify"})).head.has_value());
    CHECK(verify.logs.empty());
    CHECK(std::get<AuditVerify>(parse({"audit", "verify", "--log", "a", "--log", "-"})).logs ==
          std::vector<std::string>{"a", "-"});
    CHECK(std::get<Check>(parse({"check", "--log", "a"})).logs == std::vector<std::string>{"a"});
    const std::vector<std::string> wrong{"4711", ":" + hash, "4711:" + hash + "a", "x:" + hash,
                                         "1:" + std::string(64, 'X')};
    for (const std::string& head : wrong) {
        CHECK(refused({"audit", "verify", "--head", head}) == exit_usage);
    }
    CHECK(refused({"audit"}) == exit_usage);
    CHECK(std::get<Migrate>(parse({"migrate", "--directory", "/x"})).directory == "/x");
    CHECK(std::get<SeedBase>(parse({"seed", "base", "--database-url", "u"})).database_url == "u");
    CHECK(std::get<SeedDemo>(parse({"seed", "demo", "--passwords-file", "p"})).passwords_file == "p");
    CHECK(refused({"seed", "demo"}) == exit_usage);
    CHECK(refused({"seed"}) == exit_usage);
    CHECK(refused({"seed", "everything"}) == exit_usage);
    const auto user = std::get<UserCreate>(parse({"user", "create", "--username", "x", "--role", "sales_agent",
                                                  "--branch", "WW", "--branch", "MO", "--company", "MA"}));
    CHECK(user.roles == std::vector<std::string>{"sales_agent"});
    CHECK(user.branches == std::vector<std::string>{"WW", "MO"});
    CHECK(user.companies == std::vector<std::string>{"MA"});
    CHECK(std::get<UserCreate>(parse({"user", "create", "--username", "x", "--first-admin"})).roles ==
          std::vector<std::string>{"admin"});
    CHECK(refused({"user", "create", "--username", "x"}) == exit_usage);
    CHECK(refused({"user", "create", "--username", "x", "--role", "viewer", "--first-admin"}) == exit_usage);
    CHECK(std::get<UserResetPassword>(parse({"user", "reset-password", "--username", "x"})).username == "x");
}

TEST_CASE("help is everywhere, and names the exit codes") {
    const std::vector<std::vector<std::string>> asked{{"--help"},
                                                      {"help"},
                                                      {"refresh", "--help"},
                                                      {"migrate", "-h"},
                                                      {"check", "--help"},
                                                      {"audit", "verify", "--help"},
                                                      {"audit", "-h"},
                                                      {"seed", "base", "-h"},
                                                      {"seed", "demo", "--help"},
                                                      {"user", "create", "--help"},
                                                      {"user", "reset-password", "-h"}};
    for (const std::vector<std::string>& words : asked) {
        const auto text = std::get<ShowText>(parse(words)).text;
        CHECK(text.find("Exit codes: 0 done") != std::string::npos);
        CHECK(text.find("Usage: loan-managerctl") != std::string::npos);
    }
    CHECK(std::get<ShowText>(parse({"--version"})).text.starts_with("loan-managerctl "));
    const auto overview = std::get<ShowText>(parse({"help"})).text;
    for (const char* command : {"refresh ", "migrate ", "check ", "audit verify ", "seed base ", "seed demo ",
                                "user create ", "user reset-password "}) {
        CHECK(overview.find(std::string("\n  ") + command) != std::string::npos);
    }
    CHECK(overview == std::get<ShowText>(parse({"--help"})).text);
    CHECK(refused({}) == exit_usage);
    CHECK(refused({"dance"}) == exit_usage);
    CHECK(refused({"audit", "dance"}) == exit_usage);
}

TEST_CASE("settings come from a few variables and nothing else") {
    const Settings settings = read_settings({{"DATABASE_URL", "postgresql+asyncpg://u@h/d"}, {"PORT", "nonsense"}});
    CHECK(settings.database_url == "postgresql://u@h/d");
    CHECK(settings.lifecycle.address == "unix:/run/loan-manager/lifecycle-refresher");
    CHECK(database_url(settings, "") == "postgresql://u@h/d");
    CHECK(database_url(settings, "postgres://x@y/z") == "postgresql://x@y/z");
    CHECK_THROWS_AS(database_url(Settings(), ""), Failure);
    CHECK_THROWS_AS(database_url(Settings(), "mysql://x"), Failure);
}
