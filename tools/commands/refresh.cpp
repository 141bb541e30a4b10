#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <iomanip>
#include <iostream>
#include <set>

#include "lifecycle-refresher/control/operator_token.hpp"
#include "loanmanager/lifecycle/v1/lifecycle.pb.h"
#include "rpc/client.hpp"
#include "rpc/upstream.hpp"
#include "runtime/loops.hpp"
#include "runtime/uuid.hpp"
#include "tools/commands/run.hpp"
#include "tools/support/exit_code.hpp"

namespace loan_manager::ctl {
namespace {

namespace asio = boost::asio;
namespace v1 = loanmanager::lifecycle::v1;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

const std::string start_method = "/loanmanager.lifecycle.v1.RefreshControl/StartRefresh";
const std::string runs_method = "/loanmanager.lifecycle.v1.RefreshControl/GetRefreshRuns";

/// The address may be a directory in which the service has yet to register, and the service may be starting.
constexpr seconds patience_to_connect{5};
constexpr milliseconds retry_interval{200};
constexpr milliseconds look_interval{250};
constexpr seconds progress_interval{5};

class RefreshClient {
public:
    RefreshClient(rpc::Upstream& upstream, const Refresh& command, const std::string& secret)
        : upstream_(upstream), command_(command), secret_(secret), began_(steady_clock::now()) {}

    asio::awaitable<int> run() {
        rpc::Result<v1::RefreshRuns> started = co_await start();
        if (!started) {
            co_return fail(started.error());
        }
        v1::RefreshRuns runs = std::move(*started);
        for (const v1::RefreshRun& run : runs.items()) {
            std::cout << name(run) << "running  run " << run.id() << std::endl;
        }
        std::set<std::string> reported;
        steady_clock::time_point last_sign = steady_clock::now();
        for (;;) {
            for (const v1::RefreshRun& run : runs.items()) {
                if (run.status() != v1::REFRESH_STATUS_RUNNING && reported.insert(run.id()).second) {
                    report(run);
                    last_sign = steady_clock::now();
                }
            }
            if (reported.size() == static_cast<std::size_t>(runs.items_size())) {
                co_return failed_ == 0 ? exit_ok : exit_failed;
            }
            if (steady_clock::now() - began_ >= command_.timeout) {
                std::cerr << "loan-managerctl: not finished after " << command_.timeout.count()
                          << " s; the refresh goes on\n";
                co_return exit_timeout;
            }
            if (steady_clock::now() - last_sign >= progress_interval) {
                last_sign = steady_clock::now();
                std::cout << "… " << runs.items_size() - static_cast<int>(reported.size()) << " running for "
                          << std::chrono::duration_cast<seconds>(last_sign - began_).count() << " s" << std::endl;
            }
            co_await pause(look_interval);
            rpc::Result<v1::RefreshRuns> looked = co_await look(runs);
            if (looked) {
                runs = std::move(*looked);
                lost_since_.reset();
            } else if (looked.error().code != "UNAVAILABLE") {
                co_return fail(looked.error());
            } else if (!lost_since_) {
                lost_since_ = steady_clock::now();
            } else if (steady_clock::now() - *lost_since_ >= patience_to_connect) {
                co_return fail(looked.error());
            }
        }
    }

private:
    asio::awaitable<rpc::Result<v1::RefreshRuns>> start() {
        v1::StartRefreshRequest request;
        request.mutable_view_names()->Assign(command_.views.begin(), command_.views.end());
        request.set_trigger(command_.nightly ? v1::REFRESH_TRIGGER_NIGHTLY : v1::REFRESH_TRIGGER_MANUAL);
        for (;;) {
            const rpc::CallContext context = make_context(start_method);
            rpc::Result<v1::RefreshRuns> started =
                co_await rpc::call<v1::RefreshRuns>(upstream_, start_method, context, request);
            if (started || started.error().code != "UNAVAILABLE" ||
                steady_clock::now() - began_ >= patience_to_connect) {
                co_return started;
            }
            co_await pause(retry_interval);
        }
    }

    /// An instance that was stopped meanwhile is replaced by another one, which finds the runs in the database.
    asio::awaitable<rpc::Result<v1::RefreshRuns>> look(const v1::RefreshRuns& runs) {
        v1::GetRefreshRunsRequest request;
        for (const v1::RefreshRun& run : runs.items()) {
            request.add_ids(run.id());
        }
        const rpc::CallContext context = make_context(runs_method);
        co_return co_await rpc::call<v1::RefreshRuns>(upstream_, runs_method, context, request);
    }

    rpc::CallContext make_context(const std::string& method) const {
        rpc::CallContext context;
        context.method = method;
        context.request_id = runtime::new_uuid().to_string();
        context.user_agent = "loan-managerctl";
        context.bearer = lifecycle::sign_operator_token(secret_, std::chrono::system_clock::now());
        context.deadline = steady_clock::now() + seconds{10};
        return context;
    }

    static asio::awaitable<void> pause(milliseconds time) {
        asio::steady_timer timer(co_await asio::this_coro::executor, time);
        co_await timer.async_wait(asio::use_awaitable);
    }

    static std::string name(const v1::RefreshRun& run) {
        std::string text = run.view_name();
        text.resize(std::max<std::size_t>(text.size(), 22), ' ');
        return text + "  ";
    }

    void report(const v1::RefreshRun& run) {
        if (run.status() == v1::REFRESH_STATUS_OK) {
            std::cout << name(run) << "ok       " << run.rows() << " rows in " << std::fixed << std::setprecision(3)
                      << run.duration_ms() / 1000.0 << " s, covers change " << run.covers_seq() << std::endl;
        } else {
            ++failed_;
            std::cout << name(run) << "FAILED   " << run.error() << std::endl;
        }
    }

    static int fail(const rpc::Error& error) {
        std::cerr << "loan-managerctl: " << error.message << '\n';
        if (error.code == "UNAVAILABLE" || error.code == "DEADLINE_EXCEEDED") {
            std::cerr << "loan-managerctl: is the lifecycle-refresher running, and is the address right?\n";
            return exit_unreachable;
        }
        if (error.code == "FORBIDDEN" || error.code == "UNAUTHENTICATED") {
            return exit_refused;
        }
        return error.code == "NOT_FOUND" ? exit_usage : exit_failed;
    }

    rpc::Upstream& upstream_;
    const Refresh& command_;
    const std::string& secret_;
    steady_clock::time_point began_;
    std::optional<steady_clock::time_point> lost_since_;
    int failed_ = 0;
};

}  // namespace

int run(const Refresh& command, const Settings& settings) {
    if (settings.secret_key.size() < 32) {
        throw Failure(exit_usage,
                      "SECRET_KEY must be set to the lifecycle-refresher's (at least 32 bytes); "
                      "it may come from a file: SECRET_KEY_FILE");
    }
    runtime::Loops loops(1);
    rpc::UpstreamOptions options;
    options.name = "lifecycle-refresher";
    options.address = command.address.empty() ? settings.lifecycle.address : command.address;
    options.owner = settings.lifecycle.owner;
    std::unique_ptr<rpc::Upstream> upstream;
    try {
        upstream = std::make_unique<rpc::Upstream>(options, loops.at(0).get_executor());
    } catch (const std::invalid_argument& error) {
        throw Failure(exit_usage, std::string("--address: ") + error.what());
    }
    loops.start();
    upstream->start();
    RefreshClient client(*upstream, command, settings.secret_key);
    const int code = asio::co_spawn(loops.at(0), client.run(), asio::use_future).get();
    upstream->shutdown(milliseconds{0});
    loops.stop();
    return code;
}

}  // namespace loan_manager::ctl
