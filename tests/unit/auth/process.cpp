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
    const fs::path socket = folder_.path() / "auth" / "1.sock";
    Environment environment{{"DATABASE_URL", database_url},
                            {"KEY_DIRECTORY", keys.string()},
                            {"INSTANCE_DIR", socket.parent_path().string()},
                            {"ENVIRONMENT", "test"},
                            {"ADMIN_PORT", "0"},
                            {"THREADS", "2"},
                            {"ARGON2_MEMORY_KIB", "1024"},
                            {"ARGON2_ITERATIONS", "1"},
                            {"LOGIN_ATTEMPTS_PER_MINUTE", "0"}};
    for (auto& [name, value] : extra) environment[name] = value;
    process_ = loan_manager::testing::Process(auth_with({}), environment, folder_.path() / "log");
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
