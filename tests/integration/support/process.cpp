#include "support/process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

namespace loan_manager::testing {

namespace {

int exit_code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace

Process::Process(const std::vector<std::string>& command, const Environment& environment, std::filesystem::path log)
    : log_(std::move(log)) {
    std::vector<std::string> assignments;
    for (const auto& [name, value] : environment) assignments.push_back(name + "=" + value);
    if (!environment.contains("PATH")) {
        assignments.push_back(std::string("PATH=") + (std::getenv("PATH") ? std::getenv("PATH") : "/usr/bin:/bin"));
    }
    std::vector<char*> argv;
    std::vector<char*> envp;
    for (const auto& word : command) argv.push_back(const_cast<char*>(word.c_str()));
    for (const auto& assignment : assignments) envp.push_back(const_cast<char*>(assignment.c_str()));
    argv.push_back(nullptr);
    envp.push_back(nullptr);

    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("fork failed");
    if (pid_ == 0) {
        // Only async-signal-safe calls from here on.
        int output = ::open(log_.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
        int input = ::open("/dev/null", O_RDONLY);
        ::dup2(input, 0);
        ::dup2(output, 1);
        ::dup2(output, 2);
        ::execvpe(argv[0], argv.data(), envp.data());
        ::_exit(127);
    }
}

Process::~Process() { kill(); }

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), exit_code_(other.exit_code_), log_(std::move(other.log_)) {}

Process& Process::operator=(Process&& other) noexcept {
    kill();
    pid_ = std::exchange(other.pid_, -1);
    exit_code_ = other.exit_code_;
    log_ = std::move(other.log_);
    return *this;
}

bool Process::running() {
    if (pid_ < 0) return false;
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == 0) return true;
    exit_code_ = exit_code_of(status);
    pid_ = -1;
    return false;
}

void Process::signal(int number) const {
    if (pid_ > 0) ::kill(pid_, number);
}

int Process::wait() {
    if (pid_ > 0) {
        int status = 0;
        ::waitpid(pid_, &status, 0);
        exit_code_ = exit_code_of(status);
        pid_ = -1;
    }
    return exit_code_;
}

int Process::stop() {
    signal(SIGTERM);
    return wait();
}

void Process::kill() {
    signal(SIGKILL);
    wait();
}

std::string Process::output() const { return read_file(log_); }

Output run(const std::vector<std::string>& command, const Environment& environment) {
    static std::atomic<int> counter = 0;
    auto log = std::filesystem::temp_directory_path() /
               ("lm-run-" + std::to_string(::getpid()) + "-" + std::to_string(++counter));
    Process process(command, environment, log);
    Output output{process.wait(), read_file(log)};
    std::filesystem::remove(log);
    return output;
}

std::uint16_t free_port() {
    // Below the range from which the kernel takes ports of outgoing connections: a client under load must not be able
    // to occupy the port of a service that is just being restarted. No port is handed out twice.
    constexpr int first = 10'000;
    constexpr int count = 20'000;
    static std::atomic<int> next = ::getpid() * 37;
    for (int attempt = 0; attempt != count; ++attempt) {
        const auto port = static_cast<std::uint16_t>(first + next++ % count);
        const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const bool free = ::bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
        ::close(descriptor);
        if (free) return port;
    }
    throw std::runtime_error("no free port");
}

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return true;
}

}  // namespace loan_manager::testing
