#include "runtime/process.hpp"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "child_process.hpp"

using namespace loan_manager;
using namespace loan_manager::testing;

namespace {

using Environment = ChildProcess::Environment;
using namespace std::chrono_literals;

/// The test process with ports of its own choosing.
struct Running : ChildProcess {
    explicit Running(Environment environment = {})
        : ChildProcess(TEST_PROCESS, {}, with_defaults(std::move(environment))) {}

    static Environment with_defaults(Environment environment) {
        environment.emplace("THREADS", "2");
        return environment;
    }

    /// The field of the next line on standard error with that message.
    std::string field(std::string_view message, std::string_view name) {
        const auto line = wait_for_line("\"message\":\"" + std::string(message) + "\"");
        REQUIRE_MESSAGE(line, standard_error());
        return std::string(boost::json::parse(*line).at(name).as_string());
    }

    std::uint16_t admin_port() {
        const std::string address = field("starting", "admin");
        return static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
    }

    bool saw_in_order(std::initializer_list<std::string_view> parts) const {
        std::size_t position = 0;
        for (const std::string_view part : parts) {
            position = standard_error().find(part, position);
            if (position == std::string::npos) {
                return false;
            }
        }
        return true;
    }
};

/// The instances that the directory shows.
std::vector<std::filesystem::path> sockets_in(const std::filesystem::path& directory) {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        if (!entry.path().filename().string().starts_with('.')) {
            found.push_back(entry.path());
        }
    }
    return found;
}

/// What systemd would hear.
class NotifySocket {
public:
    explicit NotifySocket(const std::filesystem::path& path) : descriptor_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
        REQUIRE(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    }
    ~NotifySocket() { ::close(descriptor_); }
    NotifySocket(const NotifySocket&) = delete;
    NotifySocket& operator=(const NotifySocket&) = delete;

    /// The next message, or nothing when none comes for so long.
    std::string next(std::chrono::milliseconds wait) {
        pollfd ready{descriptor_, POLLIN, 0};
        if (::poll(&ready, 1, static_cast<int>(wait.count())) <= 0) {
            return {};
        }
        std::array<char, 1024> buffer{};
        const ssize_t size = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
        return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
    }

    bool wait_for(const std::string& message) {
        for (std::string heard = next(patience); !heard.empty(); heard = next(patience)) {
            if (heard == message) {
                return true;
            }
        }
        return false;
    }

private:
    int descriptor_;
};

}  // namespace

TEST_CASE("all settings errors of a process come at once, with exit code 2") {
    ChildProcess process(TEST_PROCESS, {"--prot=1"},
                         {{"PORT", "http"}, {"LOG_LEVEL", "loud"}, {"API_KEY", "hunter2"}, {"WORK", "soon"}});
    CHECK(process.wait_exit() == 2);
    const std::string& error = process.standard_error();
    for (const char* part : {"runtime-test-process: bad settings\n", "--prot: ", "PORT = \"http\"",
                             "LOG_LEVEL = \"loud\"", "API_KEY = \"***\"", "WORK = \"soon\""}) {
        CAPTURE(part);
        CHECK(error.find(part) != std::string::npos);
    }
    CHECK(error.find("hunter2") == std::string::npos);
    CHECK(process.standard_output().empty());
}

TEST_CASE("a process explains itself") {
    ChildProcess help(TEST_PROCESS, {"--help"});
    CHECK(help.wait_exit() == 0);
    CHECK(help.standard_output().find("--shutdown-grace-seconds") != std::string::npos);
    ChildProcess version(TEST_PROCESS, {"--version"});
    CHECK(version.wait_exit() == 0);
    CHECK(version.standard_output().starts_with("runtime-test-process "));
    ChildProcess markdown(TEST_PROCESS, {"--settings-markdown"});
    CHECK(markdown.wait_exit() == 0);
    CHECK(markdown.standard_output().starts_with("## runtime-test-process\n"));
}

