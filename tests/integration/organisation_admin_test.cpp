// Companies, branches and counters administered over HTTP: D-301, D-302, and the numbers they make up (D-601).
#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "support/answers.hpp"
#include "support/concurrency.hpp"
#include "support/suite.hpp"

using namespace loan_manager::testing;

namespace {

constexpr const char* nobody = "01900000-0000-7000-8000-000000000000";

/// "ZAA", "ZAB" …: codes that neither the seed nor another test has.
std::string fresh_code() {
    static int count = 0;
    const int n = count++;
    return {'Z', static_cast<char>('A' + n / 26), static_cast<char>('A' + n % 26)};
}

std::string company_body(const std::string& code, const std::string& extra = {}) {
    return R"({"code":")" + code + R"(","name":"Company )" + code + R"(","district":"Galle")" + extra + "}";
}

std::string branch_body(const std::string& code, const std::string& company, const std::string& extra = {}) {
    return R"({"code":")" + code + R"(","name":"Branch )" + code + R"(","district":"Galle","company_id":")" + company +
           "\"" + extra + "}";
}

boost::json::value new_company(Suite& suite) {
    const auto answer = suite.post("/v1/companies", company_body(fresh_code()), suite.token("admin"));
    REQUIRE(answer.status == 201);
    return answer.json();
}

boost::json::value new_branch(Suite& suite, const std::string& company) {
    const auto answer = suite.post("/v1/branches", branch_body(fresh_code(), company), suite.token("admin"));
    REQUIRE(answer.status == 201);
    return answer.json();
}

std::string company_path(const boost::json::value& company) { return "/v1/companies/" + text(company, "id"); }
std::string branch_path(const boost::json::value& branch) { return "/v1/branches/" + text(branch, "id"); }

HttpResponse patch(Suite& suite, const std::string& path, const std::string& body, const std::string& tag = "\"1\"") {
    return suite.patch(path, body, suite.token("admin"), tag);
}

HttpResponse raise(Suite& suite, const std::string& branch, const std::string& body, const std::string& tag) {
    return suite.post(branch + "/stock-counter", body, suite.token("admin"), {{"if-match", tag}});
}

HttpResponse procure(Suite& suite, const boost::json::value& branch) {
    return suite.post("/v1/bikes/procure", procurement(text(branch, "code")), suite.token("admin"));
}

std::string audited(Suite& suite, const boost::json::value& row, const std::string& action) {
    return suite.database().value("select count(*) from audit_log where entity_id = '" + text(row, "id") +
                                  "' and action = '" + action + "'");
}

}  // namespace

TEST_CASE("D-301 a company is created and changed, with who did it and an audit row") {
    auto& suite = Suite::shared();
    const auto code = fresh_code();
    const auto answer = suite.post(
        "/v1/companies",
        company_body(code, R"(,"contact_phone":"0771234567","contact_email":"a@b.lk","address":"1 Main St\nGalle")"),
        suite.token("admin"));
    REQUIRE(answer.status == 201);
    const auto company = answer.json();
    CHECK(answer.header("location") == company_path(company));
    CHECK(answer.header("etag") == "\"1\"");
    CHECK(text(company, "contact_phone") == "+94771234567");
    CHECK(company.at("is_active").as_bool());
    CHECK_FALSE(company.at("is_demo").as_bool());
    CHECK(text(company, "created_by") == text(company, "updated_by"));
    CHECK(suite.get("/v1/companies/" + code, suite.token("admin")).json() == company);
    CHECK(audited(suite, company, "COMPANY_CREATED") == "1");

    const auto changed = patch(suite, company_path(company), R"({"name":"Renamed","contact_phone":null})");
    REQUIRE(changed.status == 200);
    CHECK(changed.header("etag") == "\"2\"");
    CHECK(text(changed.json(), "name") == "Renamed");
    CHECK(changed.json().at("contact_phone").is_null());
    CHECK(text(changed.json(), "contact_email") == "a@b.lk");
    CHECK(suite.database().value("select old->>'name' || ' > ' || (new->>'name') || ' ' || (new ? 'district') from "
                                 "audit_log where action = 'COMPANY_UPDATED' and entity_id = '" +
                                 text(company, "id") + "'") == "Company " + code + " > Renamed false");
    const auto nothing = patch(suite, company_path(company), R"({"name":"Renamed"})", "\"2\"");
    CHECK(nothing.header("etag") == "\"2\"");
    CHECK(audited(suite, company, "COMPANY_UPDATED") == "1");
    // Its code is free to change as long as no number carries it.
    CHECK(patch(suite, company_path(company), R"({"code":")" + fresh_code() + "\"}", "\"2\"").status == 200);
    check_error(patch(suite, company_path(company), R"({"name":"Late"})", "\"2\""), 412, "PRECONDITION_FAILED");
    check_error(patch(suite, company_path(company), R"({"name":"Late"})", ""), 428, "PRECONDITION_REQUIRED");
    check_error(patch(suite, std::string("/v1/companies/") + nobody, R"({"name":"Late"})"), 404, "NOT_FOUND");
}

