// More instances of a unit take traffic without restarting anyone; stopping one loses no read.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "support/suite.hpp"

using namespace loan_manager::testing;

namespace {

/// Calls served by an instance, by its own count.
double served(Suite& suite, const std::string& instance) {
    std::string metrics;
    try {
        metrics = http(suite.admin_port(instance), "GET", "/metrics").body;
    } catch (const boost::system::system_error&) {
        return 0;  // not up yet
    }
    double sum = 0;
    std::size_t at = 0;
    while ((at = metrics.find("\nrpc_server_calls_total{", at)) != std::string::npos) {
        auto end = metrics.find('\n', at + 1);
        auto line = metrics.substr(at + 1, end - at - 1);
        sum += std::stod(line.substr(line.rfind(' ') + 1));
        at = end;
    }
    return sum;
}

}  // namespace

TEST_CASE("a second fleet takes traffic without a restart, and stopping one loses no read") {
    Suite suite;
    auto token = suite.token("admin");
    suite.start("fleet-2");
    suite.wait_ready("fleet-2");
    CHECK(eventually([&] {
        suite.get("/v1/bikes?limit=1", token);
        return served(suite, "fleet-2") > 0;
    }));

    std::atomic<bool> running = true;
    std::atomic<int> good = 0;
    std::atomic<int> bad = 0;
    // Threads that join even when a REQUIRE leaves the test early.
    std::vector<std::jthread> clients;
    for (int i = 0; i < 4; ++i) {
        clients.emplace_back([&] {
            while (running) ++(suite.get("/v1/bikes?limit=1", token).status == 200 ? good : bad);
        });
    }
    struct Stop {
        std::atomic<bool>& running;
        ~Stop() { running = false; }
    } stop{running};
    REQUIRE(eventually([&] { return good > 100; }));
    CHECK(suite.process("fleet").stop() == 0);
    int at_stop = good;
    REQUIRE(eventually([&] { return good > at_stop + 100; }));
    suite.start("fleet");
    // The restarted instance has been found again before the other one dies.
    REQUIRE(eventually([&] { return served(suite, "fleet") > 0; }));
    suite.process("fleet-2").kill();
    int at_kill = good;
    REQUIRE(eventually([&] { return good > at_kill + 100; }));
    running = false;
    for (auto& client : clients) client.join();
    CHECK(bad.load() == 0);
}

TEST_CASE("a second gateway serves beside the first") {
    Suite suite;
    suite.start("gateway-2");
    suite.wait_ready("gateway-2");
    auto token = suite.token("admin");
    auto answer = http(suite.port("gateway-2"), "GET", "/v1/bikes?limit=1", {{"authorization", "Bearer " + token}});
    CHECK(answer.status == 200);
    CHECK(suite.process("gateway").stop() == 0);
    CHECK(http(suite.port("gateway-2"), "GET", "/health").status == 200);
}
