#include "testing/cluster.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <vector>

#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include "testing/process.hpp"

namespace loan_manager::testing {

namespace {

// Debian keeps the server's programs of each version apart and out of the PATH.
std::string server_programs() {
    std::vector<std::string> versions;
    const std::filesystem::path root = "/usr/lib/postgresql";
    if (std::filesystem::exists(root)) {
        for (const auto& version : std::filesystem::directory_iterator(root)) {
            if (std::filesystem::exists(version.path() / "bin/postgres")) versions.push_back(version.path() / "bin/");
        }
    }
    return versions.empty() ? std::string() : *std::max_element(versions.begin(), versions.end());
}

}  // namespace

Cluster::Cluster() : port_(free_port()) {
    std::string pattern = "/tmp/lm-postgres-test-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot create " + pattern);
    folder_ = pattern;
    if (geteuid() == 0) {
        const passwd* owner = getpwnam("postgres");
        if (owner == nullptr || chown(folder_.c_str(), owner->pw_uid, owner->pw_gid) != 0) {
            throw std::runtime_error("running as root needs the user postgres");
        }
    }
    run("initdb", "-D " + folder_ + "/data -U postgres -A trust -E UTF8 --locale=C --no-sync");
    start();
}

Cluster::~Cluster() {
    try {
        if (running_) crash();
    } catch (const std::exception&) {
        // The folder goes in any case; a server without its files ends by itself.
    }
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void Cluster::start() {
    std::string problem;
    const auto started = [&] {
        try {
            run("pg_ctl", "-D " + folder_ + "/data -w -t 60 -l " + folder_ + "/log -o '-p " + std::to_string(port_) +
                              " -c listen_addresses=127.0.0.1 -c unix_socket_directories=" + folder_ +
                              " -c fsync=off -c shared_buffers=16MB -c max_connections=300' start");
            return true;
        } catch (const std::exception& error) {
            problem = error.what();
            return false;
        }
    };
    // The backends of a postmaster that was killed hold its memory for a moment, during which no other one starts.
    if (!eventually(started, std::chrono::seconds(60))) throw std::runtime_error(problem);
    running_ = true;
}

void Cluster::kill() {
    pid_t postmaster = 0;
    std::ifstream(folder_ + "/data/postmaster.pid") >> postmaster;
    if (postmaster <= 0 || ::kill(postmaster, SIGKILL) != 0) throw std::runtime_error("there is no postmaster to kill");
    running_ = false;
}

void Cluster::crash() {
    run("pg_ctl", "-D " + folder_ + "/data -w -m immediate stop");
    running_ = false;
}

void Cluster::stop() {
    run("pg_ctl", "-D " + folder_ + "/data -w -m fast stop");
    running_ = false;
}

std::string Cluster::dsn() const {
    return "postgresql://postgres@127.0.0.1:" + std::to_string(port_) + "/postgres?sslmode=disable";
}

void Cluster::run(const std::string& program, const std::string& arguments) const {
    const std::string as_owner = geteuid() == 0 ? "runuser -u postgres -- " : "";
    const std::string command =
        "cd /tmp && " + as_owner + server_programs() + program + ' ' + arguments + " >>" + folder_ + ".out 2>&1";
    const int status = std::system(command.c_str());
    if (status != 0) throw std::runtime_error(command + " ended with " + std::to_string(status));
    std::filesystem::remove(folder_ + ".out");
}

}  // namespace loan_manager::testing
