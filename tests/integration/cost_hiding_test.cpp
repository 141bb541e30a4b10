// D-904: who may not see costs is told none, by any answer.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "support/permissions/matrix.hpp"
#include "support/permissions/world.hpp"

using namespace loan_manager::testing;
using namespace loan_manager::testing::permissions;

namespace {

World& world() { return World::shared(); }

/// Keys of D-904 that an answer holds, at any depth.
void collect(const boost::json::value& value, const std::set<std::string>& keys, std::set<std::string>& found) {
    if (value.is_array()) {
        for (const auto& item : value.as_array()) collect(item, keys, found);
    } else if (value.is_object()) {
        for (const auto& [key, item] : value.as_object()) {
            if (keys.contains(std::string(key))) found.insert(std::string(key));
            collect(item, keys, found);
        }
    }
}

}  // namespace

TEST_CASE("D-904 without costs:read the cost keys are absent, with it they are there") {
    const std::set<std::string> bike_keys{"purchase_price", "hand_amount",   "settlement_amount",
                                          "purchase_total", "expense_total", "repair_total",
                                          "transfer_total", "total_cost",    "after_sale_total"};
    const std::set<std::string> sale_keys{"total_cost", "profit", "margin_pct", "markup_pct", "after_sale_total"};
    const std::set<std::string> commission_keys{"base_amount", "pool_amount"};
    const std::set<std::string> preview_keys{"total_cost", "profit", "margin_pct", "markup_pct", "commissions"};
    const std::set<std::string> stock_keys{"purchase_value", "cost_value"};
    struct Case {
        std::string path;
        std::set<std::string> keys;
    };
    const auto at = [](const char* row) { return world().at(Place::own, row); };
    const std::vector<Case> cases{
        {"/v1/bikes/" + at("bike"), bike_keys},
        {"/v1/bikes?limit=3", bike_keys},
        {"/v1/sales/" + at("sale"), sale_keys},
        {"/v1/sales?limit=3", sale_keys},
        {"/v1/bikes/" + at("sold_bike") + "/sales", sale_keys},
        {"/v1/commissions?payee=me", commission_keys},
        {"/v1/commissions/" + at("officer_commission"), commission_keys},
        {"/v1/bikes/" + at("stock_bike") + "/sale-preview?selling_price=200000.00&sold_by=" + at("officer"),
         preview_keys},
        {"/v1/reports/branch-stock?limit=3", stock_keys},
    };
    for (const Case& one : cases) {
        CAPTURE(one.path);
        for (const std::string& role : Matrix::shared().roles()) {
            CAPTURE(role);
            const auto answer = world().suite().get(one.path, world().token(role));
            if (answer.status == 403 || answer.status == 404) continue;
            REQUIRE(answer.status == 200);
            const auto body = answer.json();
            const bool empty = body.as_object().contains("items") && body.at("items").as_array().empty();
            std::set<std::string> found;
            collect(body, one.keys, found);
            if (Matrix::shared().grant("costs:read", role) == Grant::yes) {
                if (!empty) CHECK(found == one.keys);
            } else {
                CHECK(found == std::set<std::string>{});
            }
        }
    }
    for (const char* suffix : {"/cost-summary", "/ledger"}) {
        CHECK(outcome(world().suite().get("/v1/bikes/" + at("bike") + suffix, world().token("sales_agent"))) ==
              "403 FORBIDDEN");
    }
}

TEST_CASE("D-904 no answer to a role without costs:read spells out what a bike cost") {
    auto& suite = world().suite();
    // An amount that appears nowhere else, in words or numbers.
    const auto bike =
        world().made("/v1/bikes/procure",
                     R"({"branch_id":"BT","brand":"Honda","model":"CB","year":2020,"purchase_price":"173913.37"})");
    const std::string path = "/v1/bikes/" + std::string(bike.at("id").as_string());
    const auto told = [](const HttpResponse& answer) { return answer.body.find("173913") != std::string::npos; };
    CHECK(told(suite.get(path, world().token("branch_manager"))));
    for (const char* role : {"sales_agent", "workshop_manager"}) {
        CAPTURE(role);
        const auto token = world().token(role);
        for (const char* suffix : {"", "/timeline", "/stock-history", "/transfers", "/sales", "/repair-jobs",
                                   "/sale-preview?selling_price=1.00", "/sale-preview?selling_price=999999.00"}) {
            CAPTURE(suffix);
            CHECK(!told(suite.get(path + suffix, token)));
        }
    }
    // Neither do answers to commands.
    const auto agent = world().token("sales_agent");
    const auto reserved =
        suite.post(path + "/reserve", R"({"reserved_for":"Somebody"})", agent, {{"if-match", "\"1\""}});
    CHECK(reserved.status == 200);
    CHECK(!told(reserved));
    const auto sale = suite.post(path + "/sell",
                                 R"({"selling_price":"200000.00","payment_method":"CASH","customer_name":"K",)"
                                 R"("customer_phone":"0771234567","customer_nic":"851234567V","customer_address":"A"})",
                                 agent);
    CHECK(sale.status == 201);
    CHECK(!told(sale));
    CHECK(!told(suite.get(path + "/timeline", agent)));
    const auto by_price = suite.get("/v1/bikes?sort=purchase_price", agent);
    CHECK(by_price.status == 403);
}
