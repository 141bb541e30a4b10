#include <doctest/doctest.h>

#include "testing/error_codes.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "fixture.hpp"

using namespace loan_manager::fleet::testing;

namespace {

Call keyed(const std::string& key = "new") {
    Call call;
    call.key = key;
    return call;
}

// Runs the function n times at once and counts the codes ("" is success).
std::map<std::string, int> in_parallel(int n, const std::function<std::string(int)>& function) {
    std::map<std::string, int> codes;
    std::mutex mutex;
    std::atomic<bool> go{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < n; ++i) {
        threads.emplace_back([&, i] {
            go.wait(false);
            const auto code = function(i);
            const std::lock_guard lock(mutex);
            ++codes[code];
        });
    }
    go = true;
    go.notify_all();
    for (auto& thread : threads) {
        thread.join();
    }
    return codes;
}

std::string procured(const v1::ProcureBikeRequest& request, const std::string& key = "new") {
    v1::Bike bike;
    return Fleet::instance().procure(request, keyed(key), bike).code;
}

std::string counter(const std::string& branch) {
    return Fleet::instance().value(
        "SELECT last_number FROM stock_counters c JOIN branches b ON b.id = c.branch_id WHERE b.code = '" + branch +
        "'");
}

// first..last without a gap?
bool consecutive(const std::string& branch, int from, int to) {
    return Fleet::instance().value(
               "SELECT count(*) FROM stock_numbers s JOIN branches b ON b.id = s.branch_id "
               "WHERE b.code = '" +
               branch + "' AND running_number BETWEEN " + std::to_string(from) + " AND " + std::to_string(to)) ==
           std::to_string(to - from + 1);
}

}  // namespace

TEST_CASE("X-01 parallel procurements in one branch give consecutive numbers") {
    const int before = std::stoi(counter("ONE"));
    const auto codes = in_parallel(64, [](int) { return procured(purchase("ONE")); });
    CHECK(codes == std::map<std::string, int>{{"", 64}});
    CHECK(counter("ONE") == std::to_string(before + 64));
    CHECK(consecutive("ONE", before + 1, before + 64));
    CHECK(Fleet::instance().broken_invariants() == std::vector<std::string>{});
}

TEST_CASE("X-02 two branches do not wait for each other") {
    auto& fleet = Fleet::instance();
    const int first = std::stoi(counter("ONE"));
    const int second = std::stoi(counter("BD"));
    const auto codes = in_parallel(32, [](int i) { return procured(purchase(i % 2 == 0 ? "ONE" : "BD")); });
    CHECK(codes == std::map<std::string, int>{{"", 32}});
    CHECK(consecutive("ONE", first + 1, first + 16));
    CHECK(consecutive("BD", second + 1, second + 16));
    CHECK(fleet.broken_invariants() == std::vector<std::string>{});
}

TEST_CASE("X-03 the last numbers go to exactly as many; losers leave nothing") {
    auto& fleet = Fleet::instance();
    fleet.sql(
        "UPDATE stock_counters SET last_number = 9994 WHERE branch_id = (SELECT id FROM branches WHERE code = 'FEW')");
    const auto codes = in_parallel(20, [](int) { return procured(purchase("FEW")); });
    CHECK(codes == std::map<std::string, int>{{"", 5}, {"STOCK_NUMBER_EXHAUSTED", 15}});
    CHECK(counter("FEW") == "9999");
    const std::string at_few = " WHERE acquisition_branch_id = (SELECT id FROM branches WHERE code = 'FEW')";
    CHECK(fleet.value("SELECT count(*) FROM bicycles" + at_few) == "5");
    CHECK(fleet.value(
              "SELECT count(*) FROM cost_ledger WHERE branch_id = (SELECT id FROM branches WHERE code = 'FEW')") ==
          "5");
    CHECK(fleet.broken_invariants() == std::vector<std::string>{});

    // The limit is a setting that may be raised; numbers then grow a digit.
    const Fleet::Process raised(fleet.database_url(), {{"STOCK_NUMBER_MAX", "999999"}});
    v1::Bike bike;
    REQUIRE(fleet.procure(purchase("FEW"), keyed(), bike, raised.channel()).ok());
    CHECK(bike.current_stock_number() == "MA/FEW/ST/10000");
}

