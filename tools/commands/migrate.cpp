#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <map>

#include "postgres/dsn.hpp"
#include "tools/commands/run.hpp"
#include "tools/support/database.hpp"

namespace loan_manager::ctl {
namespace {

namespace fs = std::filesystem;

fs::path project_directory(const std::string& option) {
    std::error_code ignored;
    std::vector<fs::path> candidates;
    if (!option.empty()) {
        candidates = {option};
    } else {
        const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
        candidates = {program.parent_path().parent_path() / "share/loan-manager/database", LM_DATABASE_SOURCE};
    }
    for (const fs::path& candidate : candidates) {
        if (fs::exists(candidate / "sqitch.plan", ignored)) {
            return candidate;
        }
    }
    throw Failure(exit_usage, "there is no sqitch project (sqitch.plan) in " + candidates.front().string() +
                                  (option.empty() ? "; say where it is with --directory" : ""));
}

/// libpq takes everything from the environment, so that no password appears among the arguments of a process.
void export_connection(const postgres::Dsn& dsn) {
    static const std::map<std::string, const char*, std::less<>> variables{
        {"host", "PGHOST"},       {"hostaddr", "PGHOSTADDR"},      {"port", "PGPORT"},
        {"user", "PGUSER"},       {"password", "PGPASSWORD"},      {"passfile", "PGPASSFILE"},
        {"sslmode", "PGSSLMODE"}, {"sslrootcert", "PGSSLROOTCERT"}};
    for (const auto& [keyword, value] : dsn.entries()) {
        if (const auto variable = variables.find(keyword); variable != variables.end()) {
            ::setenv(variable->second, value.c_str(), 1);
        }
    }
    // sqitch records who deployed; a service account has neither name nor address.
    const char* user = std::getenv("USER");
    const std::string name = user == nullptr ? "loan-managerctl" : user;
    ::setenv("SQITCH_FULLNAME", name.c_str(), 0);
    ::setenv("SQITCH_EMAIL", (name + "@localhost").c_str(), 0);
}

}  // namespace

int run(const Migrate& command, const Settings& settings) {
    const std::string url = database_url(settings, command.database_url);
    const fs::path directory = project_directory(command.directory);
    const postgres::Result<postgres::Dsn> dsn = postgres::Dsn::parse(url);
    if (!dsn) {
        throw Failure(exit_usage, "the database address cannot be read: " + dsn.error().message);
    }
    {
        // Says in one line what sqitch would say in many.
        const Database reachable(url);
    }
    std::cout << "Migrating " << dsn->describe() << std::endl;
    const std::string target = "db:pg:" + std::string(dsn->get("dbname"));

    const pid_t child = ::fork();
    if (child == 0) {
        if (::chdir(directory.c_str()) != 0) {
            ::_exit(126);
        }
        export_connection(*dsn);
        ::execlp("sqitch", "sqitch", "deploy", "--verify", target.c_str(), static_cast<char*>(nullptr));
        ::_exit(127);
    }
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child) {
        throw Failure(exit_failed, std::string("sqitch could not be started: ") + std::strerror(errno));
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
        throw Failure(exit_failed,
                      "sqitch is not installed (Debian: apt install sqitch libdbd-pg-perl postgresql-client)");
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        throw Failure(exit_failed, "sqitch failed; its output says why. The change at fault was rolled back");
    }
    std::cout << "The database is up to date.\n";
    return exit_ok;
}

}  // namespace loan_manager::ctl