TEST_CASE("D-210 every field of a company or branch is judged in one answer") {
    auto& suite = Suite::shared();
    const auto admin = suite.token("admin");
    const auto company =
        suite.post("/v1/companies", R"({"code":"z1","name":"x","contact_email":"nobody","contact_phone":"12"})", admin);
    REQUIRE(company.status == 422);
    CHECK(issues(company) == std::set<std::string>{"code:format", "name:too_short", "district:required",
                                                   "contact_email:format", "contact_phone:format"});
    const auto branch =
        suite.post("/v1/branches",
                   branch_body("TOOLONG", "NOPE", R"(,"latitude":90.5,"longitude":"x","is_repair_center":1)"), admin);
    REQUIRE(branch.status == 422);
    CHECK(issues(branch) == std::set<std::string>{"code:format", "company_id:not_found", "latitude:out_of_range",
                                                  "longitude:type", "is_repair_center:type"});
    const auto patched = patch(suite, "/v1/branches/TN", R"({"name":null,"company_id":"NOPE","longitude":-180.5})");
    REQUIRE(patched.status == 422);
    CHECK(issues(patched) == std::set<std::string>{"name:required", "company_id:not_found", "longitude:out_of_range"});
    check_error(patch(suite, "/v1/branches/TN", R"({"last_number":7})"), 400, "UNKNOWN_FIELD");
}

TEST_CASE("D-302 a branch comes with its counter at 0 and numbers bikes from 1") {
    auto& suite = Suite::shared();
    const auto company = new_company(suite);
    const auto code = fresh_code();
    const auto answer =
        suite.post("/v1/branches",
                   branch_body(code, text(company, "code"), R"(,"latitude":6.05,"longitude":80.22,"display_order":7)"),
                   suite.token("admin"));
    REQUIRE(answer.status == 201);
    const auto branch = answer.json();
    CHECK(answer.header("location") == branch_path(branch));
    CHECK(text(branch, "company_id") == text(company, "id"));
    CHECK(branch.at("latitude").as_double() == doctest::Approx(6.05));
    CHECK(branch.at("is_active").as_bool());
    CHECK(suite.get("/v1/branches/" + code, suite.token("admin")).json() == branch);
    CHECK(audited(suite, branch, "BRANCH_CREATED") == "1");

    const auto counter = suite.get(branch_path(branch) + "/stock-counter", suite.token("admin"));
    REQUIRE(counter.status == 200);
    CHECK(counter.header("etag") == "\"1\"");
    CHECK(counter.json().at("last_number").as_int64() == 0);
    CHECK(counter.json().at("max").as_int64() == 9999);
    const auto bike = procure(suite, branch);
    REQUIRE(bike.status == 201);
    CHECK(text(bike.json(), "current_stock_number") == text(company, "code") + "/" + code + "/ST/0001");
    CHECK(suite.violations() == "");
}

TEST_CASE("D-301 codes are unique; the answer names the field") {
    auto& suite = Suite::shared();
    const auto admin = suite.token("admin");
    const auto company = new_company(suite);
    for (const auto& answer : {suite.post("/v1/companies", company_body("MA"), admin),
                               suite.post("/v1/branches", branch_body("WW", "MA"), admin),
                               patch(suite, company_path(company), R"({"code":"IN"})")}) {
        check_error(answer, 409, "DUPLICATE");
        CHECK(text(answer.json().at("details").at(0), "field") == "code");
        CHECK(issues(answer) == std::set<std::string>{"code:duplicate"});
    }
    const auto branch = new_branch(suite, text(company, "code"));
    check_error(patch(suite, branch_path(branch), R"({"code":"BD"})"), 409, "DUPLICATE");
    CHECK(suite.database().value("select count(*) from stock_counters c full join branches b on b.id = c.branch_id "
                                 "where b.id is null or c.branch_id is null") == "0");
}

