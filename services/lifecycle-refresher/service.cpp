#include "lifecycle-refresher/service.hpp"

#include <map>
#include <random>
#include <utility>
#include <vector>

#include "commands/runner.hpp"
#include "lifecycle-refresher/control/handlers.hpp"
#include "lifecycle-refresher/control/operator_token.hpp"
#include "lifecycle-refresher/refresh/refresher.hpp"
#include "lifecycle-refresher/refresh/scheduler.hpp"
#include "lifecycle-refresher/reports/branch_stock.hpp"
#include "lifecycle-refresher/reports/cost_summary.hpp"
#include "lifecycle-refresher/views/handlers.hpp"
#include "lifecycle-refresher/views/queries.hpp"
#include "lifecycle-refresher/views/refresh_gate.hpp"
#include "loanmanager/lifecycle/v1/lifecycle.grpc.pb.h"
#include "rpc/server.hpp"
#include "rpc/timestamp.hpp"
#include "rpc/upstream.hpp"
#include "service/service.hpp"
#include "trust/authenticator.hpp"
#include "trust/source.hpp"

namespace loan_manager::lifecycle {
namespace {

namespace asio = boost::asio;
namespace v1 = loanmanager::lifecycle::v1;

postgres::ConnectOptions connect_options(const Settings& settings) {
    postgres::ConnectOptions options = service::connect_options(settings.database, "loan-manager lifecycle-refresher");
    // Reports may take as long as their route allows.
    options.statement_timeout = std::chrono::seconds{30};
    return options;
}

postgres::PoolOptions pool_options(const Settings& settings) {
    postgres::PoolOptions options = service::pool_options(settings.database, "loan-manager lifecycle-refresher");
    options.connect = connect_options(settings);
    return options;
}

/// 0 to 10 minutes, drawn once per process: several instances rarely begin in the same second.
std::chrono::seconds draw_jitter() {
    std::random_device source;
    return std::chrono::seconds{std::uniform_int_distribution<int>(0, 600)(source)};
}

RefreshPolicy refresh_policy() {
    RefreshPolicy policy;
    policy.nightly_jitter = [jitter = draw_jitter()](runtime::Date) { return jitter; };
    return policy;
}

class RefreshMetrics {
public:
    explicit RefreshMetrics(runtime::Metrics& metrics) {
        for (const ViewDefinition& view : views()) {
            const std::string name(view.name);
            series_.emplace(name,
                            Series{metrics.counter("view_refreshes_total", "Finished refreshes.",
                                                   {{"view", name}, {"status", "ok"}}),
                                   metrics.counter("view_refreshes_total", "Finished refreshes.",
                                                   {{"view", name}, {"status", "failed"}}),
                                   metrics.histogram("view_refresh_seconds", "Duration of refreshes.", {{"view", name}},
                                                     {0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300}),
                                   metrics.gauge("view_as_of_seconds", "Start of the last good refresh, Unix time.",
                                                 {{"view", name}})});
        }
    }

    void count(const Run& run) const {
        const Series& series = series_.at(run.view_name());
        (run.status() == v1::REFRESH_STATUS_OK ? series.ok : series.failed).add();
        series.seconds.observe(run.duration_ms() / 1000.0);
        if (run.status() == v1::REFRESH_STATUS_OK) {
            series.as_of.set(std::chrono::duration<double>(rpc::to_time(run.started_at()).time_since_epoch()).count());
        }
    }

private:
    struct Series {
        runtime::Counter ok, failed;
        runtime::Histogram seconds;
        runtime::Gauge as_of;
    };
    std::map<std::string, Series> series_;
};

/// Members are destroyed from last to first. The refresher, its schedule and the trust in tokens live on loop 0.
class Service {
public:
    Service(runtime::Process& process, const Settings& settings)
        : process_(process),
          settings_(settings),
          home_(process.loops().at(0)),
          policy_(refresh_policy()),
          metrics_(process.metrics()),
          pools_(service::contexts_of(process.loops()), pool_options(settings)),
          home_pool_(home_, home_pool_options(settings)),
          auth_(service::auth_upstream(settings.auth), home_.get_executor()),
          authenticator_(trust::authenticator_options(settings.tokens), trust::upstream_source(auth_)),
          refresher_(home_, refresher_options(settings)),
          scheduler_(home_, scheduler_options(settings), policy_, home_pool_, refresher_),
          pages_(pools_),
          commands_(pools_, commands::RunnerOptions()),
          gate_(home_, refresher_),
          view_handlers_(pools_),
          control_handlers_(pools_, gate_),
          server_(service::server_options(process), service::executors_of(process.loops()),
                  service::server_hooks(process, authenticator_)) {}

