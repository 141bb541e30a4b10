#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <set>
#include <thread>

#include "auth/users/provision.hpp"
#include "tools/seed/load.hpp"
#include "tools/seed/password_file.hpp"
#include "tools/seed/scope.hpp"

namespace loan_manager::ctl {
namespace {

auth::NewUser new_user_of(Database& database, const DemoUser& demo) {
    auth::NewUser user;
    user.username = demo.username;
    user.full_name = demo.full_name;
    user.staff_no = demo.staff_no;
    user.roles = demo.roles;
    user.company_scope = company_ids(database, demo.company_codes);
    user.branch_scope = branch_ids(database, demo.branch_codes);
    user.password = demo.password;
    user.is_demo = true;
    return user;
}

/// Each thread has a connection of its own and takes the next user when it is done with one.
void create_all(const std::string& database_url, const std::vector<DemoUser>& missing, unsigned threads) {
    std::atomic<std::size_t> next{0};
    std::mutex mutex;
    std::exception_ptr failure;
    const auto work = [&] {
        try {
            Database database(database_url);
            for (std::size_t i = next++; i < missing.size(); i = next++) {
                const rpc::Result<auth::CreatedUser> created =
                    database.wait(auth::create_user(database.connection(), new_user_of(database, missing[i])));
                if (!created) {
                    throw failure_of(created.error());
                }
            }
        } catch (...) {
            next = missing.size();
            const std::lock_guard lock(mutex);
            failure = failure ? failure : std::current_exception();
        }
    };
    std::vector<std::jthread> workers;
    for (unsigned i = 0; i != std::min<std::size_t>(threads, missing.size()); ++i) {
        workers.emplace_back(work);
    }
    workers.clear();
    if (failure) {
        std::rethrow_exception(failure);
    }
}

}  // namespace

UsersLoaded load_demo_users(const std::string& database_url, const std::string& passwords_file, unsigned threads) {
    Database database(database_url);
    // Two seeds at once must not make up different passwords for one user. Released with the connection.
    static_cast<void>(database.query("SELECT pg_advisory_lock(hashtext('loan-managerctl seed demo'))"));
    std::set<std::string> existing;
    for (const postgres::Row row : database.query("SELECT username FROM auth.users WHERE is_demo")) {
        existing.insert(row.get<std::string>(0));
    }
    const std::map<std::string, std::string> known = read_passwords(passwords_file);

    UsersLoaded loaded;
    std::vector<DemoUser> users = demo_users();
    std::vector<DemoUser> missing;
    for (DemoUser& user : users) {
        if (const auto found = known.find(user.username); found != known.end()) {
            user.password = found->second;
        } else if (existing.contains(user.username)) {
            loaded.without_password.push_back(user.username);
        } else {
            user.password = make_password();
        }
        if (!existing.contains(user.username)) {
            missing.push_back(user);
        }
    }
    write_passwords(passwords_file, users);
    create_all(database_url, missing, threads == 0 ? std::max(1U, std::thread::hardware_concurrency()) : threads);
    loaded.created = static_cast<int>(missing.size());
    return loaded;
}

}  // namespace loan_manager::ctl