TEST_CASE("D-301 code and company of a branch are free until its first number, then fixed") {
    auto& suite = Suite::shared();
    const auto first = new_company(suite);
    const auto second = new_company(suite);
    const auto branch = new_branch(suite, text(first, "code"));
    const auto code = fresh_code();
    const auto moved =
        patch(suite, branch_path(branch), R"({"code":")" + code + R"(","company_id":")" + text(second, "code") + "\"}");
    REQUIRE(moved.status == 200);
    CHECK(text(moved.json(), "company_code") == text(second, "code"));
    const auto bike = procure(suite, moved.json());
    REQUIRE(bike.status == 201);
    CHECK(text(bike.json(), "current_stock_number") == text(second, "code") + "/" + code + "/ST/0001");

    check_error(patch(suite, branch_path(branch), R"({"code":")" + fresh_code() + "\"}", "\"2\""), 409, "IN_USE");
    check_error(patch(suite, branch_path(branch), R"({"company_id":"MA"})", "\"2\""), 409, "IN_USE");
    // So is the code of its company, which is part of the number too.
    check_error(patch(suite, company_path(second), R"({"code":")" + fresh_code() + "\"}"), 409, "IN_USE");
    CHECK(patch(suite, company_path(first), R"({"code":")" + fresh_code() + "\"}").status == 200);
    CHECK(patch(suite, branch_path(branch), R"({"name":"Still renamed","code":")" + code + "\"}", "\"2\"").status ==
          200);
    CHECK(suite.violations() == "");
}

TEST_CASE("D-301 a branch is not deactivated while bikes stand there") {
    auto& suite = Suite::shared();
    const auto company = new_company(suite);
    const auto branch = new_branch(suite, text(company, "code"));
    const auto bike = procure(suite, branch);
    REQUIRE(bike.status == 201);
    check_error(patch(suite, branch_path(branch), R"({"is_active":false})"), 409, "IN_USE");
    const auto gone =
        suite.post("/v1/bikes/" + text(bike.json(), "id") + "/write-off",
                   R"({"kind":"LOST","reason":"fell into the sea"})", suite.token("admin"), {{"if-match", "\"1\""}});
    REQUIRE(gone.status == 200);
    REQUIRE(patch(suite, branch_path(branch), R"({"is_active":false})").status == 200);
    CHECK(audited(suite, branch, "BRANCH_UPDATED") == "1");
    check_error(procure(suite, branch), 409, "BRANCH_INACTIVE");
    REQUIRE(patch(suite, branch_path(branch), R"({"is_active":true})", "\"2\"").status == 200);
    CHECK(procure(suite, branch).status == 201);
}

TEST_CASE("D-301 a company stays active while a branch of it is, and a branch needs an active company") {
    auto& suite = Suite::shared();
    const auto admin = suite.token("admin");
    const auto company = new_company(suite);
    const auto branch = new_branch(suite, text(company, "id"));
    check_error(patch(suite, company_path(company), R"({"is_active":false})"), 409, "IN_USE");
    REQUIRE(patch(suite, branch_path(branch), R"({"is_active":false})").status == 200);
    REQUIRE(patch(suite, company_path(company), R"({"is_active":false})").status == 200);
    check_error(patch(suite, branch_path(branch), R"({"is_active":true})", "\"2\""), 409, "INVALID_STATE");
    CHECK(patch(suite, branch_path(branch), R"({"name":"Asleep"})", "\"2\"").status == 200);
    check_error(suite.post("/v1/branches", branch_body(fresh_code(), text(company, "code")), admin), 409,
                "INVALID_STATE");
    CHECK(suite.post("/v1/branches", branch_body(fresh_code(), text(company, "code"), R"(,"is_active":false)"), admin)
              .status == 201);
}