TEST_CASE("SIGTERM lets work under way finish, step by step") {
    Running process(Environment{{"WORK", "600ms"}});
    REQUIRE(process.wait_for_line("\"started\""));
    process.signal(SIGTERM);
    CHECK(process.wait_exit() == 0);
    CHECK_MESSAGE(process.saw_in_order({"\"stopping\"", "step: not ready", "step: stop accepting", "step: drain",
                                        "work done", "step: cancel", "service destroyed", "\"stopped\""}),
                  process.standard_error());
}

TEST_CASE("work that outlasts the grace is cancelled and the process still ends well") {
    Running process(Environment{{"WORK", "1h"}, {"SHUTDOWN_GRACE_SECONDS", "0"}});
    REQUIRE(process.wait_for_line("\"started\""));
    process.signal(SIGINT);
    CHECK(process.wait_exit() == 0);
    CHECK(process.saw_in_order({"\"reason\":\"SIGINT\"", "step: cancel", "work cancelled", "\"stopped\""}));
}

TEST_CASE("work that ignores its cancellation is left behind") {
    Running process(Environment{{"KEEP_LOOP_BUSY", "true"}});
    REQUIRE(process.wait_for_line("\"started\""));
    process.signal(SIGTERM);
    CHECK(process.wait_exit() == 0);
    CHECK(process.standard_error().find("work still on an event loop") != std::string::npos);
}

TEST_CASE("a second signal stops at once") {
    const TemporaryDirectory directory;
    Running process(
        Environment{{"WORK", "1h"}, {"SHUTDOWN_GRACE_SECONDS", "3600"}, {"INSTANCE_DIR", directory.path().string()}});
    REQUIRE(process.wait_for_line("\"status\":\"ready\""));
    process.signal(SIGTERM);
    REQUIRE(process.wait_for_line("step: drain"));
    process.signal(SIGTERM);
    CHECK(process.wait_exit() == 128 + SIGTERM);
    CHECK(sockets_in(directory.path()).empty());
}

TEST_CASE("a hook that never returns cannot hold the process") {
    Running process(Environment{{"BLOCK_DRAIN", "true"}, {"SHUTDOWN_GRACE_SECONDS", "0"}});
    REQUIRE(process.wait_for_line("\"started\""));
    process.signal(SIGTERM);
    CHECK(process.wait_exit() == 1);
    CHECK(process.standard_error().find("stopping took too long") != std::string::npos);
}

TEST_CASE("a failed start is one line and exit code 1") {
    ChildProcess process(TEST_PROCESS, {"--fail-start", "--log-level", "error"});
    CHECK(process.wait_exit() == 1);
    CHECK(process.standard_error() == "runtime-test-process: cannot read the keys in /nowhere (setting KEYS_DIR)\n");
}

TEST_CASE("a port in use is named, with its setting") {
    boost::asio::io_context context;
    const auto taken = runtime::open_acceptor(context, "127.0.0.1", 0, "PORT");
    const std::string port = std::to_string(taken.local_endpoint().port());
    for (const std::string setting : {"PORT", "ADMIN_PORT"}) {
        ChildProcess process(TEST_PROCESS, {"--log-level=error"}, {{setting, port}});
        CHECK(process.wait_exit() == 1);
        CHECK(process.standard_error() == "runtime-test-process: cannot listen on 127.0.0.1:" + port + " (setting " +
                                              setting + "): Address already in use\n");
    }
}

TEST_CASE("a service that listens on a socket refuses a port, and says what it wants instead") {
    const TemporaryDirectory directory;
    const Environment base{{"INSTANCE_DIR", directory.path().string()}};
    for (const std::string name : {"HOST", "PORT"}) {
        Environment environment = base;
        environment[name] = name == "HOST" ? "127.0.0.1" : "50061";
        ChildProcess process(TEST_PROCESS, {}, environment);
        CHECK(process.wait_exit() == 2);
        CHECK(process.standard_error().find(name + " = ") != std::string::npos);
        CHECK(process.standard_error().find("must not be given: services are reached by unix sockets") !=
              std::string::npos);
        CHECK(process.standard_error().find("mutual TLS") != std::string::npos);
    }
    ChildProcess flag(TEST_PROCESS, {"--port=50061"}, base);
    CHECK(flag.wait_exit() == 2);
    for (const std::string& name : std::vector<std::string>{"", "a/b", "..", ".x", "a b", std::string(33, 'x')}) {
        CAPTURE(name);
        ChildProcess process(TEST_PROCESS, {"--instance", name}, base);
        CHECK(process.wait_exit() == 2);
    }
    ChildProcess nobody(TEST_PROCESS, {"--gateway-user=no-such-user-here"}, base);
    CHECK(nobody.wait_exit() == 2);
    CHECK(nobody.standard_error().find("must be the name of a system user") != std::string::npos);
}

