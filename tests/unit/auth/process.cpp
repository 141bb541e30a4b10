#include "process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace loan_manager::auth::testing {
namespace {

namespace fs = std::filesystem;

pid_t spawn(const std::vector<std::string>& arguments, const Environment& environment, const fs::path& log) {
    std::vector<std::string> words{LM_AUTH_BINARY};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<std::string> assignments;
    for (const auto& [name, value] : environment) assignments.push_back(name + "=" + value);
    std::vector<char*> argv, envp;
    for (auto& word : words) argv.push_back(word.data());
    for (auto& assignment : assignments) envp.push_back(assignment.data());
    argv.push_back(nullptr);
    envp.push_back(nullptr);
    const pid_t child = ::fork();
    if (child != 0) return child;
    const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(file, STDOUT_FILENO);
    ::dup2(file, STDERR_FILENO);
    ::execve(argv[0], argv.data(), envp.data());
    ::_exit(127);
}

std::string read(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
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
    fs::create_directory(folder_.path() / "instances");
    Environment environment{{"DATABASE_URL", database_url},
                            {"KEY_DIRECTORY", keys.string()},
                            {"INSTANCE_DIR", (folder_.path() / "instances").string()},
                            {"ENVIRONMENT", "test"},
                            {"PORT", "0"},
                            {"ADMIN_PORT", "0"},
                            {"THREADS", "2"},
                            {"ARGON2_MEMORY_KIB", "1024"},
                            {"ARGON2_ITERATIONS", "1"},
                            {"LOGIN_ATTEMPTS_PER_MINUTE", "0"}};
    for (auto& [name, value] : extra) environment[name] = value;
    pid_ = spawn({}, environment, folder_.path() / "log");
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (address_.empty()) {
        // The instance registers itself once it is ready.
        for (const auto& entry : fs::directory_iterator(folder_.path() / "instances")) {
            if (const std::string name = entry.path().filename().string(); name[0] != '.') address_ = name;
        }
        int status = 0;
        if (::waitpid(pid_, &status, WNOHANG) == pid_) {
            pid_ = -1;
            throw std::runtime_error("auth ended: " + log());
        }
        if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("auth is not ready: " + log());
        std::this_thread::yield();
    }
}

AuthProcess::~AuthProcess() {
    if (pid_ > 0) stop(SIGKILL);
}

int AuthProcess::stop(int signal) {
    ::kill(pid_, signal);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string AuthProcess::log() const { return read(folder_.path() / "log"); }

int run_auth(const std::vector<std::string>& arguments, const Environment& environment, std::string& output) {
    const Folder folder;
    const pid_t child = spawn(arguments, environment, folder.path() / "log");
    int status = 0;
    ::waitpid(child, &status, 0);
    output = read(folder.path() / "log");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace loan_manager::auth::testing
