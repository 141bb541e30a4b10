#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "child_process.hpp"
#include "runtime/log.hpp"

using namespace loan_manager::testing;

namespace {

namespace log = loan_manager::runtime::log;  // not beside the C library's ::log

log::Options file_options(const std::filesystem::path& file) {
    log::Options options;
    options.service = "test";
    options.file = file;
    return options;
}

/// The log is the process's; it must be closed when a test ends.
struct OpenLog {
    explicit OpenLog(const log::Options& options) { log::open(options); }
    ~OpenLog() { log::close(); }
};

}  // namespace

TEST_CASE("lines below the level are not written") {
    const TemporaryDirectory directory;
    {
        const OpenLog opened(file_options(directory / "log"));
        CHECK_FALSE(log::enabled(log::Level::debug));
        log::debug("quiet");
        log::info("loud");
    }
    const std::string text = read_text(directory / "log");
    CHECK(text.find("quiet") == std::string::npos);
    CHECK(text.find("loud") != std::string::npos);
}

TEST_CASE("the file rotates before it grows too large and keeps so many") {
    const TemporaryDirectory directory;
    auto options = file_options(directory / "log");
    options.max_bytes = 1000;
    options.backups = 2;
    {
        const OpenLog opened(options);
        for (int count = 0; count != 40; ++count) {
            log::info("line", {{"count", count}, {"padding", std::string(50, 'x')}});
        }
    }
    CHECK(read_text(directory / "log").find(R"("count":39)") != std::string::npos);
    for (const char* name : {"log", "log.1", "log.2"}) {
        CAPTURE(name);
        REQUIRE(std::filesystem::exists(directory / name));
        CHECK(std::filesystem::file_size(directory / name) <= 1000);
    }
    CHECK_FALSE(std::filesystem::exists(directory / "log.3"));
}

TEST_CASE("an existing file is continued") {
    const TemporaryDirectory directory;
    write_text(directory / "log", "before\n");
    {
        const OpenLog opened(file_options(directory / "log"));
        log::info("after");
    }
    CHECK(read_text(directory / "log").starts_with("before\n{"));
}

TEST_CASE("a file moved away by logrotate is followed by its successor") {
    const TemporaryDirectory directory;
    {
        const OpenLog opened(file_options(directory / "log"));
        log::info("first");
        REQUIRE(eventually([&] { return std::filesystem::file_size(directory / "log") > 0; }));
        std::filesystem::rename(directory / "log", directory / "log.1");
        write_text(directory / "log", "");
        std::filesystem::permissions(directory / "log", std::filesystem::perms{0600});
        log::reopen();
        log::info("second");
    }
    CHECK(read_text(directory / "log.1").find("first") != std::string::npos);
    CHECK(read_text(directory / "log.1").find("second") == std::string::npos);
    CHECK(read_text(directory / "log").find("second") != std::string::npos);
    CHECK(std::filesystem::status(directory / "log").permissions() == std::filesystem::perms{0600});
}

TEST_CASE("lines of many threads are whole, and every one is written or counted as lost") {
    const TemporaryDirectory directory;
    constexpr int threads = 4, lines = 5000;
    std::uint64_t lost = 0;
    {
        const OpenLog opened(file_options(directory / "log"));
        {
            std::vector<std::jthread> writers;
            for (int thread = 0; thread != threads; ++thread) {
                writers.emplace_back([] {
                    for (int count = 0; count != lines; ++count) {
                        log::info("line", {{"count", count}});
                    }
                });
            }
        }
        lost = log::lost_lines();
    }
    const std::string text = read_text(directory / "log");
    CHECK(static_cast<std::uint64_t>(std::ranges::count(text, '\n')) + lost == threads * lines);
}

TEST_CASE("a writer that is stuck costs lines, not the time of those who log") {
    const TemporaryDirectory directory;
    const auto fifo = directory / "log";
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    // A pipe nobody reads from: the writer is stuck as soon as it is full.
    const int reader = ::open(fifo.c_str(), O_RDWR | O_CLOEXEC);
    REQUIRE(reader >= 0);
    {
        const OpenLog opened(file_options(fifo));
        for (int count = 0; count != 20'000; ++count) {
            log::info("line", {{"padding", std::string(100, 'x')}});
        }
        CHECK(log::lost_lines() > 0);
        // Closing waits for the writer, which needs a reader again.
        std::atomic<bool> closed{false};
        std::jthread drain([&] {
            std::array<char, 65536> buffer{};
            while (!closed) {
                pollfd ready{reader, POLLIN, 0};
                if (::poll(&ready, 1, 10) > 0) {
                    [[maybe_unused]] const auto count = ::read(reader, buffer.data(), buffer.size());
                }
            }
        });
        log::close();
        closed = true;
    }
    ::close(reader);
}

TEST_CASE("a log file that cannot be opened is an error") {
    CHECK_THROWS_AS(log::open(file_options("/nowhere/log")), std::system_error);
}