TEST_CASE("a second process of one instance name is refused, and the first goes on") {
    const TemporaryDirectory directory;
    const Environment environment{{"INSTANCE_DIR", directory.path().string()}, {"INSTANCE", "2"}};
    Running first(environment);
    REQUIRE(first.wait_for_line("\"status\":\"ready\""));
    ChildProcess second(TEST_PROCESS, {"--log-level=error"}, environment);
    CHECK(second.wait_exit() == 1);
    CHECK(second.standard_error() == "runtime-test-process: cannot listen on " + (directory / "2.sock").string() +
                                         " (setting INSTANCE): an instance called 2 is running already (process " +
                                         std::to_string(first.pid()) + ")\n");
    CHECK(sockets_in(directory.path()).size() == 1);
    // One that was killed leaves its name to the next.
    first.signal(SIGKILL);
    CHECK(first.wait_exit() == 128 + SIGKILL);
    CHECK(sockets_in(directory.path()).size() == 1);
    Running third(environment);
    CHECK(third.wait_for_line("\"status\":\"ready\""));
}

TEST_CASE("a log file that cannot be opened is named, with its setting") {
    ChildProcess process(TEST_PROCESS, {"--log-file=/nowhere/log"});
    CHECK(process.wait_exit() == 1);
    CHECK(
        process.standard_error() ==
        "runtime-test-process: cannot open the log file /nowhere/log (setting LOG_FILE): No such file or directory\n");
}

TEST_CASE("SIGHUP reopens the log file that logrotate has moved") {
    const TemporaryDirectory directory;
    const auto log = directory / "test.log";
    Running process(Environment{{"LOG_FILE", log.string()}});
    REQUIRE(eventually([&] { return read_text(log).find("\"started\"") != std::string::npos; }));
    std::filesystem::rename(log, directory / "test.log.1");
    write_text(log, "");
    process.signal(SIGHUP);
    CHECK(eventually([&] { return read_text(log).find("log file reopened") != std::string::npos; }));
    process.signal(SIGTERM);
    CHECK(process.wait_exit() == 0);
    CHECK(read_text(log).find("\"stopped\"") != std::string::npos);
    CHECK(read_text(directory / "test.log.1").find("\"stopped\"") == std::string::npos);
    CHECK(process.standard_error().empty());
}

TEST_CASE("readiness decides over /health/ready and the registration") {
    const TemporaryDirectory directory;
    const auto instances = directory / "instances";
    const auto file = directory / "ready";
    Running process(Environment{{"READY_FILE", file.string()}, {"INSTANCE_DIR", instances.string()}, {"WORK", "1s"}});
    const std::uint16_t admin = process.admin_port();
    const std::filesystem::path socket = process.field("listening", "socket");
    REQUIRE(process.wait_for_line("\"started\""));

    const std::string refusal = http_get(admin, "/health/ready");
    CHECK(refusal.starts_with("HTTP/1.1 503 "));
    const auto body = boost::json::parse(refusal.substr(refusal.find("\r\n\r\n") + 4));
    CHECK(body.at("status").as_string() == "not ready");
    CHECK(body.at("failing").at("file").as_string() == "missing \"" + file.string() + "\"");
    CHECK(sockets_in(instances).empty());

    write_text(file, "");
    REQUIRE(process.wait_for_line("\"status\":\"ready\""));
    CHECK(sockets_in(instances) == std::vector{socket});
    CHECK(socket == instances / "1.sock");
    CHECK(http_get(admin, "/health/ready").find("\r\n\r\n{\"status\":\"ready\"}") != std::string::npos);

    process.signal(SIGTERM);
    REQUIRE(process.wait_for_line("step: not ready"));
    CHECK(sockets_in(instances).empty());
    CHECK(http_get(admin, "/health/ready").find(R"({"process":"stopping"})") != std::string::npos);
    CHECK(process.wait_exit() == 0);
}

