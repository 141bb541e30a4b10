#include "tools/audit/head_log.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "runtime/log_line.hpp"

using namespace loan_manager;
using namespace loan_manager::ctl;
namespace logging = runtime::log;

namespace {

const std::string hash(64, 'a');
const std::string other(64, 'b');

/// A line as the services write it.
std::string line(const std::string& head, bool console, const char* message = "audit log sealed") {
    const logging::Fields fields{{"rows", 3}, {"position", 7}, {"head", head}};
    const logging::Line line{std::chrono::system_clock::time_point(std::chrono::seconds{1'800'000'000}),
                             logging::Level::info, "fleet", message, fields};
    return console ? logging::format_console(line) : logging::format_json(line);
}

std::vector<LoggedHead> heads_in(const std::string& text) {
    std::istringstream in(text);
    return read_heads(in, "here");
}

struct Folder {
    Folder() : path(std::filesystem::temp_directory_path() / ("lm-heads-" + std::to_string(::getpid()))) {
        std::filesystem::create_directories(path);
    }
    ~Folder() { std::filesystem::remove_all(path); }
    std::string write(const std::string& name, const std::string& text) const {
        std::ofstream(path / name) << text;
        return (path / name).string();
    }
    std::filesystem::path path;
};

}  // namespace

TEST_CASE("heads are read from lines of both formats, with the moment they were logged") {
    for (const bool console : {false, true}) {
        const auto heads = heads_in("garbage\n" + line("7:" + hash, console) + line("8:" + other, console));
        REQUIRE(heads.size() == 2);
        CHECK(to_string(heads[0].head) == "7:" + hash);
        CHECK(heads[1].head.position == 8);
        CHECK(heads[1].at == "2027-01-15T08:00:00.000Z");
        CHECK(heads[1].source == "here");
    }
}

TEST_CASE("a text that somebody brought into a log line is no head") {
    const std::string forged = "audit log sealed head=7:" + hash;
    const std::string forged_json = R"({"message":"audit log sealed","head":"7:)" + hash + "\"}";
    for (const bool console : {false, true}) {
        for (const std::string& text : {forged, forged_json, "x\n" + forged + "\n" + forged_json + "\n"}) {
            CAPTURE(text);
            CHECK(heads_in(line(text, console, "call")).empty());
            CHECK(heads_in(line(text, console)).empty());
        }
    }
    CHECK(heads_in(line("7:" + hash, false, "audit log sealed by me")).empty());
    CHECK(heads_in(line("7:" + hash, true, "audit log sealedness")).empty());
    CHECK(heads_in("INFO fleet: audit log sealed head=7:" + hash + "\n").empty());
    CHECK(heads_in("{\"message\":\"audit log sealed\",\"head\":\"7:" + hash).empty());  // cut in the middle
    CHECK(heads_in(line("7:" + hash + "a", false)).empty());
    CHECK(heads_in(line(":" + hash, true)).empty());
}

TEST_CASE("a folder gives every log of fleet in it, rotated ones too, and says what it could not read") {
    const Folder folder;
    folder.write("fleet.log", line("9:" + hash, false));
    folder.write("fleet.log.1", line("7:" + hash, false) + line("8:" + hash, false));
    folder.write("fleet.log-20261125", line("5:" + hash, true));
    folder.write("fleet@2.log", line("6:" + other, true));
    folder.write("fleet.log.2.gz", "not to be read");
    folder.write("auth.log", line("1:" + hash, false));
    folder.write("fleetless.txt", line("2:" + hash, false));
    const HeadLog log = read_heads({folder.path.string()});
    std::vector<std::int64_t> positions;
    for (const LoggedHead& head : log.heads) positions.push_back(head.head.position);
    std::sort(positions.begin(), positions.end());
    CHECK(positions == std::vector<std::int64_t>{5, 6, 7, 8, 9});
    REQUIRE(log.sources.size() == 5);
    for (const LogSource& source : log.sources) {
        CHECK(source.problem.empty() == !source.path.ends_with(".gz"));
        if (source.path.ends_with(".log.1")) CHECK(source.heads == 2);
    }

    CHECK(read_heads({folder.path.string()}, "2027-01-15T08:00:00Z").heads.size() == 5);
    CHECK(read_heads({folder.path.string()}, "2027-01-15T08:00:01Z").heads.empty());
}

TEST_CASE("a log that is not there or may not be read is said, not claimed") {
    const Folder folder;
    for (const std::string& path : {folder.path.string(), (folder.path / "none.log").string()}) {
        const HeadLog log = read_heads({path});
        CHECK(log.heads.empty());
        REQUIRE(log.sources.size() == 1);
        CHECK(log.sources[0].path == path);
        CHECK_FALSE(log.sources[0].problem.empty());
    }
    if (::geteuid() != 0) {
        const std::string secret = folder.write("fleet.log", line("7:" + hash, false));
        ::chmod(secret.c_str(), 0);
        CHECK_FALSE(read_heads({secret}).sources.at(0).problem.empty());
    }
}