TEST_CASE("D-302 D-601 a counter is raised for paper numbers, never lowered") {
    auto& suite = Suite::shared();
    const auto company = new_company(suite);
    const auto branch = new_branch(suite, text(company, "code"));
    const auto path = branch_path(branch);
    const auto raised = raise(suite, path, R"({"last_number":2065})", "\"1\"");
    REQUIRE(raised.status == 200);
    CHECK(raised.header("etag") == "\"2\"");
    CHECK(raised.json().at("last_number").as_int64() == 2065);
    CHECK(suite.get(path, suite.token("admin")).header("etag") == "\"2\"");
    CHECK(suite.database().value("select (old->>'last_number') || ' ' || (new->>'last_number') from audit_log where "
                                 "action = 'COUNTER_RAISED' and entity_id = '" +
                                 text(branch, "id") + "'") == "0 2065");
    const auto bike = procure(suite, branch);
    REQUIRE(bike.status == 201);
    CHECK(text(bike.json(), "current_stock_number") == text(company, "code") + "/" + text(branch, "code") + "/ST/2066");

    check_error(raise(suite, path, R"({"last_number":2065})", "\"2\""), 409, "INVALID_STATE");
    check_error(raise(suite, path, R"({"last_number":3000})", "\"1\""), 412, "PRECONDITION_FAILED");
    const auto equal = raise(suite, path, R"({"last_number":2066})", "\"2\"");
    CHECK(equal.status == 200);
    CHECK(equal.header("etag") == "\"2\"");
    CHECK(audited(suite, branch, "COUNTER_RAISED") == "1");
    for (const auto* body : {R"({"last_number":10000})", R"({"last_number":-1})"}) {
        const auto answer = raise(suite, path, body, "\"2\"");
        REQUIRE(answer.status == 422);
        CHECK(issues(answer) == std::set<std::string>{"last_number:out_of_range"});
    }
    CHECK(issues(raise(suite, path, "{}", "\"2\"")) == std::set<std::string>{"last_number:required"});
    check_error(raise(suite, path, R"({"last_number":3000})", ""), 400, "BAD_IF_MATCH");
    check_error(suite.post(path + "/stock-counter", R"({"last_number":3000})", suite.token("admin")), 428,
                "PRECONDITION_REQUIRED");
    check_error(raise(suite, std::string("/v1/branches/") + nobody, R"({"last_number":1})", "\"1\""), 404, "NOT_FOUND");
    // D-603: a mark that is jumped over warns like one that is reached.
    REQUIRE(raise(suite, path, R"({"last_number":9999})", "\"2\"").status == 200);
    CHECK(suite.database().value("select count(*) from outbox where event_type = 'stock_number.low' and entity_id = '" +
                                 text(branch, "id") + "'") == "1");
    check_error(procure(suite, branch), 409, "STOCK_NUMBER_EXHAUSTED");
    CHECK(suite.violations() == "");
}

TEST_CASE("D-905 everybody reads companies and branches, only admins change them or see counters") {
    auto& suite = Suite::shared();
    for (const auto* role : {"head_manager", "branch_manager", "inventory_manager", "finance_officer", "auditor"}) {
        CAPTURE(role);
        const auto token = suite.token(suite.user_with_role(role));
        CHECK(suite.get("/v1/branches/WW", token).status == 200);
        CHECK(suite.get("/v1/companies/MA", token).status == 200);
        check_error(suite.get("/v1/branches/WW/stock-counter", token), 403, "FORBIDDEN");
        check_error(suite.post("/v1/companies", "{}", token), 403, "FORBIDDEN");
        check_error(suite.post("/v1/branches", "{}", token), 403, "FORBIDDEN");
        check_error(suite.patch("/v1/branches/WW", "{}", token, "\"1\""), 403, "FORBIDDEN");
        check_error(suite.patch("/v1/companies/MA", "{}", token, "\"1\""), 403, "FORBIDDEN");
        check_error(suite.post("/v1/branches/WW/stock-counter", "{}", token), 403, "FORBIDDEN");
    }
}

TEST_CASE("D-301 deactivation and procurement at once: no live bike ends up in an inactive branch") {
    auto& suite = Suite::shared();
    const auto company = new_company(suite);
    for (int round = 0; round < 8; ++round) {
        const auto branch = new_branch(suite, text(company, "code"));
        const auto answers = at_once(6, [&](int i) {
            return i == round % 6 ? patch(suite, branch_path(branch), R"({"is_active":false})")
                                  : procure(suite, branch);
        });
        const auto count = by_status(answers);
        const bool deactivated = answers.at(round % 6).status == 200;
        CHECK(count == (deactivated ? std::map<int, int>{{200, 1}, {409, 5}} : std::map<int, int>{{201, 5}, {409, 1}}));
        for (const auto& answer : answers) {
            if (answer.status == 409) CHECK(answer.code() == (deactivated ? "BRANCH_INACTIVE" : "IN_USE"));
        }
    }
    CHECK(suite.database().value("select count(*) from bicycles b join branches r on r.id = b.current_branch_id where "
                                 "not r.is_active and b.status not in ('SOLD', 'WRITTEN_OFF')") == "0");
    CHECK(suite.violations() == "");
}

