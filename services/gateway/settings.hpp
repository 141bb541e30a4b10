// What the gateway can be told.
#pragma once

#include "gateway/http/limits.hpp"
#include "gateway/policy/client_address.hpp"
#include "gateway/policy/rate_limiter.hpp"
#include "rpc/upstream_settings.hpp"
#include "runtime/settings.hpp"
#include "trust/settings.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace loan_manager::gateway {

struct Settings {
    rpc::UpstreamSettings auth;
    rpc::UpstreamSettings fleet;
    rpc::UpstreamSettings lifecycle;
    std::size_t upstream_max_in_flight = 0;

    trust::TokenSettings tokens;

    std::vector<std::string> cors_origins;
    std::vector<std::string> trusted_proxies;
    bool trust_x_real_ip = false;

    bool rate_limit_enabled = true;
    double rate_limit_user_per_second = 0;
    double rate_limit_address_per_second = 0;
    std::uint32_t rate_limit_user_burst = 0;
    std::uint32_t rate_limit_address_burst = 0;

    std::size_t max_connections = 0;
    std::size_t max_connections_per_address = 0;
    std::size_t write_rate = 0;
    std::chrono::seconds header_timeout{};
    std::chrono::seconds body_timeout{};
    std::chrono::seconds idle_timeout{};
    std::chrono::seconds write_timeout{};

    [[nodiscard]] http::Limits http_limits() const;
};

void add_settings(runtime::SettingsTable& table, Settings& settings);

}  // namespace loan_manager::gateway
