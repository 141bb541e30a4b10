// A whole gateway on a free port in front of a fake service, with tokens signed by the test.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gateway/api/gateway.hpp"
#include "gateway/http/listener.hpp"
#include "runtime/clock.hpp"
#include "runtime/loops.hpp"
#include "runtime/metrics.hpp"
#include "support/client.hpp"
#include "support/fake_service.hpp"
#include "token/access_token.hpp"

namespace loan_manager::gateway::testing {

struct Options {
    Rate user_rate{1'000'000, 1'000'000};
    Rate address_rate{1'000'000, 1'000'000};
    std::size_t max_in_flight = 100;
    std::size_t max_connections = 1000;
    std::size_t max_connections_per_address = 1000;
    std::chrono::milliseconds idle_before_eviction{5'000};
    std::vector<std::string> trusted_proxies{"127.0.0.1"};
    http::Limits limits{};
    /// Empty: the fake service's.
    std::string service_address{};
};

class RunningGateway {
public:
    explicit RunningGateway(Options options = {});
    ~RunningGateway();

    /// A request on a connection of its own. `fields`: complete lines.
    Reply request(const std::string& method, const std::string& target, const std::string& fields = {},
                  const std::string& body = {});
    Client client() { return Client(port()); }
    std::uint16_t port() const { return listener_->endpoint().port(); }
    http::Listener& listener() { return *listener_; }
    runtime::Metrics& metrics() { return metrics_; }

    FakeService service;
    runtime::ManualClock rate_clock{std::chrono::system_clock::now()};

private:
    runtime::Loops loops_{2};
    runtime::Metrics metrics_;
    std::unique_ptr<Upstreams> upstreams_;
    std::unique_ptr<trust::Authenticator> authenticator_;
    std::unique_ptr<Endpoints> endpoints_;
    std::unique_ptr<Documents> documents_;
    std::unique_ptr<Health> health_;
    std::unique_ptr<Gateway> gateway_;
    std::unique_ptr<http::Listener> listener_;
};

constexpr const char* user_id = "01900000-0000-7000-8000-000000000001";

/// `Authorization: Bearer …` line of a user with these roles; `change` may spoil the claims first.
std::string bearer(std::vector<std::string> roles = {"admin"},
                   const std::function<void(token::AccessToken&)>& change = {});
std::string bearer_line(const std::string& token);
extern const char* const token_secret;

/// Waits for something another thread brings about; false when it does not within ten seconds.
bool eventually(const std::function<bool()>& condition);

}  // namespace loan_manager::gateway::testing
