// What a command costs in round trips to the database: what it reads, the numbers it draws, its writes with COMMIT.
#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <future>
#include <stdexcept>
#include <string>
#include <utility>

#include "commands/runner.hpp"
#include "fixture.hpp"
#include "fleet/commissions/commands.hpp"
#include "fleet/sales/commands.hpp"
#include "postgres/pool.hpp"
#include "runtime/uuid.hpp"

using namespace loan_manager;
using namespace loan_manager::fleet::testing;
namespace asio = boost::asio;

namespace {

constexpr const char* branch_id = "00000000-0000-7000-8000-0000000000b1";
constexpr const char* admin_id = "00000000-0000-7000-8000-0000000000c1";
constexpr const char* manager_id = "00000000-0000-7000-8000-0000000000c3";

/// Commands run in this process on the database of the fixture, by the runner the service has.
class Bench {
public:
    Bench() {
        postgres::PoolOptions options;
        options.connect.dsn = postgres::Dsn::parse(Fleet::instance().database_url()).value();
        options.max_connections = 1;
        const std::vector<asio::io_context*> contexts{&context_};
        pools_ = std::make_unique<postgres::PoolGroup>(contexts, options);
        commands::RunnerOptions running;
        running.measured = [this](const rpc::CallContext&, int trips) { trips_ = trips; };
        runner_ = std::make_unique<commands::Runner>(*pools_, running);
    }

    /// The round trips of a command that must succeed, and its answer.
    template <class Request, class Response, class... Args>
    std::pair<int, Response> run(const char* user, const char* role, const Request& request,
                                 commands::Body<Request, Response, Args...> body, std::type_identity_t<Args>... args) {
        rpc::CallContext call;
        call.method = "test";
        call.request_id = runtime::new_uuid().to_string();
        call.idempotency_key = runtime::new_uuid().to_string();
        call.deadline = rpc::CallContext::Clock::now() + std::chrono::seconds(20);
        call.caller.user_id = user;
        call.caller.username = role;
        call.caller.roles = {role};
        call.caller.branch_scope = {branch_id};
        trips_ = 0;
        auto done = asio::co_spawn(context_, runner_->run<Request, Response, Args...>(call, request, body, args...),
                                   asio::use_future);
        context_.restart();
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (done.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
            if (context_.run_one_until(until) == 0) {
                throw std::runtime_error("the command does not end");
            }
        }
        return {trips_, done.get().value()};
    }

private:
    asio::io_context context_{1};
    std::unique_ptr<postgres::PoolGroup> pools_;
    std::unique_ptr<commands::Runner> runner_;
    int trips_ = 0;
};

std::string bought() {
    v1::Bike bike;
    Call call;
    call.key = "new";
    REQUIRE(Fleet::instance().procure(purchase("WW"), call, bike).ok());
    return bike.id();
}

v1::SellBikeRequest sale_of(const std::string& bike) {
    v1::SellBikeRequest request;
    request.set_bicycle_id(bike);
    request.set_selling_price("195000.00");
    request.set_payment_method("CASH");
    request.set_customer_name("Nimal Perera");
    request.set_customer_phone("0771234567");
    request.set_customer_nic("851234567V");
    request.set_customer_address("12 Main Street");
    return request;
}

fleet::sales::Limits limits() {
    fleet::sales::Limits limits;
    limits.stock_number_max = 9999;
    limits.prices_a_day = 10;
    return limits;
}

}  // namespace

TEST_CASE("S1 a sale is three round trips, also with a trade-in and commissions; D-510 and so is its void") {
    // Whatever rules other tests have made: this one is in force while the test lasts.
    const auto no_rule = "UPDATE fleet.commission_rules SET is_active = false";
    Fleet::instance().sql(no_rule);
    Fleet::instance().sql(
        "INSERT INTO fleet.commission_rules (id, company_id, name, base, buyer_share, seller_share, officer_share, "
        "effective_from, created_by, updated_by) SELECT gen_random_uuid(), r.company_id, 'Standard', 'PROFIT', 30, 50, "
        "10, '2000-01-01', '" +
        std::string(admin_id) + "', '" + admin_id + "' FROM fleet.branches r WHERE r.code = 'WW'");
    Bench bench;
    const auto plain = bench.run(manager_id, "branch_manager", sale_of(bought()), &fleet::sales::sell, limits());
    CHECK(plain.first == 3);

    auto request = sale_of(bought());
    request.set_payment_method("TRADE_IN");
    request.set_trade_in_value("80000.00");
    request.set_cash_amount("115000.00");
    request.mutable_trade_in()->set_brand("Honda");
    request.mutable_trade_in()->set_model("CB 125F");
    request.mutable_trade_in()->set_year(2015);
    request.mutable_trade_in()->set_license_plate(fresh_plate());
    const auto traded = bench.run(manager_id, "branch_manager", request, &fleet::sales::sell, limits());
    CHECK(traded.first == 3);
    const auto commissions = "SELECT count(*) FROM fleet.commissions WHERE sale_id = '" + traded.second.id() + "'";
    CHECK(Fleet::instance().value(commissions) == "3");

    v1::VoidSaleRequest undo;
    undo.set_id(traded.second.id());
    undo.set_reason("sold to the wrong customer");
    CHECK(bench.run(admin_id, "admin", undo, &fleet::sales::void_sale).first == 3);

    // Decisions need no number: what they read, and what they write.
    v1::ApproveCommissionRequest approval;
    approval.set_id(Fleet::instance().value("SELECT id FROM fleet.commissions WHERE kind = 'BUYER' AND sale_id = '" +
                                            plain.second.id() + "'"));
    CHECK(bench.run(admin_id, "admin", approval, &fleet::commissions::approve).first == 2);
    CHECK(Fleet::instance().broken_invariants().empty());
    Fleet::instance().sql(no_rule);
}
