// The loops of the service when the database fails them: each failure is counted, and the work is done once it can be.
#include <doctest/doctest.h>
#include <atomic>
#include <memory>
#include <stdexcept>

#include "fleet/audit/sealer.hpp"
#include "fleet/bikes/reservation_expiry.hpp"
#include "fleet/housekeeping.hpp"
#include "lifecycle/support/loop.hpp"
#include "lifecycle/support/scratch_database.hpp"
#include "runtime/background.hpp"

using namespace loan_manager;
using namespace std::chrono_literals;
using testing::eventually;

namespace {

/// What the loops of one process have to themselves.
struct World {
    World() {
        testing::add_organisation(session);
        loop.call([this] { pools = std::make_unique<postgres::PoolGroup>(std::vector{&loop.context()}, options()); });
    }

    postgres::PoolOptions options() const {
        postgres::PoolOptions options;
        options.connect = testing::connect_options(database.url_as("loan_manager_fleet"));
        options.max_connections = 4;
        return options;
    }

    /// To be called before what runs on the loop is destroyed.
    void end() {
        pools->close();
        loop.stop();
    }

    testing::ScratchDatabase database;
    testing::Session session{database.url()};
    testing::Loop loop;
    std::unique_ptr<postgres::PoolGroup> pools;
};

std::uint64_t failures(const char* task) { return runtime::background_task(task).failures; }
bool lives(const char* loop) { return runtime::background_task(std::string(loop) + " (loop)").in_flight == 1; }

/// Ends a loop before its World.
template <class Work>
struct Running {
    template <class... Args>
    explicit Running(World& world, Args&&... args) : world_(world), work(std::forward<Args>(args)...) {
        work.start();
    }
    ~Running() {
        work.stop();
        work.wait_idle(std::chrono::steady_clock::now() + 10s);
        world_.end();
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

private:
    World& world_;

public:
    Work work;
};

/// A clock that can be broken.
class Clock final : public runtime::Clock {
public:
    WallTime now() const override {
        if (is_broken) {
            throw std::runtime_error("the clock is broken");
        }
        return std::chrono::system_clock::now();
    }
    SteadyTime steady_now() const override { return std::chrono::steady_clock::now() + ahead.load(); }

    std::atomic<bool> is_broken{false};
    std::atomic<std::chrono::minutes> ahead{0min};
};

}  // namespace

TEST_CASE("sealing: what fails is counted, and the rows are sealed afterwards") {
    World world;
    const auto at_first = failures("audit sealing");
    testing::procure(world.session, "WW", 1);
    world.session.rows("ALTER TABLE fleet.audit_unsealed RENAME TO away");
    const Running<fleet::audit::Sealer> sealer(world, world.loop.context(), *world.pools, 0s);
    CHECK(eventually([&] { return failures("audit sealing") >= at_first + 2; }));
    world.session.rows("ALTER TABLE fleet.away RENAME TO audit_unsealed");
    CHECK(eventually([&] { return world.session.value("SELECT count(*) FROM audit_chain") == "1"; }));

    // A head that cannot be one.
    const auto failed = failures("audit sealing");
    world.session.rows(
        "ALTER TABLE fleet.audit_chain RENAME TO away;"
        "CREATE VIEW fleet.audit_chain AS SELECT 'no number' AS position, audit_id, chain_hash FROM fleet.away;"
        "GRANT SELECT ON fleet.audit_chain TO loan_manager_fleet");
    CHECK(eventually([&] { return failures("audit sealing") >= failed + 2; }));
    testing::procure(world.session, "WW", 1);
    world.session.rows("DROP VIEW fleet.audit_chain; ALTER TABLE fleet.away RENAME TO audit_chain");
    CHECK(eventually([&] { return world.session.value("SELECT count(*) FROM audit_chain") == "2"; }));
    CHECK(lives("audit sealing"));
}

TEST_CASE("housekeeping: what fails is counted, and the next round comes") {
    World world;
    commands::Runner runner(*world.pools, {});
    postgres::Pool pool(world.loop.context(), world.options());
    const auto looks = failures("database look");
    const auto sweeps = failures("expired answers");
    const auto prunes = failures("outbox pruning");
    world.session.rows(
        "ALTER TABLE fleet.companies RENAME TO away; ALTER TABLE fleet.idempotency_keys RENAME TO keys_away;"
        "REVOKE EXECUTE ON FUNCTION fleet.prune_outbox FROM PUBLIC, loan_manager_fleet");
    Running<fleet::Housekeeping> housekeeping(world, world.loop.context(), pool, runner, 30);
    CHECK(eventually([&] { return failures("expired answers") == sweeps + 1; }));
    CHECK(eventually([&] { return failures("outbox pruning") == prunes + 1; }));
    CHECK(eventually([&] { return failures("database look") >= looks + 2; }));
    CHECK_FALSE(housekeeping.work.healthy());
    world.session.rows("ALTER TABLE fleet.away RENAME TO companies");
    CHECK(eventually([&] { return housekeeping.work.healthy(); }));
    CHECK(lives("database look"));
    CHECK(lives("expired answers"));
    CHECK(lives("outbox pruning"));
    world.loop.call([&] { pool.close(); });
}

TEST_CASE("B3 reservation expiry: what fails or throws is counted, and the reservation ends afterwards") {
    World world;
    testing::procure(world.session, "WW", 1);
    world.session.rows(
        "UPDATE bicycles SET status = 'ALLOCATED', allocation_kind = 'CUSTOMER', reserved_for = 'Kamala', "
        "reserved_until = current_date - 3;"
        "ALTER TABLE fleet.bicycles RENAME TO away");
    commands::Runner runner(*world.pools, {});
    Clock clock;
    const auto at_first = failures("reservation expiry");
    const Running<fleet::bikes::ReservationExpiry> expiry(world, world.loop.context(), *world.pools, runner, clock,
                                                          std::size_t{500});
    CHECK(eventually([&] { return failures("reservation expiry") == at_first + 1; }));
    clock.is_broken = true;
    CHECK(eventually([&] { return failures("reservation expiry") >= at_first + 2; }));
    clock.is_broken = false;
    world.session.rows("ALTER TABLE fleet.away RENAME TO bicycles");
    // It is tried again after a minute.
    clock.ahead = 2min;
    CHECK(eventually([&] { return world.session.value("SELECT status FROM bicycles") == "IN_STOCK"; }));
    CHECK(lives("reservation expiry"));
}
