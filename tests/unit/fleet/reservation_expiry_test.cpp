#include "fleet/bikes/reservation_expiry.hpp"

#include <doctest/doctest.h>
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "fixture.hpp"
#include "loanmanager/fleet/v1/sales.grpc.pb.h"
#include "runtime/colombo_time.hpp"

using namespace loan_manager;
using namespace loan_manager::fleet::testing;
namespace asio = boost::asio;

namespace {

using std::chrono::minutes;

runtime::WallTime colombo(const char* date, minutes time_of_day) {
    return runtime::colombo_instant(runtime::parse_date(date).value(), time_of_day);
}

/// A service's expiry with a clock of its own, on the database of the fixture.
class Expiry {
public:
    explicit Expiry(runtime::Clock::WallTime now, std::size_t step = 500)
        : clock(now), expiry_(context_, pools_, runner_, clock, step) {}
    ~Expiry() {
        pools_.close();
        context_.restart();
        context_.poll();
    }

    void run() { finish(asio::co_spawn(context_, expiry_.run_if_due(), asio::use_future)); }

    /// Two runs at once, as two instances would.
    void run_with(Expiry& other) {
        auto theirs = asio::co_spawn(other.context_, other.expiry_.run_if_due(), asio::use_future);
        auto ours = asio::co_spawn(context_, expiry_.run_if_due(), asio::use_future);
        for (bool done = false; !done;) {
            context_.restart();
            context_.run_for(std::chrono::milliseconds(1));
            other.context_.restart();
            other.context_.run_for(std::chrono::milliseconds(1));
            done = is_ready(theirs) && is_ready(ours);
        }
        theirs.get();
        ours.get();
    }

    runtime::ManualClock clock;

private:
    static bool is_ready(const std::future<void>& result) {
        return result.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    }

    void finish(std::future<void> result) {
        while (!is_ready(result)) {
            context_.restart();
            context_.run_for(std::chrono::milliseconds(1));
        }
        result.get();
    }

    postgres::PoolOptions options() const {
        postgres::PoolOptions options;
        options.connect.dsn = postgres::Dsn::parse(Fleet::instance().database_url()).value();
        return options;
    }
    commands::RunnerOptions runner_options() const {
        commands::RunnerOptions options;
        options.clock = &clock;
        return options;
    }

    asio::io_context context_;
    postgres::PoolGroup pools_{{&context_}, options()};
    commands::Runner runner_{pools_, runner_options()};
    fleet::bikes::ReservationExpiry expiry_;
};

std::string reserved_until(const std::string& date) {
    Call call;
    call.key = "new";
    v1::Bike bike;
    REQUIRE(Fleet::instance().procure(purchase("WW"), call, bike).ok());
    Fleet::instance().sql(
        "UPDATE bicycles SET status = 'ALLOCATED', allocation_kind = 'CUSTOMER', reserved_for = 'Kamala', "
        "reserved_until = '" +
        date + "' WHERE id = '" + bike.id() + "'");
    return bike.id();
}

std::string status(const std::string& bike) {
    return Fleet::instance().value("SELECT status FROM bicycles WHERE id = '" + bike + "'");
}

/// The error code of a sale by an agent of the branch, "" if it went through.
std::string sell(const std::string& bike) {
    v1::SellBikeRequest request;
    request.set_bicycle_id(bike);
    request.set_selling_price("195000.00");
    request.set_payment_method("CASH");
    request.set_customer_name("Nimal Perera");
    request.set_customer_phone("0771234567");
    request.set_customer_nic("851234567V");
    request.set_customer_address("12 Main Street, Tangalle");
    Call call;
    call.user = "agent-ww";
    call.key = "new";
    grpc::ClientContext context;
    Fleet::instance().prepare(context, call);
    v1::Sale sale;
    const auto done = v1::SaleService::NewStub(Fleet::instance().channel())->SellBike(&context, request, &sale);
    return Fleet::read(done, context).code;
}

std::string releases(const std::string& bike) {
    return Fleet::instance().value("SELECT count(*) FROM audit_log WHERE action = 'BIKE_RELEASED' AND entity_id = '" +
                                   bike + "'");
}

}  // namespace

