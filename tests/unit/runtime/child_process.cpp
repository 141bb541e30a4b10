#include "child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace loan_manager::testing {
namespace {

std::array<int, 2> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw std::runtime_error("pipe");
    }
    return ends;
}

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "lm-runtime-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::runtime_error("mkdtemp");
    }
    path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string read_text(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write_text(const std::filesystem::path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary) << text;
}

ChildProcess::ChildProcess(const std::string& program, std::vector<std::string> arguments,
                           const Environment& environment) {
    arguments.insert(arguments.begin(), program);
    const auto output = make_pipe();
    const auto error = make_pipe();
    pid_ = spawn(arguments, environment, output[1], error[1]);
    ::close(output[1]);
    ::close(error[1]);
    output_descriptor_ = output[0];
    error_descriptor_ = error[0];
}

ChildProcess::~ChildProcess() {
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    ::close(output_descriptor_);
    ::close(error_descriptor_);
}

void ChildProcess::signal(int number) const { ::kill(pid_, number); }

bool ChildProcess::read_some(std::chrono::steady_clock::time_point deadline) {
    std::array<pollfd, 2> waits{pollfd{output_descriptor_, POLLIN, 0}, pollfd{error_descriptor_, POLLIN, 0}};
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0 || ::poll(waits.data(), waits.size(), static_cast<int>(left)) <= 0) {
        return false;
    }
    bool any = false;
    for (std::size_t index = 0; index != waits.size(); ++index) {
        std::array<char, 4096> buffer{};
        if (waits[index].revents == 0) {
            continue;
        }
        const ssize_t count = ::read(waits[index].fd, buffer.data(), buffer.size());
        if (count > 0) {
            (index == 0 ? output_ : error_).append(buffer.data(), static_cast<std::size_t>(count));
            any = true;
        }
    }
    return any;
}

std::optional<std::string> ChildProcess::wait_for_line(std::string_view text) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
        for (auto end = error_.find('\n', searched_); end != std::string::npos; end = error_.find('\n', searched_)) {
            std::string line = error_.substr(searched_, end - searched_);
            searched_ = end + 1;
            if (line.find(text) != std::string::npos) {
                return line;
            }
        }
        if (!read_some(deadline)) {
            return std::nullopt;
        }
    }
}

std::optional<int> ChildProcess::wait_exit() {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    // Both pipes end when the process does.
    while (read_some(deadline)) {
    }
    int status = 0;
    if (!eventually([&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; })) {
        return std::nullopt;
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string http_exchange(std::uint16_t port, const std::string& request) {
    namespace asio = boost::asio;
    asio::io_context context;
    asio::ip::tcp::socket socket(context);
    socket.connect({asio::ip::make_address("127.0.0.1"), port});
    boost::system::error_code error;
    asio::write(socket, asio::buffer(request), error);
    std::string answer;
    asio::read(socket, asio::dynamic_buffer(answer), error);
    return answer;
}

std::string http_get(std::uint16_t port, const std::string& path) {
    return http_exchange(port, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
}

}  // namespace loan_manager::testing
