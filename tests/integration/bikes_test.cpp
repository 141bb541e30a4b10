#include <doctest/doctest.h>

#include "support/answers.hpp"
#include "support/suite.hpp"

using namespace loan_manager::testing;

TEST_CASE("B1 procure: stock number, ledger, audit and event in one command") {
    auto& suite = Suite::shared();
    auto token = suite.token("admin");
    auto answer = suite.post("/v1/bikes/procure", procurement("TN", R"(,"license_plate":"wp bdf-1234")"), token);
    REQUIRE(answer.status == 201);
    auto bike = answer.json();
    auto id = text(bike, "id");
    CHECK(answer.header("location") == "/v1/bikes/" + id);
    CHECK(answer.header("etag") == "\"1\"");
    CHECK(text(bike, "current_stock_number").starts_with("MA/TN/ST/"));
    CHECK(text(bike, "status") == "IN_STOCK");
    CHECK(text(bike, "purchase_price") == "150000.00");
    CHECK(text(bike, "total_cost") == "150000.00");
    CHECK(text(bike, "license_plate") == "WP-BDF-1234");
    CHECK(text(bike, "plate_key") == "BDF-1234");
    CHECK(text(bike, "title") == "Bajaj Pulsar 150 2019");
    CHECK(text(bike, "current_branch_code") == "TN");
    CHECK(bike.at("sale_id").is_null());

    auto database = suite.database();
    CHECK(database.value("select amount from cost_ledger where entry_type = 'PURCHASE' and bicycle_id = '" + id +
                         "'") == "150000.00");
    CHECK(database.value("select count(*) from audit_log where action = 'BIKE_PROCURED' and entity_id = '" + id +
                         "'") == "1");
    CHECK(database.value("select count(*) from outbox where event_type = 'bike.procured' and entity_id = '" + id +
                         "'") == "1");

    auto history = suite.get("/v1/bikes/" + id + "/stock-history", token);
    REQUIRE(history.status == 200);
    CHECK(history.json().at("items").as_array().size() == 1);
    CHECK(history.json().at("items").at(0).at("is_current").as_bool());
    auto number = text(bike, "current_stock_number");
    auto found = suite.get("/v1/stock-numbers?number=" + number, token);
    REQUIRE(found.status == 200);
    CHECK(text(found.json(), "bicycle_id") == id);
    CHECK(suite.get("/v1/stock-numbers?number=MA/TN/ST/9998", token).status == 404);
}

TEST_CASE("D-210 all field errors come in one answer, type errors and missing fields and references together") {
    auto& suite = Suite::shared();
    auto answer = suite.post("/v1/bikes/procure",
                             R"({"branch_id":"NOPE","model":"","year":"soon","purchase_price":150000,"color":7})",
                             suite.token("admin"));
    REQUIRE(answer.status == 422);
    CHECK(answer.code() == "VALIDATION");
    auto found = issues(answer);
    CHECK(found.contains("branch_id:not_found"));
    CHECK(found.contains("brand:required"));
    CHECK(found.contains("model:required"));
    CHECK(found.contains("year:type"));
    CHECK(found.contains("purchase_price:type"));
    CHECK(found.contains("color:type"));
}

TEST_CASE("D-210 unknown field 400, malformed JSON 400, D-212 media type 415") {
    auto& suite = Suite::shared();
    auto token = suite.token("admin");
    auto unknown = suite.post("/v1/bikes/procure", procurement("TN", R"(,"colour":"red")"), token);
    CHECK(unknown.status == 400);
    CHECK(unknown.code() == "UNKNOWN_FIELD");
    auto malformed = suite.post("/v1/bikes/procure", R"({"branch_id":"TN",})", token);
    CHECK(malformed.status == 400);
    CHECK(malformed.code() == "MALFORMED_JSON");
    auto doubled = suite.post("/v1/bikes/procure", procurement("TN", R"(,"brand":"Honda")"), token);
    CHECK(doubled.status == 400);
    CHECK(doubled.code() == "MALFORMED_JSON");
    auto media = suite.post("/v1/bikes/procure", procurement("TN"), token, {{"content-type", "text/plain"}});
    CHECK(media.status == 415);
    CHECK(media.code() == "UNSUPPORTED_MEDIA_TYPE");
    auto query = suite.get("/v1/bikes?colour=red", token);
    CHECK(query.status == 400);
    CHECK(query.code() == "UNKNOWN_FIELD");
}

