#include "gateway/settings.hpp"

#include <stdexcept>

namespace loan_manager::gateway {

namespace {

void add_upstreams(runtime::SettingsTable& table, Settings& settings) {
    table.group("Services behind the gateway");
    rpc::add_upstream_settings(table, "AUTH", "auth", settings.auth);
    rpc::add_upstream_settings(table, "FLEET", "fleet", settings.fleet);
    rpc::add_upstream_settings(table, "LIFECYCLE", "lifecycle-refresher", settings.lifecycle);
    table.number("UPSTREAM_MAX_IN_FLIGHT", settings.upstream_max_in_flight)
        .default_value(512)
        .range(1, 100'000)
        .help("Calls under way to one service; one more is answered 503 at once");
}

void add_rates(runtime::SettingsTable& table, Settings& settings) {
    table.group("Rate limits");
    table.flag("RATE_LIMIT_ENABLED", settings.rate_limit_enabled).default_value("true").help("Off for load tests only");
    table.decimal("RATE_LIMIT_USER_PER_SECOND", settings.rate_limit_user_per_second)
        .default_value("100")
        .range(1, 1'000'000)
        .help("Requests per second of one signed-in user");
    table.number("RATE_LIMIT_USER_BURST", settings.rate_limit_user_burst)
        .default_value(200)
        .range(1, 1'000'000)
        .help("Requests a user may send at once");
    table.decimal("RATE_LIMIT_ADDRESS_PER_SECOND", settings.rate_limit_address_per_second)
        .default_value("10")
        .range(1, 1'000'000)
        .help("Requests per second of one address without a valid token");
    table.number("RATE_LIMIT_ADDRESS_BURST", settings.rate_limit_address_burst)
        .default_value(20)
        .range(1, 1'000'000)
        .help("Requests an address may send at once");
}

void add_clients(runtime::SettingsTable& table, Settings& settings) {
    table.group("Clients");
    table.list("CORS_ORIGINS", settings.cors_origins)
        .default_value("[]")
        .help("Origins whose pages may call the API, e.g. `[\"https://app.example.lk\"]`");
    table.list("TRUSTED_PROXIES", settings.trusted_proxies)
        .default_value(R"(["127.0.0.0/8","::1"])")
        .help(
            "Addresses and networks whose X-Forwarded-For is believed; whoever can connect from there can claim any "
            "client address");
    table.flag("TRUST_X_REAL_IP", settings.trust_x_real_ip)
        .default_value("false")
        .help("Believe X-Real-IP of a trusted proxy that sends no X-Forwarded-For; for proxies that overwrite it only");
    table.number("MAX_CONNECTIONS", settings.max_connections)
        .default_value(10'000)
        .range(1, 1'000'000)
        .help(
            "Client connections at a time; one more takes the place of one that has been idle for 5 s, or is answered "
            "503. Lowered at start to what the limit of open files leaves");
    table.number("MAX_CONNECTIONS_PER_ADDRESS", settings.max_connections_per_address)
        .default_value(256)
        .range(1, 1'000'000)
        .help(
            "Connections of one address (of one /64 with IPv6); one more is answered 429. TRUSTED_PROXIES may hold any "
            "number");
    table.seconds("HEADER_TIMEOUT_SECONDS", settings.header_timeout)
        .default_value(10)
        .range(1, 300)
        .help("For the head of a request, from its first byte");
    table.seconds("BODY_TIMEOUT_SECONDS", settings.body_timeout)
        .default_value(10)
        .range(1, 300)
        .help("Without progress in a body; a whole body may take six times as long");
    table.seconds("IDLE_TIMEOUT_SECONDS", settings.idle_timeout)
        .default_value(75)
        .range(1, 3600)
        .help("Between two requests of a connection; keep it above the proxy's (nginx: 60)");
    table.seconds("WRITE_TIMEOUT_SECONDS", settings.write_timeout)
        .default_value(15)
        .range(1, 300)
        .help("Without the client taking a byte of its answer");
    table.number("WRITE_MIN_BYTES_PER_SECOND", settings.write_rate)
        .default_value(2048)
        .range(1, 1'000'000'000)
        .help(
            "Slowest rate at which a client may take its answers; below it for twice WRITE_TIMEOUT_SECONDS, the "
            "connection ends");
    table.rule([&settings](runtime::SettingsErrors& errors) {
        try {
            TrustedProxies(settings.trusted_proxies);
        } catch (const std::invalid_argument& error) {
            errors.add("TRUSTED_PROXIES", error.what());
        }
    });
}

}  // namespace

http::Limits Settings::http_limits() const {
    http::Limits limits;
    limits.head_timeout = header_timeout;
    limits.body_idle_timeout = body_timeout;
    limits.body_timeout = 6 * body_timeout;
    limits.idle_timeout = idle_timeout;
    limits.write_timeout = write_timeout;
    limits.write_patience = 2 * write_timeout;
    limits.write_rate = write_rate;
    return limits;
}

void add_settings(runtime::SettingsTable& table, Settings& settings) {
    add_upstreams(table, settings);
    trust::add_token_settings(table, settings.tokens);
    add_rates(table, settings);
    add_clients(table, settings);
}

}  // namespace loan_manager::gateway
