#include <chrono>
#include <iostream>

#include "tools/commands/run.hpp"
#include "tools/seed/load.hpp"
#include "tools/support/database.hpp"

namespace loan_manager::ctl {
namespace {

void seed_base(Database& database) {
    const BaseLoaded loaded = load_base(database);
    std::cout << "Organisation: " << loaded.companies << " companies, " << loaded.branches << " branches and "
              << loaded.rules << " commission rules added." << std::endl;
}

/// Small tables are never analysed by the server itself, and without statistics every plan is a guess.
void analyse(Database& database) { database.script("ANALYZE"); }

}  // namespace

int run(const SeedBase& command, const Settings& settings) {
    Database database(database_url(settings, command.database_url));
    seed_base(database);
    analyse(database);
    return exit_ok;
}

int run(const SeedDemo& command, const Settings& settings) {
    const std::string url = database_url(settings, command.database_url);
    Database database(url);
    seed_base(database);
    const UsersLoaded users = load_demo_users(url, command.passwords_file, command.threads);
    std::cout << "Users: " << users.created << " created; passwords are in " << command.passwords_file << std::endl;
    if (!users.without_password.empty()) {
        std::cerr << "loan-managerctl: " << users.without_password.size()
                  << " demo users exist whose passwords are not in the file, e.g. " << users.without_password.front()
                  << "; use `loan-managerctl user reset-password`\n";
    }
    const int bikes = load_demo_bikes(database, runtime::colombo_date(std::chrono::system_clock::now()));
    analyse(database);
    std::cout << "Bikes: " << bikes << " added." << std::endl;
    return exit_ok;
}

}  // namespace loan_manager::ctl