TEST_CASE("D-301 a code and the first number with it at once: the number carries the code that stays") {
    auto& suite = Suite::shared();
    for (int round = 0; round < 4; ++round) {
        const auto company = new_company(suite);
        const auto branch = new_branch(suite, text(company, "code"));
        const auto company_code = fresh_code();
        const auto branch_code = fresh_code();
        const auto body = R"({"code":")";
        at_once(4, [&](int i) {
            if (i == 1) return patch(suite, company_path(company), body + company_code + "\"}");
            if (i == 2) return patch(suite, branch_path(branch), body + branch_code + "\"}");
            return suite.post("/v1/bikes/procure", procurement(text(branch, "id")), suite.token("admin"));
        });
    }
    CHECK(suite.violations() == "");
}

TEST_CASE(
    "D-301 a branch moved to the other company while others wait for it: they go on with the company it has then") {
    auto& suite = Suite::shared();
    const auto admin = suite.token("admin");
    const auto from = new_company(suite), to = new_company(suite);
    const auto stocked = suite.post("/v1/bikes/procure", procurement("WW"), admin);
    REQUIRE(stocked.status == 201);
    const auto bike = text(stocked.json(), "id");

    // Everything that names a branch and holds it.
    using Call = std::function<HttpResponse(const std::string& branch)>;
    const std::vector<std::pair<std::string, Call>> calls{
        {"procure", [&](const auto& branch) { return suite.post("/v1/bikes/procure", procurement(branch), admin); }},
        {"pay for a procurement",
         [&](const auto& branch) {
             return suite.post("/v1/bikes/procure", procurement("WW", R"(,"payment_branch_id":")" + branch + "\""),
                               admin);
         }},
        {"expense",
         [&](const auto& branch) {
             return suite.post(
                 "/v1/bikes/" + bike + "/expenses",
                 R"({"category":"CLEANING","description":"Washed","amount":"10.00","branch_id":")" + branch + "\"}",
                 admin);
         }},
        {"transfer",
         [&](const auto& branch) {
             return suite.post("/v1/bikes/" + bike + "/transfers",
                               R"({"to_branch_id":")" + branch + R"(","reason_code":"CONSOLIDATION"})", admin);
         }},
    };
    for (const auto& [what, call] : calls) {
        CAPTURE(what);
        const auto branch = new_branch(suite, text(from, "code"));
        // Another transaction has moved the branch and not yet committed.
        auto mover = suite.database();
        mover.rows("begin");
        mover.rows("update branches set company_id = '" + text(to, "id") + "', version = version + 1 where id = '" +
                   text(branch, "id") + "'");
        HttpResponse answer;
        std::thread waiting([&] { answer = call(text(branch, "code")); });
        const bool waits = eventually([&] {
            return suite.database().value(
                       "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and "
                       "datname = current_database()") != "0";
        });
        mover.rows("commit");
        waiting.join();
        CHECK(waits);
        CAPTURE(answer.body);
        CHECK(answer.status == 201);
        if (what == "procure") {
            CHECK(text(answer.json(), "current_stock_number") ==
                  text(to, "code") + "/" + text(branch, "code") + "/ST/0001");
            CHECK(text(answer.json(), "company_code") == text(to, "code"));
        }
    }
    CHECK(suite.violations() == "");
}

TEST_CASE("D-302 a counter raised while numbers are drawn never repeats or loses one") {
    auto& suite = Suite::shared();
    const auto company = new_company(suite);
    const auto branch = new_branch(suite, text(company, "code"));
    const auto answers = at_once(12, [&](int i) {
        return i % 4 == 3 ? raise(suite, branch_path(branch), R"({"last_number":500})", "\"1\"")
                          : procure(suite, branch);
    });
    CHECK(by_status(answers) == std::map<int, int>{{200, 1}, {201, 9}, {412, 2}});
    CHECK(suite.get(branch_path(branch) + "/stock-counter", suite.token("admin")).json().at("last_number").as_int64() >=
          500);
    CHECK(suite.violations() == "");
}
