/// A service that does nothing useful but can be told to misbehave; process_test runs it.
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "runtime/in_flight.hpp"
#include "runtime/instance_socket.hpp"
#include "runtime/log.hpp"
#include "runtime/process.hpp"

namespace {

using namespace loan_manager::runtime;

struct Settings {
    std::chrono::milliseconds work{0};
    std::string ready_file;
    std::string api_key;
    bool block_loop_on_reload = false;
    bool block_drain = false;
    bool keep_loop_busy = false;
    bool fail_start = false;
};

[[noreturn]] void block_for_ever() {
    std::promise<void> never;
    never.get_future().wait();
    std::terminate();
}

/// Listens, and has one piece of work under way from the start.
class Service {
public:
    Service(Process& process, const Settings& settings)
        : work_timer_(process.loops().at(0)), busy_timer_(process.loops().at(0)), settings_(settings) {
        listen(process);
        work_timer_.expires_after(settings.work);
        work_timer_.async_wait([this, guard = in_flight_.enter()](const boost::system::error_code& error) {
            log::info(error ? "work cancelled" : "work done");
        });
        if (settings.keep_loop_busy) {
            busy_timer_.expires_after(std::chrono::hours{1});
            busy_timer_.async_wait([](const boost::system::error_code&) {});
        }
        process.add_ready_check("file", [this]() -> std::optional<std::string> {
            if (settings_.ready_file.empty() || std::filesystem::exists(settings_.ready_file)) {
                return std::nullopt;
            }
            return "missing \"" + settings_.ready_file + "\"";
        });
        process.on_not_ready([] { log::info("step: not ready"); });
        process.on_stop_accepting([] { log::info("step: stop accepting"); });
        process.on_drain([this](Process::SteadyTime deadline) {
            log::info("step: drain");
            if (settings_.block_drain) {
                block_for_ever();
            }
            in_flight_.wait_idle(deadline);
        });
        process.on_cancel([this] {
            log::info("step: cancel");
            work_timer_.cancel();
        });
        if (settings.block_loop_on_reload) {
            process.on_reload([&loops = process.loops()] { boost::asio::post(loops.at(0), [] { block_for_ever(); }); });
        }
    }

    ~Service() { log::info("service destroyed"); }

private:
    void listen(Process& process) {
        const CommonSettings& common = process.settings();
        if (!common.instance_dir.empty()) {
            process.listening(std::make_shared<InstanceSocket>(common.instance_dir, common.instance));
            return;
        }
        acceptor_.emplace(open_acceptor(process.loops().at(0), common.host, common.port, "PORT"));
        process.listening(common.host, acceptor_->local_endpoint().port());
    }

    std::optional<boost::asio::ip::tcp::acceptor> acceptor_;
    boost::asio::steady_timer work_timer_, busy_timer_;
    InFlight in_flight_;
    const Settings& settings_;
};

}  // namespace

int main(int argc, char** argv) {
    Settings settings;
    ProcessSpec spec;
    spec.program = "runtime-test-process";
    spec.service = "test";
    spec.summary = "A process to test processes with.";
    spec.defaults = {.port = 0, .admin_port = 0};
    if (const char* directory = std::getenv("INSTANCE_DIR")) {
        spec.defaults.instance_dir = directory;
    }
    spec.add_settings = [&](SettingsTable& table) {
        table.group("Test");
        table.duration("WORK", settings.work).default_value("0s").help("How long the work under way takes.");
        table.text("READY_FILE", settings.ready_file).help("Ready while this file exists.");
        table.text("API_KEY", settings.api_key).secret().min_length(16).help("A secret.");
        table.flag("BLOCK_LOOP_ON_RELOAD", settings.block_loop_on_reload).default_value("false").help("On SIGHUP.");
        table.flag("BLOCK_DRAIN", settings.block_drain).default_value("false").help("Never finish draining.");
        table.flag("KEEP_LOOP_BUSY", settings.keep_loop_busy).default_value("false").help("Ignore the cancellation.");
        table.flag("FAIL_START", settings.fail_start).default_value("false").help("Do not start.");
    };
    spec.start = [&](Process& process) -> std::shared_ptr<void> {
        if (settings.fail_start) {
            throw StartupError("cannot read the keys in /nowhere (setting KEYS_DIR)");
        }
        return std::make_shared<Service>(process, settings);
    };
    return run(spec, argc, argv);
}