TEST_CASE("the admin server answers its few pages and bounds the rest") {
    Running process;
    const std::uint16_t admin = process.admin_port();
    REQUIRE(process.wait_for_line("\"started\""));
    CHECK(http_get(admin, "/health/live").starts_with("HTTP/1.1 200 "));
    const std::string metrics = http_get(admin, "/metrics?x=y");
    CHECK(metrics.find("Content-Type: text/plain; version=0.0.4") != std::string::npos);
    CHECK(metrics.find("process_resident_memory_bytes ") != std::string::npos);
    CHECK(metrics.find("lm_build_info{service=\"test\"") != std::string::npos);
    CHECK(http_get(admin, "/").starts_with("HTTP/1.1 404 "));
    CHECK(http_exchange(admin, "POST /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
              .starts_with("HTTP/1.1 405 "));
    const std::string head = http_exchange(admin, "HEAD /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    CHECK(head.starts_with("HTTP/1.1 200 "));
    CHECK(head.ends_with("\r\n\r\n"));
    const std::string two =
        http_exchange(admin, "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    CHECK(two.find("HTTP/1.1 404", 10) != std::string::npos);
    CHECK(http_exchange(admin, "GET / HTTP/1.1\r\nX: " + std::string(10'000, 'x') + "\r\n\r\n").empty());
    CHECK(http_exchange(admin, "nonsense\r\n\r\n").empty());
    CHECK(http_get(admin, "/health/live").starts_with("HTTP/1.1 200 "));
}

TEST_CASE("idle and half-sent requests never blind the admin server") {
    Running process;
    const std::uint16_t admin = process.admin_port();
    REQUIRE(process.wait_for_line("\"started\""));
    boost::asio::io_context context;
    std::list<boost::asio::ip::tcp::socket> held;
    for (int round = 0; round != 3; ++round) {
        for (int i = 0; i != 40; ++i) {
            auto& socket = held.emplace_back(context);
            socket.connect({boost::asio::ip::address_v4::loopback(), admin});
            boost::system::error_code ignored;
            if (i % 2 == 0) {
                boost::asio::write(socket, boost::asio::buffer("GET /health/live HTT", 20), ignored);
            }
        }
        CHECK(http_get(admin, "/health/live").starts_with("HTTP/1.1 200 "));
        CHECK(http_get(admin, "/metrics").starts_with("HTTP/1.1 200 "));
    }
}

TEST_CASE("systemd hears of the process, and of its watchdog only while every loop answers") {
    const TemporaryDirectory directory;
    NotifySocket socket(directory / "notify");
    Running process(Environment{{"NOTIFY_SOCKET", (directory / "notify").string()},
                                {"WATCHDOG_USEC", "400000"},
                                {"BLOCK_LOOP_ON_RELOAD", "true"}});
    const std::uint16_t admin = process.admin_port();
    CHECK(socket.wait_for("READY=1"));
    CHECK(socket.wait_for("STATUS=ready"));
    CHECK(socket.wait_for("WATCHDOG=1"));
    CHECK(socket.wait_for("WATCHDOG=1"));
    process.signal(SIGHUP);
    REQUIRE(process.wait_for_line("reloaded"));
    // Fed for at most half an interval more, then never again.
    const auto silent_from = std::chrono::steady_clock::now() + patience;
    std::string heard = "WATCHDOG=1";
    while (!heard.empty() && std::chrono::steady_clock::now() < silent_from) {
        heard = socket.next(1s);
    }
    CHECK(heard.empty());
    CHECK(http_get(admin, "/health/live").starts_with("HTTP/1.1 503 "));
}

TEST_CASE("systemd hears that the process stops") {
    const TemporaryDirectory directory;
    NotifySocket socket(directory / "notify");
    Running process(Environment{{"NOTIFY_SOCKET", (directory / "notify").string()}});
    REQUIRE(process.wait_for_line("\"started\""));
    process.signal(SIGTERM);
    CHECK(socket.wait_for("STOPPING=1"));
    CHECK(process.wait_exit() == 0);
}
