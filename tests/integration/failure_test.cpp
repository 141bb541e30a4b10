// Processes die; nothing acknowledged is lost, answers stay prompt, and everything recovers without help.
#include <doctest/doctest.h>

#include <signal.h>

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "support/suite.hpp"

using namespace loan_manager::testing;

namespace {

/// Clients that procure without pause until told to stop, recording what was acknowledged.
class Load {
public:
    Load(Suite& suite, int clients) : suite_(suite), token_(suite.token("admin")) {
        for (int i = 0; i < clients; ++i) threads_.emplace_back([this] { work(); });
    }
    ~Load() { stop(); }
    void stop() {
        running_ = false;
        for (auto& thread : threads_) thread.join();
        threads_.clear();
    }
    std::set<std::string> acknowledged() {
        std::lock_guard lock(mutex_);
        return acknowledged_;
    }
    std::map<int, int> statuses() {
        std::lock_guard lock(mutex_);
        return statuses_;
    }
    std::chrono::milliseconds slowest_refusal() {
        std::lock_guard lock(mutex_);
        return slowest_refusal_;
    }

private:
    void work() {
        while (running_) {
            auto started = std::chrono::steady_clock::now();
            HttpResponse answer;
            try {
                answer = suite_.post("/v1/bikes/procure", procurement("BT"), token_);
            } catch (const boost::system::system_error&) {
                answer.status = 0;  // the gateway itself was gone
            }
            auto took =
                std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started);
            std::lock_guard lock(mutex_);
            ++statuses_[answer.status];
            if (answer.status == 201) {
                acknowledged_.insert(std::string(answer.json().at("id").as_string()));
            } else {
                slowest_refusal_ = std::max(slowest_refusal_, took);
            }
        }
    }

    Suite& suite_;
    std::string token_;
    std::atomic<bool> running_ = true;
    std::mutex mutex_;
    std::set<std::string> acknowledged_;
    std::map<int, int> statuses_;
    std::chrono::milliseconds slowest_refusal_{0};
    std::vector<std::thread> threads_;
};

void check_nothing_lost(Suite& suite, const std::set<std::string>& acknowledged) {
    auto database = suite.database();
    std::set<std::string> stored;
    for (const auto& row : database.rows("select id::text from bicycles")) stored.insert(row[0]);
    for (const auto& id : acknowledged) CHECK(stored.contains(id));
    CHECK(suite.violations() == "");
}

/// Waits until the load has been acknowledged `more` times beyond what it has now.
bool progresses(Load& load, std::size_t more) {
    auto target = load.acknowledged().size() + more;
    return eventually([&] { return load.acknowledged().size() >= target; }, std::chrono::seconds(30));
}

}  // namespace

TEST_CASE("kill -9 of each service during load: prompt 503s, recovery, nothing acknowledged is lost") {
    for (const std::string instance : {"fleet", "auth", "lifecycle-refresher", "gateway"}) {
        CAPTURE(instance);
        Suite suite;
        Load load(suite, 8);
        REQUIRE(progresses(load, 20));
        suite.process(instance).kill();
        if (instance == "fleet") {
            CHECK(eventually([&] { return load.statuses()[503] > 0; }));
        }
        suite.start(instance);
        suite.wait_ready(instance);
        CHECK(progresses(load, 20));
        load.stop();
        for (const auto& [status, count] : load.statuses()) {
            CAPTURE(status);
            CHECK((status == 201 || status == 503 || (status == 0 && instance == "gateway")));
        }
        CHECK(load.slowest_refusal() < std::chrono::seconds(5));
        check_nothing_lost(suite, load.acknowledged());
    }
}

TEST_CASE("auth down: signed-in users go on working, sign-in is a prompt 503") {
    Suite suite;
    auto token = suite.token("admin");
    suite.process("auth").kill();
    CHECK(suite.get("/v1/bikes?limit=1", token).status == 200);
    auto login =
        http(suite.gateway_port(), "POST", "/v1/auth/login", {}, R"({"username":"admin","password":"whatever it is"})");
    CHECK(login.status == 503);
    CHECK(login.code() == "UNAVAILABLE");
    CHECK(!login.header("retry-after").empty());
    suite.start("auth");
    suite.wait_ready("auth");
    CHECK(eventually([&] {
        return http(suite.gateway_port(), "POST", "/v1/auth/login", {},
                    R"({"username":"admin","password":")" + suite.password("admin") + R"("})")
                   .status == 200;
    }));
    // A restarted auth keeps its signing key, so old tokens stay good.
    CHECK(suite.get("/v1/bikes?limit=1", token).status == 200);
}

TEST_CASE("graceful stop under load: SIGTERM finishes what was accepted and exits 0") {
    Suite suite;
    Load load(suite, 8);
    REQUIRE(progresses(load, 20));
    suite.process("fleet").signal(SIGTERM);
    CHECK(suite.process("fleet").wait() == 0);
    suite.start("fleet");
    suite.wait_ready("fleet");
    CHECK(progresses(load, 10));
    load.stop();
    for (const auto& [status, count] : load.statuses()) CHECK((status == 201 || status == 503));
    check_nothing_lost(suite, load.acknowledged());
    CHECK(suite.process("gateway").stop() == 0);
    CHECK(suite.process("auth").stop() == 0);
    CHECK(suite.process("lifecycle-refresher").stop() == 0);
}

TEST_CASE("lost database connections: prompt answers, then recovery without help") {
    Suite suite;
    Load load(suite, 8);
    REQUIRE(progresses(load, 20));
    for (int round = 0; round < 5; ++round) {
        suite.database().rows(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> "
            "pg_backend_pid()");
        CHECK(progresses(load, 10));
    }
    load.stop();
    for (const auto& [status, count] : load.statuses()) {
        CAPTURE(status);
        CHECK((status == 201 || status == 503));
    }
    check_nothing_lost(suite, load.acknowledged());
}