TEST_CASE("D-214 PATCH needs If-Match, refuses a stale one, and answers the new tag") {
    auto& suite = Suite::shared();
    auto token = suite.token("admin");
    auto bike = suite.post("/v1/bikes/procure", procurement("TN"), token).json();
    auto path = "/v1/bikes/" + text(bike, "id");

    auto missing = suite.patch(path, R"({"color":"red"})", token, "");
    CHECK(missing.status == 428);
    CHECK(missing.code() == "PRECONDITION_REQUIRED");
    for (const std::string tag : {"*", "W/\"1\"", "\"1\", \"2\"", "1"}) {
        CAPTURE(tag);
        auto bad = suite.patch(path, R"({"color":"red"})", token, tag);
        CHECK(bad.status == 400);
        CHECK(bad.code() == "BAD_IF_MATCH");
    }
    auto changed = suite.patch(path, R"({"color":"red","description":null})", token, "\"1\"");
    REQUIRE(changed.status == 200);
    CHECK(changed.header("etag") == "\"2\"");
    CHECK(text(changed.json(), "color") == "red");
    auto stale = suite.patch(path, R"({"color":"blue"})", token, "\"1\"");
    CHECK(stale.status == 412);
    CHECK(stale.code() == "PRECONDITION_FAILED");
    auto cleared = suite.patch(path, R"({"color":null})", token, "\"2\"");
    REQUIRE(cleared.status == 200);
    CHECK(cleared.json().at("color").is_null());
    auto required = suite.patch(path, R"({"brand":null})", token, "\"3\"");
    CHECK(required.status == 422);
    auto frozen = suite.patch(path, R"({"status":"SOLD"})", token, "\"3\"");
    CHECK(frozen.status == 400);
    CHECK(frozen.code() == "UNKNOWN_FIELD");

    auto unchanged = suite.get(path, token, {{"if-none-match", "\"3\""}});
    CHECK(unchanged.status == 304);
    CHECK(unchanged.body.empty());
}

TEST_CASE("D-502 the purchase price is corrected by a reversal and a new entry, with a reason") {
    auto& suite = Suite::shared();
    auto token = suite.token("admin");
    auto bike = suite.post("/v1/bikes/procure", procurement("TN"), token).json();
    auto path = "/v1/bikes/" + text(bike, "id");
    auto without = suite.patch(path, R"({"purchase_price":"151000.00"})", token, "\"1\"");
    CHECK(without.status == 422);
    CHECK(issues(without).contains("reason:required"));
    auto changed =
        suite.patch(path, R"({"purchase_price":"151000.50","reason":"typed the wrong figure"})", token, "\"1\"");
    REQUIRE(changed.status == 200);
    CHECK(text(changed.json(), "total_cost") == "151000.50");
    CHECK(suite.database().value("select count(*) from cost_ledger where bicycle_id = '" + text(bike, "id") + "'") ==
          "3");
    CHECK(suite.violations() == "");
}