TEST_CASE("B3 reservations expire at 00:15 in Colombo after their last day; the run before the start is made up") {
    const auto eighth = reserved_until("2031-03-08");
    const auto ninth = reserved_until("2031-03-09");
    const auto tenth = reserved_until("2031-03-10");

    Expiry expiry(colombo("2031-03-10", minutes(14)));
    expiry.run();
    CHECK(status(eighth) == "IN_STOCK");
    CHECK(status(ninth) == "ALLOCATED");

    expiry.clock.advance(minutes(1));
    expiry.run();
    CHECK(status(ninth) == "IN_STOCK");
    CHECK(status(tenth) == "ALLOCATED");
    CHECK(Fleet::instance().value("SELECT username || ' ' || (request_id <> '') || ' ' || (at = "
                                  "'2031-03-09T18:45:00Z') FROM audit_log WHERE action = 'BIKE_RELEASED' AND "
                                  "entity_id = '" +
                                  ninth + "'") == "system true true");

    // The clock of the machine is put forward by a day, and back.
    expiry.clock.set(colombo("2031-03-11", minutes(20)));
    expiry.run();
    CHECK(status(tenth) == "IN_STOCK");
    const auto late = reserved_until("2031-03-08");
    expiry.clock.set(colombo("2031-03-10", minutes(20)));
    expiry.run();
    CHECK(status(late) == "ALLOCATED");
    expiry.clock.set(colombo("2031-03-12", minutes(20)));
    expiry.run();
    CHECK(status(late) == "IN_STOCK");
    CHECK(Fleet::instance().broken_invariants().empty());
}

TEST_CASE("B3 a night that a clock ahead has seen is not skipped when it comes") {
    const auto until_ninth = reserved_until("2036-03-09");
    Expiry expiry(colombo("2036-03-10", minutes(5 * 60)));  // 5:30 h ahead of 23:30 on the ninth
    expiry.run();
    CHECK(status(until_ninth) == "IN_STOCK");
    expiry.clock.set(colombo("2036-03-09", minutes(23 * 60 + 31)));
    expiry.run();
    const auto booked_late = reserved_until("2036-03-09");
    expiry.run();
    CHECK(status(booked_late) == "ALLOCATED");
    expiry.clock.set(colombo("2036-03-10", minutes(15)));
    expiry.run();
    CHECK(status(booked_late) == "IN_STOCK");
}

TEST_CASE("B3 of several instances one releases each bike") {
    std::vector<std::string> bikes;
    for (int i = 0; i < 10; ++i) {
        bikes.push_back(reserved_until("2032-05-01"));
    }
    Expiry one(colombo("2032-05-02", minutes(15)));
    Expiry two(colombo("2032-05-02", minutes(15)));
    one.run_with(two);
    for (const auto& bike : bikes) {
        CHECK(status(bike) == "IN_STOCK");
        CHECK(releases(bike) == "1");
    }
}

TEST_CASE("B3 expired reservations are looked for a few at a time, and all are found") {
    std::vector<std::string> bikes;
    for (int i = 0; i < 9; ++i) {
        bikes.push_back(reserved_until("2032-06-01"));
    }
    const auto standing = reserved_until("2032-06-02");
    Expiry expiry(colombo("2032-06-02", minutes(15)), 3);
    expiry.run();
    for (const auto& bike : bikes) {
        CHECK(status(bike) == "IN_STOCK");
    }
    CHECK(status(standing) == "ALLOCATED");
}

TEST_CASE("X-21 a sale goes through whether the reservation expires before it, after it, or meanwhile") {
    const char* until = "2035-01-01";
    {
        const auto bike = reserved_until(until);
        Expiry expiry(colombo("2035-01-02", minutes(15)));
        expiry.run();
        CHECK(sell(bike) == "");
    }
    {
        const auto bike = reserved_until(until);
        CHECK(sell(bike) == "");
        Expiry expiry(colombo("2035-01-02", minutes(15)));
        expiry.run();
        CHECK(status(bike) == "SOLD");
        CHECK(releases(bike) == "0");
    }
    std::vector<std::string> bikes;
    for (int i = 0; i < 12; ++i) {
        bikes.push_back(reserved_until(until));
    }
    std::vector<std::string> sold(bikes.size());
    std::thread seller([&] {
        // From both ends, so that they meet.
        std::transform(bikes.rbegin(), bikes.rend(), sold.begin(), sell);
    });
    Expiry expiry(colombo("2035-01-02", minutes(15)));
    expiry.run();
    seller.join();
    for (const auto& outcome : sold) {
        CHECK(outcome == "");
    }
    for (const auto& bike : bikes) {
        CHECK(status(bike) == "SOLD");
    }
    CHECK(Fleet::instance().broken_invariants().empty());
}

TEST_CASE("B3 a reservation that has ended or was extended meanwhile is left alone") {
    const auto bike = reserved_until("2033-01-05");
    Expiry expiry(colombo("2033-01-05", minutes(600)));
    expiry.run();
    CHECK(status(bike) == "ALLOCATED");
    CHECK(releases(bike) == "0");
    Fleet::instance().sql("UPDATE bicycles SET reserved_until = NULL WHERE id = '" + bike + "'");
    expiry.clock.set(colombo("2034-01-05", minutes(600)));
    expiry.run();
    CHECK(status(bike) == "ALLOCATED");
}