    void start() {
        register_calls();
        service::export_pool_metrics(process_, pools_);
        auth_.start();
        authenticator_.start(home_.get_executor());
        runtime::run_on(home_, [this] { scheduler_.start(); });
        process_.add_ready_check("database", [this]() -> std::optional<std::string> {
            return scheduler_.healthy() ? std::nullopt : std::optional<std::string>("the views cannot be looked at");
        });
        service::add_trust_check(process_, authenticator_);
        register_stop();
        service::take_calls(process_, server_);
    }

private:
    /// The schedule has connections of its own, so that busy reports cannot hold up a refresh.
    static postgres::PoolOptions home_pool_options(const Settings& settings) {
        postgres::PoolOptions options = pool_options(settings);
        options.max_connections = 1;
        options.connect.application_name += ": schedule";
        return options;
    }

    RefresherOptions refresher_options(const Settings& settings) {
        RefresherOptions options;
        options.connect = connect_options(settings);
        options.policy = policy_;
        options.lock_timeout = settings.lock_timeout;
        options.run_timeout = settings.refresh_timeout;
        options.on_finished = [this](const Run& run) {
            metrics_.count(run);
            scheduler_.wake();
        };
        return options;
    }

    static SchedulerOptions scheduler_options(const Settings& settings) {
        SchedulerOptions options;
        options.connect = connect_options(settings);
        options.poll_interval = settings.poll_interval;
        options.history_days = settings.history_days;
        return options;
    }

    void register_calls() {
        server_.service<v1::ViewService>()
            .query("ListViews", &ViewHandlers::list, view_handlers_)
            .query("ListRefreshes", pages_.list<v1::RefreshList>(&list_refreshes, &read_refresh))
            .command("RefreshAllViews", commands_.handler(&refresh_all, gate_))
            .command("RefreshView", commands_.handler(&refresh_one, gate_));
        server_.service<v1::ReportService>()
            .query("GetCostSummary",
                   [this](rpc::CallContext& call, const v1::CostSummaryRequest& request) {
                       return cost_summary(pools_, pages_, call, request);
                   })
            .query("GetBranchStock", [this](rpc::CallContext& call, const v1::BranchStockRequest& request) {
                return branch_stock(pools_, pages_, call, request);
            });
        const rpc::CustomCheck is_operator = [this](const rpc::CallContext& call) {
            return check_operator_token(settings_.secret_key, call.bearer, std::chrono::system_clock::now());
        };
        // The command line's: it brings no idempotency key, so nothing here is a command.
        server_.service<v1::RefreshControl>()
            .query("StartRefresh", &ControlHandlers::start, control_handlers_, is_operator)
            .query("GetRefreshRuns", &ControlHandlers::runs, control_handlers_, is_operator);
    }

    void register_stop() {
        process_.on_stop_accepting([this] { runtime::run_on(home_, [this] { scheduler_.stop(); }); });
        process_.on_drain([this](runtime::Process::SteadyTime deadline) {
            service::drain(server_, deadline);
            scheduler_.wait_idle(deadline);
            refresher_.wait_idle(deadline);
        });
        process_.on_cancel([this] {
            server_.shutdown(std::chrono::milliseconds{0});
            authenticator_.stop();
            runtime::run_on(home_, [this] {
                refresher_.cancel();
                home_pool_.close();
            });
            refresher_.wait_idle(std::chrono::steady_clock::now() + std::chrono::seconds{2});
            auth_.shutdown(std::chrono::milliseconds{0});
            pools_.close();
        });
    }

    runtime::Process& process_;
    const Settings& settings_;
    asio::io_context& home_;
    RefreshPolicy policy_;
    RefreshMetrics metrics_;
    postgres::PoolGroup pools_;
    postgres::Pool home_pool_;
    rpc::Upstream auth_;
    trust::Authenticator authenticator_;
    Refresher refresher_;
    Scheduler scheduler_;
    sql::Pages pages_;
    commands::Runner commands_;
    RefreshGate gate_;
    ViewHandlers view_handlers_;
    ControlHandlers control_handlers_;
    rpc::Server server_;
};

}  // namespace

std::shared_ptr<void> start(runtime::Process& process, const Settings& settings) {
    auto service = std::make_shared<Service>(process, settings);
    service->start();
    return service;
}

}  // namespace loan_manager::lifecycle
