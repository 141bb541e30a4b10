// Concurrency rules, tested concurrently, through the gateway.
#include <doctest/doctest.h>

#include <algorithm>
#include "support/concurrency.hpp"
#include "support/suite.hpp"

using namespace loan_manager::testing;

namespace {

int counter(Suite& suite, const std::string& branch) {
    return std::stoi(suite.database().value(
        "select last_number from stock_counters c join branches b on b.id = c.branch_id where b.code = '" + branch +
        "'"));
}

std::vector<int> numbers(const std::vector<HttpResponse>& answers) {
    std::vector<int> found;
    for (const auto& answer : answers) {
        if (answer.status != 201) continue;
        std::string number(answer.json().at("current_stock_number").as_string());
        found.push_back(std::stoi(number.substr(number.rfind('/') + 1)));
    }
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace

TEST_CASE("X-01 64 parallel procurements in one branch get 64 consecutive numbers") {
    auto& suite = Suite::shared();
    auto token = suite.token("admin");
    int before = counter(suite, "HP");
    auto answers = at_once(64, [&](int) { return suite.post("/v1/bikes/procure", procurement("HP"), token); });
    CHECK(by_status(answers) == std::map<int, int>{{201, 64}});
    auto found = numbers(answers);
    REQUIRE(found.size() == 64);
    for (int i = 0; i < 64; ++i) CHECK(found[i] == before + 1 + i);
    CHECK(counter(suite, "HP") == before + 64);
    CHECK(suite.violations() == "");
}

TEST_CASE("X-02 procurements in two branches at once: both consecutive") {
    auto& suite = Suite::shared();
    auto token = suite.token("admin");
    int before_pasara = counter(suite, "PS");
    int before_ella = counter(suite, "EL");
    auto answers =
        at_once(32, [&](int i) { return suite.post("/v1/bikes/procure", procurement(i % 2 ? "PS" : "EL"), token); });
    CHECK(by_status(answers) == std::map<int, int>{{201, 32}});
    CHECK(counter(suite, "PS") == before_pasara + 16);
    CHECK(counter(suite, "EL") == before_ella + 16);
}

TEST_CASE("X-03 D-602 when k numbers are left exactly k procurements succeed and losers leave nothing") {
    auto& suite = Suite::shared();
    auto token = suite.token("admin");
    // In a branch of its own: one whose numbers are used up is of no use to any other test.
    const auto place = R"({"code":"XIII","name":"Full","district":"Badulla","company_id":"IN"})";
    REQUIRE(suite.post("/v1/branches", place, token).status == 201);
    suite.database().rows(
        "update stock_counters c set last_number = 9994 from branches b where b.id = c.branch_id and b.code = 'XIII'");
    auto bikes = suite.database().value("select count(*) from bicycles");
    auto answers = at_once(12, [&](int) { return suite.post("/v1/bikes/procure", procurement("XIII"), token); });
    CHECK(by_status(answers) == std::map<int, int>{{201, 5}, {409, 7}});
    for (const auto& answer : answers) {
        if (answer.status == 409) CHECK(answer.code() == "STOCK_NUMBER_EXHAUSTED");
    }
    CHECK(std::stoi(suite.database().value("select count(*) from bicycles")) == std::stoi(bikes) + 5);
    CHECK(suite.violations() == "");
}

TEST_CASE("X-09 simultaneous POSTs with one key and body execute once") {
    auto& suite = Suite::shared();
    auto token = suite.token("admin");
    int before = counter(suite, "MD");
    auto key = fresh_key();
    auto answers = at_once(16, [&](int) {
        return suite.post("/v1/bikes/procure", procurement("MD"), token, {{"idempotency-key", key}});
    });
    CHECK(counter(suite, "MD") == before + 1);
    std::string body;
    for (const auto& answer : answers) {
        if (answer.status == 201) {
            if (body.empty()) body = answer.body;
            CHECK(answer.body == body);
        } else {
            CHECK(answer.status == 409);
            CHECK(answer.code() == "IDEMPOTENCY_IN_FLIGHT");
            CHECK(answer.header("retry-after") == "1");
        }
    }
    CHECK(!body.empty());
}

TEST_CASE("X-10 one key with different bodies: one executes, the others are refused") {
    auto& suite = Suite::shared();
    auto token = suite.token("admin");
    auto key = fresh_key();
    auto answers = at_once(8, [&](int i) {
        return suite.post("/v1/bikes/procure", procurement("MD", R"(,"color":"c)" + std::to_string(i) + "\""), token,
                          {{"idempotency-key", key}});
    });
    auto count = by_status(answers);
    CHECK(count[201] == 1);
    CHECK(count[422] + count[409] == 7);
}

TEST_CASE("X-11 a client that lost the answer gets it replayed") {
    auto& suite = Suite::shared();
    auto token = suite.token("admin");
    auto key = fresh_key();
    int before = counter(suite, "SB");
    auto body = procurement("SB");
    // Sent, but the connection is dropped without reading the answer.
    raw_http(
        suite.gateway_port(),
        "POST /v1/bikes/procure HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token + "\r\nIdempotency-Key: " + key +
            "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body,
        std::chrono::milliseconds(1));
    HttpResponse retry;
    CHECK(eventually([&] {
        retry = suite.post("/v1/bikes/procure", body, token, {{"idempotency-key", key}});
        return retry.status == 201;
    }));
    CHECK(counter(suite, "SB") == before + 1);
}

TEST_CASE("X-18 two procurements of one plate, also in different branches: one 201, the rest DUPLICATE") {
    auto& suite = Suite::shared();
    auto token = suite.token("admin");
    int before = counter(suite, "KA") + counter(suite, "WM");
    auto answers = at_once(8, [&](int i) {
        return suite.post("/v1/bikes/procure", procurement(i % 2 ? "KA" : "WM", R"(,"license_plate":"CAB-7788")"),
                          token);
    });
    CHECK(by_status(answers) == std::map<int, int>{{201, 1}, {409, 7}});
    for (const auto& answer : answers) {
        if (answer.status == 409) CHECK(answer.code() == "DUPLICATE");
    }
    CHECK(counter(suite, "KA") + counter(suite, "WM") == before + 1);
}

TEST_CASE("X-19 two PATCHes with one tag: one 200, the rest 412") {
    auto& suite = Suite::shared();
    auto token = suite.token("admin");
    auto bike = suite.post("/v1/bikes/procure", procurement("WW"), token).json();
    auto path = "/v1/bikes/" + std::string(bike.at("id").as_string());
    auto answers = at_once(
        8, [&](int i) { return suite.patch(path, R"({"color":"c)" + std::to_string(i) + "\"}", token, "\"1\""); });
    CHECK(by_status(answers) == std::map<int, int>{{200, 1}, {412, 7}});
}

TEST_CASE("X-26 one refresh token used at once: one 200, the rest TOKEN_REUSED") {
    auto& suite = Suite::shared();
    auto login = http(suite.gateway_port(), "POST", "/v1/auth/login", {},
                      R"({"username":"auditor","password":")" + suite.password("auditor") + R"("})");
    auto body = R"({"refresh_token":")" + std::string(login.json().at("refresh_token").as_string()) + R"("})";
    auto answers = at_once(6, [&](int) { return http(suite.gateway_port(), "POST", "/v1/auth/refresh", {}, body); });
    CHECK(by_status(answers) == std::map<int, int>{{200, 1}, {401, 5}});
}
