// What an operator does first after installing: the commands of the operating guide.
#include <doctest/doctest.h>

#include "support/suite.hpp"

using namespace loan_manager::testing;

TEST_CASE("guide: /health answers without authentication") {
    auto answer = Suite::shared().get("/health");
    CHECK(answer.status == 200);
    CHECK(answer.body == R"({"status": "healthy"})");
}

TEST_CASE("guide: sign-in answers exactly four members") {
    auto& suite = Suite::shared();
    auto answer = http(suite.gateway_port(), "POST", "/v1/auth/login", {},
                       R"({"username":"admin","password":")" + suite.password("admin") + R"("})");
    REQUIRE(answer.status == 200);
    auto body = answer.json();
    CHECK(body.as_object().size() == 4);
    CHECK(body.at("token_type").as_string() == "bearer");
    CHECK(body.at("expires_in").as_int64() == 1800);
    CHECK(!body.at("access_token").as_string().empty());
    CHECK(!body.at("refresh_token").as_string().empty());
}

TEST_CASE("guide: bike listing needs a token and honours limit") {
    auto& suite = Suite::shared();
    CHECK(suite.get("/v1/bikes?limit=5").status == 401);
    auto answer = suite.get("/v1/bikes?limit=5", suite.token("admin"));
    REQUIRE(answer.status == 200);
    auto body = answer.json();
    CHECK(body.at("items").as_array().size() == 5);
    CHECK(body.at("total").as_int64() >= 190);
    CHECK(body.at("next_cursor").is_string());
}

TEST_CASE("guide: the database checks of an operator") {
    auto& suite = Suite::shared();
    auto database = suite.database();
    CHECK(std::stoi(database.value("SELECT COUNT(*) FROM bicycles")) >= 190);
    CHECK(std::stoi(database.value("SELECT COUNT(*) FROM companies")) >= 2);
    CHECK(std::stoi(database.value("SELECT COUNT(*) FROM branches")) >= 19);
    CHECK(database.value("select count(*) from pg_matviews where pg_table_is_visible("
                         "(schemaname || '.' || matviewname)::regclass)") >= "2");
}

TEST_CASE("D-303 demo data: the users of every role and bikes, all marked is_demo") {
    auto& suite = Suite::shared();
    for (const auto* role : {"admin", "head_manager", "branch_manager", "inventory_manager", "sales_agent",
                             "workshop_manager", "mechanic", "finance_officer", "auditor", "viewer"}) {
        CAPTURE(role);
        CHECK(!suite.user_with_role(role).empty());
    }
    auto database = suite.database();
    CHECK(database.value("select count(*) from companies where is_demo") == "2");
    CHECK(database.value("select count(*) from branches where is_demo") == "19");
    CHECK(suite.violations() == "");
}

TEST_CASE("sessions: refresh rotates, a second use revokes the family, logout ends it (X-26)") {
    auto& suite = Suite::shared();
    auto login = [&] {
        return http(suite.gateway_port(), "POST", "/v1/auth/login", {},
                    R"({"username":"viewer1","password":")" + suite.password("viewer1") + R"("})")
            .json();
    };
    auto refresh = [&](const std::string& token) {
        return http(suite.gateway_port(), "POST", "/v1/auth/refresh", {}, R"({"refresh_token":")" + token + R"("})");
    };
    auto first = std::string(login().at("refresh_token").as_string());
    auto rotated = refresh(first);
    REQUIRE(rotated.status == 200);
    auto second = std::string(rotated.json().at("refresh_token").as_string());
    CHECK(second != first);
    auto reused = refresh(first);
    CHECK(reused.status == 401);
    CHECK(reused.code() == "TOKEN_REUSED");
    CHECK(refresh(second).status == 401);

    auto third = std::string(login().at("refresh_token").as_string());
    auto body = R"({"refresh_token":")" + third + R"("})";
    CHECK(http(suite.gateway_port(), "POST", "/v1/auth/logout", {}, body).status == 204);
    CHECK(refresh(third).status == 401);
}

TEST_CASE("sessions: GET /v1/me names roles, permissions and scope") {
    auto& suite = Suite::shared();
    auto agent = suite.user_with_role("sales_agent", "WW");
    auto me = suite.get("/v1/me", suite.token(agent));
    REQUIRE(me.status == 200);
    const auto body = me.json();
    CHECK(body.at("username").as_string() == agent);
    CHECK(body.at("branch_scope").as_array().size() == 1);
    CHECK(body.at("branch_scope_codes") == boost::json::array{"WW"});
    CHECK(body.at("company_scope_codes").as_array().empty());
    bool may_procure = false;
    bool sees_costs = false;
    for (const auto& one : body.at("permissions").as_array()) {
        may_procure = may_procure || one.as_string() == "bikes:procure";
        sees_costs = sees_costs || one.as_string() == "costs:read";
    }
    CHECK(may_procure);
    CHECK(!sees_costs);
}

TEST_CASE("sessions: wrong password and unknown user get the same answer") {
    auto& suite = Suite::shared();
    auto wrong = http(suite.gateway_port(), "POST", "/v1/auth/login", {},
                      R"({"username":"mo.manager","password":"not the password"})");
    auto unknown = http(suite.gateway_port(), "POST", "/v1/auth/login", {},
                        R"({"username":"nobody.here","password":"not the password"})");
    CHECK(wrong.status == 401);
    CHECK(wrong.code() == "BAD_CREDENTIALS");
    CHECK(unknown.status == 401);
    CHECK(unknown.code() == "BAD_CREDENTIALS");
    CHECK(wrong.json().at("message") == unknown.json().at("message"));
}
