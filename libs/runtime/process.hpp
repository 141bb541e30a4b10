#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/common_settings.hpp"
#include "runtime/listen.hpp"
#include "runtime/loops.hpp"
#include "runtime/metrics.hpp"
#include "runtime/settings.hpp"

namespace loan_manager::runtime {

class InstanceSocket;

/// What a running service uses of its process. All functions are safe from every thread.
class Process {
public:
    using SteadyTime = std::chrono::steady_clock::time_point;
    using Hook = std::function<void()>;
    /// Nothing when fine, otherwise what is wrong. Called often, on the admin thread: look at a flag, never do I/O.
    using ReadyCheck = std::function<std::optional<std::string>()>;

    virtual ~Process() = default;

    virtual const CommonSettings& settings() const = 0;
    virtual Loops& loops() = 0;
    virtual Metrics& metrics() = 0;

    /// Part of /health/ready; the process counts as ready while all checks are fine.
    virtual void add_ready_check(std::string name, ReadyCheck check) = 0;

    /// Tells where the service listens, once it does.
    virtual void listening(const std::string& host, std::uint16_t port) = 0;
    /// The same for a socket, which is published once the process is ready and withdrawn when it is to stop.
    virtual void listening(std::shared_ptr<InstanceSocket> socket) = 0;

    /// The steps of stopping. Hooks of a step run on the main thread, which runs no event loop, the last added first;
    /// the loops run until all steps are done.
    /// 1. /health/ready says no, the socket is withdrawn: turn the gRPC health status, and the like.
    virtual void on_not_ready(Hook hook) = 0;
    /// 2. Take no new connections and no new work.
    virtual void on_stop_accepting(Hook hook) = 0;
    /// 3. Wait for what is under way, at most until the deadline.
    virtual void on_drain(std::function<void(SteadyTime deadline)> hook) = 0;
    /// 4. Cancel what is left and every background activity: nothing may keep a loop busy after this.
    virtual void on_cancel(Hook hook) = 0;

    /// SIGHUP, after the log was reopened. Runs on the admin thread; must not block.
    virtual void on_reload(Hook hook) = 0;

    /// Stops the process as SIGTERM would. With `failure` the exit code is 1.
    virtual void request_stop(std::string_view reason, bool failure = false) = 0;
    /// True from the moment a stop was asked for.
    virtual bool stopping() const = 0;
};

/// A service as a process.
struct ProcessSpec {
    std::string program;  ///< e.g. "loan-manager-fleet"
    std::string service;  ///< e.g. "fleet": the `service` of the log
    std::string version;  ///< empty: the version of the build
    std::string summary;  ///< one line for --help
    CommonDefaults defaults{};

    /// Declares the service's own settings; the common ones are in the table already.
    std::function<void(SettingsTable&)> add_settings;
    /// Of a service whose event loops share the connections of a pool: its settings, see share_connections().
    const DatabaseSettings* database = nullptr;

    /// Builds and starts the service. Runs on the main thread while the loops run, so it may wait for them. What it
    /// returns is kept until the loops have ended and destroyed before they are. An exception is a start-up failure:
    /// its text is the one line the operator sees (throw StartupError).
    std::function<std::shared_ptr<void>(Process&)> start;
};

/// Runs the process from its command line to its exit code:
/// 0 stopped as asked (or --help …), 1 could not start or failed, 2 bad settings.
///
/// Signals: SIGTERM and SIGINT stop gracefully, a second one at once (exit code 128 + signal); SIGHUP reopens the log
/// file. systemd is told READY, STATUS, STOPPING and, while every event loop answers, WATCHDOG. Stopping: not ready →
/// stop accepting → drain for at most SHUTDOWN_GRACE_SECONDS → cancel → the loops end → exit. A hook that never returns
/// cannot hold the process: five seconds after the grace it ends with exit code 1.
int run(const ProcessSpec& spec, int argc, char** argv);

}  // namespace loan_manager::runtime
