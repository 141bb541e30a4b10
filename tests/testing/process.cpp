#include "testing/process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <future>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

namespace loan_manager::testing {

namespace {

int exit_code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

/// Forks on a thread that lives as long as the program: the kernel tells a child of the end of the thread that made it,
/// and tests start services on threads of their own too.
class Forker {
public:
    Forker() {
        std::thread([this] { work(); }).detach();
    }

    pid_t run(const std::function<pid_t()>& make_child) {
        std::packaged_task<pid_t()> task(make_child);
        auto made = task.get_future();
        const std::lock_guard one_at_a_time(callers_);
        {
            const std::lock_guard lock(mutex_);
            task_ = std::move(task);
        }
        changed_.notify_one();
        return made.get();
    }

private:
    void work() {
        std::unique_lock lock(mutex_);
        for (;;) {
            changed_.wait(lock, [&] { return task_.valid(); });
            std::exchange(task_, {})();
        }
    }

    std::mutex callers_, mutex_;
    std::condition_variable changed_;
    std::packaged_task<pid_t()> task_;
};

/// Never destroyed: its thread may outlive every other object.
Forker& forker() {
    static auto* one = new Forker;
    return *one;
}

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace

pid_t spawn(const std::vector<std::string>& command, const Environment& environment, int output, int error) {
    std::vector<std::string> assignments;
    for (const auto& [name, value] : environment) assignments.push_back(name + "=" + value);
    std::vector<char*> argv;
    std::vector<char*> envp;
    for (const auto& word : command) argv.push_back(const_cast<char*>(word.c_str()));
    for (const auto& assignment : assignments) envp.push_back(const_cast<char*>(assignment.c_str()));
    argv.push_back(nullptr);
    envp.push_back(nullptr);

    const pid_t parent = ::getpid();
    return forker().run([&] {
        const pid_t child = ::fork();
        if (child != 0) return child;
        // Only async-signal-safe calls from here on.
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent) ::_exit(127);
        const int input = ::open("/dev/null", O_RDONLY);
        ::dup2(input, 0);
        ::dup2(output, 1);
        ::dup2(error, 2);
        ::execvpe(argv[0], argv.data(), envp.data());
        ::_exit(127);
    });
}

Process::Process(const std::vector<std::string>& command, const Environment& environment, std::filesystem::path log)
    : log_(std::move(log)) {
    Environment complete = environment;
    complete.emplace("PATH", std::getenv("PATH") ? std::getenv("PATH") : "/usr/bin:/bin");
    const int output = ::open(log_.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    if (output < 0) throw std::runtime_error("cannot write " + log_.string());
    pid_ = spawn(command, complete, output, output);
    ::close(output);
    if (pid_ < 0) throw std::runtime_error("fork failed");
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
