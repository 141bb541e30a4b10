#include "fleet/service.hpp"

#include <boost/asio/post.hpp>
#include <utility>

#include "commands/runner.hpp"
#include "fleet/audit/handlers.hpp"
#include "fleet/audit/sealer.hpp"
#include "fleet/bikes/handlers.hpp"
#include "fleet/bikes/reservation_expiry.hpp"
#include "fleet/commissions/handlers.hpp"
#include "fleet/constraints.hpp"
#include "fleet/expenses/handlers.hpp"
#include "fleet/housekeeping.hpp"
#include "fleet/ledger/handlers.hpp"
#include "fleet/organisation/handlers.hpp"
#include "fleet/repairs/handlers.hpp"
#include "fleet/sales/handlers.hpp"
#include "fleet/transfers/handlers.hpp"
#include "rpc/server.hpp"
#include "rpc/upstream.hpp"
#include "service/service.hpp"
#include "trust/authenticator.hpp"
#include "trust/source.hpp"

namespace loan_manager::fleet {
namespace {

namespace asio = boost::asio;

commands::RunnerOptions runner_options() {
    commands::RunnerOptions options;
    options.constraints = constraints();
    return options;
}

/// Members are destroyed from last to first. Housekeeping and the trust in tokens live on loop 0.
class Service {
public:
    Service(runtime::Process& process, const Settings& settings)
        : process_(process),
          home_(process.loops().at(0)),
          pools_(service::contexts_of(process.loops()), service::pool_options(settings.database, "loan-manager fleet")),
          home_pool_(home_, service::home_pool_options(settings.database, "loan-manager fleet: housekeeping")),
          auth_(service::auth_upstream(settings.auth), home_.get_executor()),
          authenticator_(trust::authenticator_options(settings.tokens), trust::upstream_source(auth_)),
          pages_(pools_),
          runner_(pools_, runner_options()),
          housekeeping_(home_, home_pool_, runner_, settings.outbox_keep_days),
          sealer_(home_, pools_, settings.audit_seal_interval),
          audit_(pages_),
          reservation_expiry_(home_, pools_, runner_, runtime::system_clock()),
          organisation_(pools_, pages_, runner_, settings.stock_number_max),
          bikes_(pools_, pages_, runner_, runtime::system_clock(), settings.stock_number_max),
          costs_(pools_, pages_),
          expenses_(pools_, pages_, runner_),
          transfers_(pools_, pages_, runner_, settings.stock_number_max),
          commissions_(pools_, pages_, runner_),
          repairs_(pools_, pages_, runner_),
          sales_(pools_, pages_, runner_, runtime::system_clock(),
                 sales::Limits{settings.stock_number_max, settings.prices_a_day}),
          server_(service::server_options(process), service::executors_of(process.loops()),
                  service::server_hooks(process, authenticator_)) {}

    void start() {
        audit_.register_with(server_);
        organisation_.register_with(server_);
        bikes_.register_with(server_);
        costs_.register_with(server_);
        expenses_.register_with(server_);
        transfers_.register_with(server_);
        commissions_.register_with(server_);
        repairs_.register_with(server_);
        sales_.register_with(server_);
        service::export_pool_metrics(process_, pools_);
        auth_.start();
        authenticator_.start(home_.get_executor());
        housekeeping_.start();
        reservation_expiry_.start();
        sealer_.start();
        process_.add_ready_check("database", [this]() -> std::optional<std::string> {
            return housekeeping_.healthy() ? std::nullopt : std::optional<std::string>("the database does not answer");
        });
        service::add_trust_check(process_, authenticator_);
        register_stop();
        service::take_calls(process_, server_);
    }

private:
    void register_stop() {
        process_.on_stop_accepting([this] {
            housekeeping_.stop();
            reservation_expiry_.stop();
            sealer_.stop();
        });
        process_.on_drain([this](runtime::Process::SteadyTime deadline) {
            service::drain(server_, deadline);
            housekeeping_.wait_idle(deadline);
            reservation_expiry_.wait_idle(deadline);
            sealer_.wait_idle(deadline);
        });
        process_.on_cancel([this] {
            server_.shutdown(std::chrono::milliseconds{0});
            authenticator_.stop();
            auth_.shutdown(std::chrono::milliseconds{0});
            asio::post(home_, [this] { home_pool_.close(); });
            pools_.close();
        });
    }

    runtime::Process& process_;
    asio::io_context& home_;
    postgres::PoolGroup pools_;
    postgres::Pool home_pool_;
    rpc::Upstream auth_;
    trust::Authenticator authenticator_;
    sql::Pages pages_;
    commands::Runner runner_;
    Housekeeping housekeeping_;
    audit::Sealer sealer_;
    audit::AuditHandlers audit_;
    bikes::ReservationExpiry reservation_expiry_;
    organisation::OrganisationHandlers organisation_;
    bikes::BikeHandlers bikes_;
    ledger::CostHandlers costs_;
    expenses::ExpenseHandlers expenses_;
    transfers::TransferHandlers transfers_;
    commissions::CommissionHandlers commissions_;
    repairs::RepairHandlers repairs_;
    sales::SaleHandlers sales_;
    rpc::Server server_;
};

}  // namespace

std::shared_ptr<void> start(runtime::Process& process, const Settings& settings) {
    auto service = std::make_shared<Service>(process, settings);
    service->start();
    return service;
}

}  // namespace loan_manager::fleet