TEST_CASE("X-09 one key and body: one execution, also over two processes") {
    auto& fleet = Fleet::instance();
    const Fleet::Process second(fleet.database_url(), {});
    auto request = purchase("WW");
    request.set_color("idempotent");
    std::mutex mutex;
    std::vector<std::string> ids;
    std::atomic<int> replays{0};
    const auto codes = in_parallel(24, [&](int i) {
        v1::Bike bike;
        const auto outcome =
            fleet.procure(request, keyed("x09-key-of-the-test"), bike, i % 2 == 0 ? nullptr : second.channel());
        if (outcome.ok()) {
            const std::lock_guard lock(mutex);
            ids.push_back(bike.SerializeAsString());
            replays += outcome.replayed ? 1 : 0;
        }
        return outcome.code;
    });
    CHECK(codes.count("") == 1);
    for (const auto& [code, times] : codes) {
        CHECK((code.empty() || code == "IDEMPOTENCY_IN_FLIGHT"));
    }
    CHECK(std::all_of(ids.begin(), ids.end(), [&](const auto& id) { return id == ids.front(); }));
    CHECK(replays == static_cast<int>(ids.size()) - 1);
    CHECK(fleet.value("SELECT count(*) FROM bicycles WHERE color = 'idempotent'") == "1");

    v1::Bike later;
    const auto replay = fleet.procure(request, keyed("x09-key-of-the-test"), later);
    CHECK(replay.ok());
    CHECK(replay.replayed);
    CHECK(later.SerializeAsString() == ids.front());
}

TEST_CASE("X-10 one key, different bodies") {
    std::atomic<int> other{0};
    const auto codes = in_parallel(16, [&](int i) {
        auto request = purchase("WW");
        request.set_color("colour " + std::to_string(i));
        return procured(request, "x10-key-of-the-test");
    });
    CHECK(codes.at("") == 1);
    for (const auto& [code, times] : codes) {
        CHECK((code.empty() || code == "IDEMPOTENCY_IN_FLIGHT" || code == "IDEMPOTENCY_MISMATCH"));
    }
    auto request = purchase("WW");
    request.set_color("yet another");
    CHECK(procured(request, "x10-key-of-the-test") == "IDEMPOTENCY_MISMATCH");
    request.clear_brand();  // the look-up comes before validation (D-212)
    CHECK(procured(request, "x10-key-of-the-test") == "IDEMPOTENCY_MISMATCH");
}

TEST_CASE("D-215 failures store nothing; a retry executes") {
    auto request = purchase("ZZ");
    CHECK(procured(request, "d215-key-of-the-test") == "BRANCH_INACTIVE");
    request.set_branch_id("WW");
    CHECK(procured(request, "d215-key-of-the-test") == "");
}

TEST_CASE("X-18 one plate, many branches: one bike, and losers use no number") {
    auto& fleet = Fleet::instance();
    for (int round = 0; round < 5; ++round) {
        const auto plate = fresh_plate();
        const int before = std::stoi(counter("ONE")) + std::stoi(counter("BD"));
        const auto codes = in_parallel(16, [&](int i) {
            auto request = purchase(i % 2 == 0 ? "ONE" : "BD");
            request.set_license_plate(plate);
            return procured(request);
        });
        CHECK(codes == std::map<std::string, int>{{"", 1}, {"DUPLICATE", 15}});
        CHECK(std::stoi(counter("ONE")) + std::stoi(counter("BD")) == before + 1);
    }
    CHECK(fleet.broken_invariants() == std::vector<std::string>{});
}

TEST_CASE("X-19 PATCHes with one ETag: one wins") {
    auto& fleet = Fleet::instance();
    v1::Bike bike;
    REQUIRE(fleet.procure(purchase("WW"), keyed(), bike).ok());
    const auto codes = in_parallel(16, [&](int i) {
        v1::UpdateBikeRequest patch;
        patch.set_id(bike.id());
        patch.mutable_bike()->set_color("colour " + std::to_string(i));
        Call call;
        call.if_match = "1";
        v1::Bike after;
        return fleet.update(patch, call, after).code;
    });
    CHECK(codes == std::map<std::string, int>{{"", 1}, {"PRECONDITION_FAILED", 15}});
    CHECK(fleet.value("SELECT version FROM bicycles WHERE id = '" + bike.id() + "'") == "2");
    CHECK(fleet.value("SELECT count(*) FROM audit_log WHERE action = 'BIKE_UPDATED' AND entity_id = '" + bike.id() +
                      "'") == "1");
}
