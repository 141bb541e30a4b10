#include "support/running_gateway.hpp"

#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "runtime/listen.hpp"
#include "transcode/contract.hpp"
#include "transcode/openapi.hpp"

namespace loan_manager::gateway::testing {

const char* const token_secret = "a-secret-of-the-gateway-tests-of-32-bytes";

RunningGateway::RunningGateway(Options options) {
    loops_.start();
    const std::string address = options.service_address.empty() ? service.address() : options.service_address;
    UpstreamsOptions upstreams;
    for (const char* name : {"auth", "fleet", "lifecycle-refresher"}) {
        upstreams.services[name].address = address;
    }
    upstreams.max_in_flight = options.max_in_flight;
    upstreams.metrics = &metrics_;
    upstreams_ = std::make_unique<Upstreams>(upstreams, transcode::contract_services(), loops_.at(0).get_executor());
    upstreams_->start();

    trust::AuthenticatorOptions trust;
    trust.algorithm = "HS256";
    trust.shared_secret = token_secret;
    authenticator_ = std::make_unique<trust::Authenticator>(trust, nullptr);

    endpoints_ = std::make_unique<Endpoints>(transcode::RouteTable::build(transcode::contract_services()).value(),
                                             *upstreams_, metrics_);
    documents_ = std::make_unique<Documents>(transcode::openapi_document(endpoints_->routes()));
    const runtime::Clock& clock = runtime::system_clock();
    health_ = std::make_unique<Health>(upstreams_->checks(), clock);
    RateLimits limits;
    limits.users = std::make_unique<RateLimiter>(options.user_rate, 1000, rate_clock);
    limits.addresses = std::make_unique<RateLimiter>(options.address_rate, 1000, rate_clock);
    gateway_ = std::make_unique<Gateway>(Gateway::Parts{*endpoints_, *authenticator_, *health_, *documents_, metrics_,
                                                        clock, Cors({"https://app.example.lk"}),
                                                        TrustedProxies(options.trusted_proxies), std::move(limits)});

    std::vector<std::shared_ptr<http::ConnectionTable>> tables;
    for (std::size_t i = 0; i != loops_.size(); ++i) {
        tables.push_back(std::make_shared<http::ConnectionTable>(loops_.at(i), clock));
    }
    http::ListenerOptions listening;
    listening.limits = options.limits;
    listening.seats.total = options.max_connections;
    listening.seats.per_address = options.max_connections_per_address;
    listening.seats.exempt = [trusted = options.trusted_proxies](const boost::asio::ip::address& address) {
        return TrustedProxies(trusted).contains(address);
    };
    listening.idle_before_eviction = options.idle_before_eviction;
    listening.busy_response = [this](http::Seats::Verdict verdict) { return gateway_->busy_response(verdict); };
    listener_ = std::make_unique<http::Listener>(runtime::open_acceptor(loops_.at(0), "127.0.0.1", 0, "PORT"),
                                                 *gateway_, std::move(tables), std::move(listening));
    listener_->start();
    if (options.service_address.empty() &&
        !eventually([this] { return upstreams_->at("fleet").state() == rpc::UpstreamState::ready; })) {
        throw std::runtime_error("the fake service was not reached");
    }
}

RunningGateway::~RunningGateway() {
    listener_->stop();
    listener_->abort_all();
    authenticator_->stop();
    upstreams_->shutdown(std::chrono::milliseconds::zero());
    listener_->wait_empty(std::chrono::steady_clock::now() + std::chrono::seconds(10));
    if (!loops_.finish(std::chrono::steady_clock::now() + std::chrono::seconds(10))) {
        loops_.stop();
    }
}

Reply RunningGateway::request(const std::string& method, const std::string& target, const std::string& fields,
                              const std::string& body) {
    std::string bytes = method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n" + fields;
    if (!body.empty()) {
        if (fields.find("Content-Type") == std::string::npos) {
            bytes += "Content-Type: application/json\r\n";
        }
        bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    }
    return client().exchange(bytes + "\r\n" + body, method == "HEAD");
}

std::string bearer(std::vector<std::string> roles, const std::function<void(token::AccessToken&)>& change) {
    token::AccessToken access;
    access.user_id = user_id;
    access.username = "tester";
    access.roles = std::move(roles);
    access.version = 1;
    access.id = "01900000-0000-7000-8000-00000000000a";
    access.issued_at = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    access.expires_at = access.issued_at + std::chrono::minutes(5);
    if (change) {
        change(access);
    }
    return bearer_line(token::sign_access_token(access, token::Key::hs256(token_secret).value()).value());
}

std::string bearer_line(const std::string& token) { return "Authorization: Bearer " + token + "\r\n"; }

bool eventually(const std::function<bool()>& condition) {
    // Nothing signals what other processes' threads do; look again in short intervals.
    std::mutex mutex;
    std::condition_variable never;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) {
            return false;
        }
        std::unique_lock lock(mutex);
        never.wait_for(lock, std::chrono::milliseconds(5));
    }
    return true;
}

}  // namespace loan_manager::gateway::testing