TEST_CASE("D-213 lists page by keyset, each row once, and refuse a cursor of another query") {
    auto& suite = Suite::shared();
    auto token = suite.token("admin");
    for (const std::string sort : {"created_at", "-year", "brand", "current_stock_number", "-purchase_price"}) {
        CAPTURE(sort);
        std::set<std::string> seen;
        std::string target = "/v1/bikes?company_id=IN&limit=17&sort=" + sort;
        std::string cursor;
        std::int64_t total = -1;
        do {
            auto page = suite.get(cursor.empty() ? target : target + "&cursor=" + cursor, token);
            REQUIRE(page.status == 200);
            auto body = page.json();
            if (total < 0) total = body.at("total").as_int64();
            CHECK(body.at("total").as_int64() == total);
            for (const auto& item : body.at("items").as_array()) {
                CHECK(text(item, "company_code") == "IN");
                CHECK(seen.insert(text(item, "id")).second);
            }
            cursor = body.at("next_cursor").is_null() ? std::string() : text(body, "next_cursor");
        } while (!cursor.empty());
        CHECK(static_cast<std::int64_t>(seen.size()) == total);
    }
    auto page = suite.get("/v1/bikes?limit=2", token).json();
    auto foreign = suite.get("/v1/bikes?limit=2&brand=Bajaj&cursor=" + text(page, "next_cursor"), token);
    CHECK(foreign.status == 400);
    CHECK(foreign.code() == "BAD_CURSOR");
    auto garbage = suite.get("/v1/bikes?cursor=AAAA", token);
    CHECK(garbage.status == 400);
    CHECK(garbage.code() == "BAD_CURSOR");
    CHECK(suite.get("/v1/bikes?with_total=false", token).json().at("total").is_null());
    CHECK(suite.get("/v1/bikes?limit=201", token).status == 422);
    CHECK(suite.get("/v1/bikes?sort=color", token).status == 422);
}

TEST_CASE("D-208 plate, frame and engine are unique among live bikes; the loser uses no number (X-18)") {
    auto& suite = Suite::shared();
    auto token = suite.token("admin");
    REQUIRE(suite.post("/v1/bikes/procure", procurement("TN", R"(,"license_plate":"BGH-4711")"), token).status == 201);
    auto before = suite.database().value(
        "select last_number from stock_counters c join branches b on b.id = c.branch_id where b.code = 'EL'");
    auto doubled = suite.post("/v1/bikes/procure", procurement("EL", R"(,"license_plate":"up bgh 4711")"), token);
    CHECK(doubled.status == 409);
    CHECK(doubled.code() == "DUPLICATE");
    CHECK(issues(doubled).size() == 1);
    CHECK(suite.database().value("select last_number from stock_counters c join branches b on b.id = c.branch_id "
                                 "where b.code = 'EL'") == before);
}

TEST_CASE("D-215 one key: replay of the same request, 422 for another, required on POST") {
    auto& suite = Suite::shared();
    auto token = suite.token("admin");
    auto key = fresh_key();
    auto first = suite.post("/v1/bikes/procure", procurement("TN"), token, {{"idempotency-key", key}});
    REQUIRE(first.status == 201);
    auto again = suite.post("/v1/bikes/procure", procurement("TN"), token, {{"idempotency-key", key}});
    CHECK(again.status == 201);
    CHECK(again.body == first.body);
    CHECK(again.header("idempotency-replayed") == "true");
    CHECK(again.header("location") == first.header("location"));
    CHECK(again.header("etag") == first.header("etag"));
    auto other = suite.post("/v1/bikes/procure", procurement("WW"), token, {{"idempotency-key", key}});
    CHECK(other.status == 422);
    CHECK(other.code() == "IDEMPOTENCY_MISMATCH");
    auto none = http(suite.gateway_port(), "POST", "/v1/bikes/procure", {{"authorization", "Bearer " + token}},
                     procurement("TN"));
    CHECK(none.status == 400);
    CHECK(none.code() == "IDEMPOTENCY_KEY_REQUIRED");
    auto bad = suite.post("/v1/bikes/procure", procurement("TN"), token, {{"idempotency-key", "short"}});
    CHECK(bad.status == 400);
    CHECK(bad.code() == "BAD_IDEMPOTENCY_KEY");
}
