#include "process.hpp"

#include <stdlib.h>

#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace loan_manager::auth::testing {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> auth_with(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), LM_AUTH_BINARY);
    return arguments;
}

Environment environment_of(const std::string& database_url, const fs::path& keys) {
    return {{"DATABASE_URL", database_url},
            {"KEY_DIRECTORY", keys.string()},
            {"ENVIRONMENT", "test"},
            {"ADMIN_PORT", "0"},
            {"THREADS", "2"},
            {"ARGON2_MEMORY_KIB", "1024"},
            {"ARGON2_ITERATIONS", "1"},
            {"LOGIN_ATTEMPTS_PER_MINUTE", "0"}};
}

}  // namespace

Folder::Folder() {
    std::string name = (fs::temp_directory_path() / "lm-auth-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = name;
}

Folder::~Folder() {
    std::error_code ec;
    fs::remove_all(path_, ec);
}

AuthProcess::AuthProcess(const std::string& database_url, const fs::path& keys, Environment extra) {
    Environment environment = environment_of(database_url, keys);
    environment["INSTANCE_DIR"] = (folder_.path() / "auth").string();
    for (auto& [name, value] : extra) environment[name] = value;
    start(auth_with({}), std::move(environment));
}

AuthProcess::AuthProcess(uid_t user, const std::string& database_url, const fs::path& keys, Environment extra) {
    Environment environment = environment_of(database_url, keys);
    for (auto& [name, value] : extra) environment[name] = value;
    // The clone may be where only root can go.
    const fs::path binary = folder_.path() / "loan-manager-auth";
    fs::copy_file(LM_AUTH_BINARY, binary);
    fs::permissions(folder_.path(), fs::perms(0755));
    const std::string id = std::to_string(user);
    // Who changes his user forgets that he is to die with his parent.
    start({"setpriv", "--reuid=" + id, "--regid=" + id, "--clear-groups", "--pdeathsig=KILL", binary.string()},
          std::move(environment));
}

void AuthProcess::start(const std::vector<std::string>& command, Environment environment) {
    const fs::path socket = fs::path(environment.at("INSTANCE_DIR")) / "1.sock";
    process_ = loan_manager::testing::Process(command, environment, folder_.path() / "log");
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    // The socket gets its name once the instance is ready.
    while (!fs::exists(socket)) {
        if (!process_.running()) throw std::runtime_error("auth ended: " + log());
        if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("auth is not ready: " + log());
        std::this_thread::yield();
    }
    address_ = "unix:" + socket.string();
}

int AuthProcess::stop(int signal) {
    process_.signal(signal);
    return process_.wait();
}

std::string AuthProcess::log() const { return process_.output(); }

int run_auth(const std::vector<std::string>& arguments, const Environment& environment, std::string& output) {
    const auto ended = loan_manager::testing::run(auth_with(arguments), environment);
    output = ended.text;
    return ended.exit_code;
}

}  // namespace loan_manager::auth::testing
