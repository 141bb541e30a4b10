#include "gateway/service.hpp"

#include "gateway/api/documents.hpp"
#include "gateway/api/endpoints.hpp"
#include "gateway/api/gateway.hpp"
#include "gateway/api/health.hpp"
#include "gateway/api/upstreams.hpp"
#include "gateway/http/affordable.hpp"
#include "gateway/http/listener.hpp"
#include "rpc/error.hpp"
#include "runtime/descriptors.hpp"
#include "runtime/listen.hpp"
#include "runtime/log.hpp"
#include "transcode/contract.hpp"
#include "transcode/openapi.hpp"
#include "trust/source.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace loan_manager::gateway {

namespace asio = boost::asio;

namespace {

constexpr std::size_t rate_limit_buckets = 100'000;

transcode::RouteTable build_routes() {
    const auto services = transcode::contract_services();
    auto routes = transcode::RouteTable::build(services);
    if (!routes) {
        throw runtime::StartupError("the contract cannot be routed:\n" + routes.error().text());
    }
    return std::move(*routes);
}

UpstreamsOptions upstream_options(const Settings& settings, runtime::Metrics& metrics) {
    UpstreamsOptions options;
    options.services = {
        {"auth", settings.auth}, {"fleet", settings.fleet}, {"lifecycle-refresher", settings.lifecycle}};
    options.max_in_flight = settings.upstream_max_in_flight;
    options.metrics = &metrics;
    return options;
}

RateLimits rate_limits(const Settings& settings, const runtime::Clock& clock) {
    RateLimits limits;
    if (settings.rate_limit_enabled) {
        limits.users = std::make_unique<RateLimiter>(
            Rate{settings.rate_limit_user_per_second, settings.rate_limit_user_burst}, rate_limit_buckets, clock);
        limits.addresses = std::make_unique<RateLimiter>(
            Rate{settings.rate_limit_address_per_second, settings.rate_limit_address_burst}, rate_limit_buckets, clock);
    }
    return limits;
}

// A gateway that accepts more than its descriptors allow would not reach its services any more.
std::size_t connections(std::size_t wanted) {
    const std::size_t descriptors = runtime::raise_descriptor_limit();
    const std::size_t affordable = http::affordable_connections(wanted, descriptors);
    if (affordable == 0) {
        throw runtime::StartupError("the limit of open files is " + std::to_string(descriptors) + "; " +
                                    std::to_string(http::reserved_descriptors) +
                                    " are needed before the first client connection (ulimit -n, LimitNOFILE)");
    }
    if (affordable < wanted) {
        runtime::log::warning("MAX_CONNECTIONS is lowered to what the limit of open files leaves",
                              {{"max_connections", affordable},
                               {"wanted", wanted},
                               {"open_files", descriptors},
                               {"reserved", http::reserved_descriptors}});
    }
    return affordable;
}

// Members are destroyed from last to first: what listens goes before what it uses.
class Service {
public:
    Service(runtime::Process& process, const Settings& settings)
        : process_(process),
          clock_(runtime::system_clock()),
          trust_loop_(process.loops().next()),
          upstreams_(upstream_options(settings, process.metrics()), transcode::contract_services(),
                     trust_loop_.get_executor()),
          authenticator_(trust::authenticator_options(settings.tokens), trust::upstream_source(upstreams_.at("auth"))),
          endpoints_(build_routes(), upstreams_, process.metrics()),
          documents_(transcode::openapi_document(endpoints_.routes())),
          health_(checks(), clock_),
          gateway_(Gateway::Parts{
              endpoints_, authenticator_, health_, documents_, process.metrics(), clock_, Cors(settings.cors_origins),
              TrustedProxies(settings.trusted_proxies, settings.trust_x_real_ip), rate_limits(settings, clock_)}),
          listener_(
              runtime::open_acceptor(process.loops().at(0), process.settings().host, process.settings().port, "PORT"),
              gateway_, tables(), listener_options(settings)) {}

    void start() {
        upstreams_.start();
        process_.metrics().gauge_from("gateway_connections", "Open client connections", {},
                                      [this] { return static_cast<double>(listener_.connections()); });
        authenticator_.start(trust_loop_.get_executor());
        for (const Health::Check& check : health_.checks()) {
            process_.add_ready_check(check.name, check.problem);
        }
        register_stop();
        listener_.start();
        process_.listening(process_.settings().host, listener_.endpoint().port());
    }

private:
    std::vector<Health::Check> checks() {
        auto checks = upstreams_.checks();
        checks.push_back({"trust", [this]() -> std::optional<std::string> {
                              if (authenticator_.ready()) {
                                  return std::nullopt;
                              }
                              return "no keys to verify tokens with";
                          }});
        checks.push_back({"running", [this]() -> std::optional<std::string> {
                              if (process_.stopping()) {
                                  return "stopping";
                              }
                              return std::nullopt;
                          }});
        return checks;
    }

    std::vector<std::shared_ptr<http::ConnectionTable>> tables() {
        std::vector<std::shared_ptr<http::ConnectionTable>> tables;
        for (std::size_t i = 0; i != process_.loops().size(); ++i) {
            tables.push_back(std::make_shared<http::ConnectionTable>(process_.loops().at(i), clock_));
        }
        return tables;
    }

    http::ListenerOptions listener_options(const Settings& settings) {
        http::ListenerOptions options;
        options.limits = settings.http_limits();
        options.seats.total = connections(settings.max_connections);
        options.seats.per_address = settings.max_connections_per_address;
        options.seats.exempt = [proxies = TrustedProxies(settings.trusted_proxies)](const asio::ip::address& address) {
            return proxies.contains(address);
        };
        options.busy_response = [this](http::Seats::Verdict verdict) { return gateway_.busy_response(verdict); };
        return options;
    }

    void register_stop() {
        process_.on_stop_accepting([this] { listener_.stop(); });
        process_.on_drain([this](runtime::Process::SteadyTime deadline) {
            listener_.drain();
            listener_.wait_empty(deadline);
        });
        process_.on_cancel([this] {
            listener_.abort_all();
            authenticator_.stop();
            upstreams_.shutdown(std::chrono::milliseconds::zero());
        });
    }

    runtime::Process& process_;
    const runtime::Clock& clock_;
    asio::io_context& trust_loop_;
    Upstreams upstreams_;
    trust::Authenticator authenticator_;
    Endpoints endpoints_;
    Documents documents_;
    Health health_;
    Gateway gateway_;
    http::Listener listener_;
};

}  // namespace

std::string openapi_document() { return transcode::openapi_document(build_routes()); }

std::shared_ptr<void> start(runtime::Process& process, const Settings& settings) {
    auto service = std::make_shared<Service>(process, settings);
    service->start();
    return service;
}

}  // namespace loan_manager::gateway
