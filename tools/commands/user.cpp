#include <iostream>

#include "auth/users/provision.hpp"
#include "tools/commands/run.hpp"
#include "tools/seed/scope.hpp"
#include "tools/support/database.hpp"

namespace loan_manager::ctl {
namespace {

/// One admin made by --first-admin, however many ask at once.
constexpr const char* first_admin_lock = "SELECT pg_advisory_xact_lock(hashtext('loan-managerctl first-admin'))";

void print_password(const std::string& username, const std::string& password) {
    std::cout << "One-time password of " << username << ": " << password << "\n"
              << "It is shown only now, has to be changed at the first sign-in, and expires "
                 "(ONE_TIME_PASSWORD_EXPIRE_HOURS).\n";
}

}  // namespace

int run(const UserCreate& command, const Settings& settings) {
    Database database(database_url(settings, command.database_url));
    Transaction transaction(database);
    if (command.first_admin) {
        static_cast<void>(database.query(first_admin_lock));
        if (!database.query("SELECT FROM auth.users WHERE is_active AND 'admin' = ANY (roles)").empty()) {
            throw Failure(exit_failed, "there is an admin already; let him create users, or leave out --first-admin");
        }
    }
    auth::NewUser user;
    user.username = command.username;
    user.full_name = command.full_name.empty() ? command.username : command.full_name;
    user.roles = command.roles;
    user.company_scope = company_ids(database, command.companies);
    user.branch_scope = branch_ids(database, command.branches);
    const rpc::Result<auth::CreatedUser> created = database.wait(auth::create_user(database.connection(), user));
    if (!created) {
        throw failure_of(created.error());
    }
    transaction.commit();
    std::cout << "Created user " << command.username << ".\n";
    print_password(command.username, created->password);
    return exit_ok;
}

int run(const UserResetPassword& command, const Settings& settings) {
    Database database(database_url(settings, command.database_url));
    const rpc::Result<std::string> password =
        database.wait(auth::reset_password(database.connection(), command.username));
    if (!password) {
        throw failure_of(password.error());
    }
    print_password(command.username, *password);
    return exit_ok;
}

}  // namespace loan_manager::ctl
