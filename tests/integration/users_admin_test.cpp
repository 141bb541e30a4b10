// Administration of accounts: who may, what it changes at once, and what never leaves the database.
#include <doctest/doctest.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <set>
#include <string_view>
#include <vector>

#include "support/answers.hpp"
#include "support/concurrency.hpp"
#include "support/suite.hpp"

using namespace loan_manager::testing;

namespace {

// A name no other test uses.
std::string fresh_name() {
    static int counter = 0;
    return "new.user-" + std::to_string(++counter);
}

std::string account(const std::string& username, const std::string& extra = {}) {
    return R"({"username":")" + username + R"(","full_name":"New User","roles":["viewer"])" + extra + "}";
}

HttpResponse log_in(Suite& suite, const std::string& username, const std::string& password) {
    const boost::json::object body{{"username", username}, {"password", password}};
    return http(suite.gateway_port(), "POST", "/v1/auth/login", {}, boost::json::serialize(body));
}

std::string access_of(const HttpResponse& answer) { return text(answer.json(), "access_token"); }

HttpResponse reset(Suite& suite, const std::string& id, const std::string& token, const std::string& tag,
                   const std::string& key = fresh_key()) {
    return suite.post("/v1/users/" + id + "/reset-password", "{}", token,
                      {{"if-match", tag}, {"idempotency-key", key}});
}

// The members of an answer but the password and whether it was shown.
boost::json::object without_password(const HttpResponse& answer) {
    auto members = answer.json().as_object();
    members.erase("one_time_password");
    members.erase("one_time_password_shown");
    return members;
}

HttpResponse change_password(Suite& suite, const std::string& token, const std::string& current,
                             const std::string& next) {
    const auto tag = suite.get("/v1/me", token).header("etag");
    const boost::json::object body{{"current_password", current}, {"new_password", next}};
    return suite.post("/v1/me/password", boost::json::serialize(body), token, {{"if-match", tag}});
}

// The tables of every schema that hold a text anywhere, also inside of bytes.
std::vector<std::string> holders_of(Database& database, const std::string& secret) {
    std::string hex;
    for (const unsigned char c : secret) {
        constexpr std::string_view digits = "0123456789abcdef";
        hex += {digits[c >> 4], digits[c & 15]};
    }
    std::vector<std::string> holders;
    for (const auto& row : database.rows("select format('%I.%I', schemaname, tablename) from pg_tables"
                                         " where schemaname in ('auth', 'fleet', 'lifecycle')")) {
        const auto found = database.value("select count(*) from " + row.at(0) + " t where t::text like '%" + secret +
                                          "%' or t::text like '%" + hex + "%'");
        if (found != "0") holders.push_back(row.at(0));
    }
    return holders;
}

}  // namespace

TEST_CASE("users: created with a one-time password that opens nothing until it is changed") {
    auto& suite = Suite::shared();
    const auto admin = suite.token("admin");
    const auto name = fresh_name();
    const auto created = suite.post(
        "/v1/users",
        account(
            name,
            R"(,"staff_no":"S-)" + name +
                R"(","email":"new@example.lk","phone":"0771234567","company_scope":["MA"],"branch_scope":["WW","BD","WW"])"),
        admin);
    REQUIRE(created.status == 201);
    const auto user = created.json();
    const auto id = text(user, "id");
    CHECK(created.header("location") == "/v1/users/" + id);
    CHECK(created.header("etag") == "\"1\"");
    CHECK(text(user, "phone") == "+94771234567");
    CHECK(user.at("branch_scope").as_array().size() == 2);
    CHECK(user.at("is_active").as_bool());
    CHECK(user.at("must_change_password").as_bool());
    CHECK(text(user, "created_by") == text(suite.get("/v1/me", admin).json(), "id"));

    const auto password = text(user, "one_time_password");
    const auto session = log_in(suite, name, password);
    REQUIRE(session.status == 200);
    const auto refused = suite.get("/v1/bikes", access_of(session));
    CHECK(refused.status == 403);
    CHECK(refused.code() == "FORBIDDEN");
    CHECK(text(refused.json(), "message").find("/v1/me/password") != std::string::npos);

    REQUIRE(change_password(suite, access_of(session), password, "a password of my own").status == 204);
    CHECK(log_in(suite, name, password).status == 401);
    const auto own = log_in(suite, name, "a password of my own");
    REQUIRE(own.status == 200);
    CHECK(suite.get("/v1/bikes?limit=1", access_of(own)).status == 200);
    CHECK_FALSE(suite.get("/v1/users/" + id, admin).json().at("must_change_password").as_bool());
}

TEST_CASE("users: answers, audit rows and logs hold no password") {
    auto& suite = Suite::shared();
    const auto admin = suite.token("admin");
    const auto name = fresh_name();
    const auto created = suite.post("/v1/users", account(name), admin);
    REQUIRE(created.status == 201);
    const auto id = text(created.json(), "id");
    const auto again = reset(suite, id, admin, "\"1\"");
    REQUIRE(again.status == 200);
    const auto hash = suite.database().value("select password_hash from users where id = '" + id + "'");
    for (const auto& secret :
         {text(created.json(), "one_time_password"), text(again.json(), "one_time_password"), hash}) {
        const auto row = suite.get("/v1/users/" + id, admin);
        CHECK(row.body.find(secret) == std::string::npos);
        CHECK(row.body.find("password_hash") == std::string::npos);
        CHECK(row.body.find("one_time_password") == std::string::npos);
        CHECK(suite.get("/v1/users?q=" + name, admin).body.find(secret) == std::string::npos);
        CHECK(suite.database().value("select count(*) from audit_log a where a::text like '%" + secret + "%'") == "0");
        CHECK(suite.database().value("select count(*) from outbox o where o::text like '%" + secret + "%'") == "0");
        for (const auto* instance : {"auth", "gateway"}) {
            CHECK(suite.process(instance).output().find(secret) == std::string::npos);
        }
    }
}

TEST_CASE("D-219 USER_CREATED and USER_UPDATED tell who did what from where, with old and new values") {
    auto& suite = Suite::shared();
    const auto admin = suite.token("admin");
    const auto name = fresh_name();
    const auto created = suite.post("/v1/users", account(name), admin, {{"x-request-id", "create-" + name}});
    const auto id = text(created.json(), "id");
    auto database = suite.database();
    const auto audit = [&](const std::string& columns, const std::string& action) {
        return database.value("select " + columns + " from audit_log where entity_type = 'user' and entity_id = '" +
                              id + "' and action = '" + action + "' order by at desc limit 1");
    };
    CHECK(audit("username || ' ' || array_to_string(roles, ',') || ' ' || request_id", "USER_CREATED") ==
          "admin admin create-" + name);
    CHECK(audit("entity_no", "USER_CREATED") == name);
    CHECK(audit("host(ip)", "USER_CREATED") == "127.0.0.1");
    CHECK(audit("new->>'full_name'", "USER_CREATED") == "New User");
    REQUIRE(suite.patch("/v1/users/" + id, R"({"roles":["auditor"],"full_name":"New User"})", admin, "\"1\"").status ==
            200);
    CHECK(audit("old::text || new::text", "USER_UPDATED") == R"({"roles": ["viewer"]}{"roles": ["auditor"]})");
    REQUIRE(reset(suite, id, admin, "\"2\"").status == 200);
    CHECK(audit("reason || coalesce(old::text, '') || coalesce(new::text, '')", "USER_UPDATED") == "password reset");
    CHECK(database.value("select count(*) from outbox where entity_id = '" + id + "' and event_type like 'user.%'") ==
          "3");
}

TEST_CASE("D-210 users: every wrong field in one answer") {
    auto& suite = Suite::shared();
    const auto answer = suite.post(
        "/v1/users",
        R"({"username":"No Good","full_name":"","roles":["king"],"email":"nobody","phone":"12","company_scope":["NOPE"],"branch_scope":["WW","01900000-0000-7000-8000-000000000000"]})",
        suite.token("admin"));
    REQUIRE(answer.status == 422);
    CHECK(issues(answer) == std::set<std::string>{"username:format", "full_name:required", "roles:not_allowed",
                                                  "email:format", "phone:format", "company_scope:not_found",
                                                  "branch_scope:not_found"});
    const auto empty =
        suite.post("/v1/users", R"({"username":"nobody.yet","full_name":"N","roles":[]})", suite.token("admin"));
    CHECK(empty.status == 422);
    CHECK(issues(empty) == std::set<std::string>{"roles:required"});
}

TEST_CASE("users: DUPLICATE names username or staff_no") {
    auto& suite = Suite::shared();
    const auto admin = suite.token("admin");
    const auto name = fresh_name();
    REQUIRE(suite.post("/v1/users", account(name, R"(,"staff_no":"T-)" + name + "\""), admin).status == 201);
    const auto twin = suite.post("/v1/users", account(name), admin);
    CHECK(twin.status == 409);
    CHECK(twin.code() == "DUPLICATE");
    CHECK(issues(twin) == std::set<std::string>{"username:duplicate"});
    const auto staff = suite.post("/v1/users", account(fresh_name(), R"(,"staff_no":"T-)" + name + "\""), admin);
    CHECK(staff.status == 409);
    CHECK(issues(staff) == std::set<std::string>{"staff_no:duplicate"});
    const auto other = suite.post("/v1/users", account(fresh_name()), admin);
    const auto renamed =
        suite.patch("/v1/users/" + text(other.json(), "id"), R"({"username":")" + name + "\"}", admin, "\"1\"");
    CHECK(renamed.status == 409);
    CHECK(renamed.code() == "DUPLICATE");
    CHECK(issues(renamed) == std::set<std::string>{"username:duplicate"});
}

TEST_CASE("D-205 the name of the user system is taken, for a new account and for a new name") {
    auto& suite = Suite::shared();
    const auto admin = suite.token("admin");
    const auto created = suite.post("/v1/users", account("system"), admin);
    INFO(created.body);
    CHECK(created.status == 409);
    CHECK(created.code() == "DUPLICATE");
    CHECK(issues(created) == std::set<std::string>{"username:duplicate"});
    CHECK(suite.post("/v1/users", account("system", R"(,"is_active":false)"), admin).code() == "DUPLICATE");
    const auto other = suite.post("/v1/users", account(fresh_name()), admin);
    const auto renamed =
        suite.patch("/v1/users/" + text(other.json(), "id"), R"({"username":"system"})", admin, "\"1\"");
    INFO(renamed.body);
    CHECK(renamed.status == 409);
    CHECK(issues(renamed) == std::set<std::string>{"username:duplicate"});
    // Not even the case of a letter makes it another name.
    CHECK(suite.post("/v1/users", account("System"), admin).status == 422);
}

TEST_CASE("users: whatever a field holds, the answer is a 4xx that names it, and the log has no secret") {
    auto& suite = Suite::shared();
    const auto admin = suite.token("admin");
    const std::string nul = R"(\u0000)", invisible = R"(\u200b\u2060)", flip = R"(\u202e)";
    for (const std::string& bad : {nul, invisible, flip, std::string(R"(a\nb)"), std::string(R"(\ud800)")}) {
        CAPTURE(bad);
        for (const std::string field : {"username", "full_name"}) {
            const auto answer = suite.post(
                "/v1/users",
                field == "username"
                    ? R"({"full_name":"New User","roles":["viewer"],"username":")" + bad + "\"}"
                    : R"({"username":")" + fresh_name() + R"(","roles":["viewer"],"full_name":")" + bad + "\"}",
                admin);
            INFO(answer.body);
            CHECK((answer.status == 422 || answer.status == 400));
        }
        for (const std::string field : {"roles", "company_scope", "branch_scope"}) {
            const auto created =
                suite.post("/v1/users", account(fresh_name(), ",\"" + field + "\":[\"" + bad + "\"]"), admin);
            INFO(created.body);
            CHECK((created.status == 422 || created.status == 400));
        }
    }
    for (const auto* instance : {"auth", "gateway"}) {
        const auto log = suite.process(instance).output();
        CHECK(log.find("argon2id") == std::string::npos);
        CHECK(log.find("DETAIL") == std::string::npos);
    }
}

TEST_CASE("users: a password typed into the name field is kept nowhere") {
    auto& suite = Suite::shared();
    const auto admin = suite.token("admin");
    const auto created = suite.post("/v1/users", account(fresh_name()), admin);
    REQUIRE(created.status == 201);
    // It looks like a user name, and is none.
    const auto typed = text(created.json(), "one_time_password");
    CHECK(log_in(suite, typed, "whatever it was").status == 401);
    CHECK(log_in(suite, " " + typed + " ", typed).status == 401);
    auto database = suite.database();
    CHECK(holders_of(database, typed) == std::vector<std::string>{});
    CHECK(database.value("select count(*) from audit_log where action = 'LOGIN_FAILED' and user_id is null"
                         " and username = ''") != "0");
    for (const auto* instance : {"auth", "gateway"}) {
        CHECK(suite.process(instance).output().find(typed) == std::string::npos);
    }
    // Of a name that exists the audit log tells.
    const auto name = text(created.json(), "username");
    CHECK(log_in(suite, name, "wrong horse").status == 401);
    CHECK(database.value("select count(*) from audit_log where action = 'LOGIN_FAILED' and user_id is not null"
                         " and username = '" +
                         name + "'") == "1");
}

TEST_CASE("users: a PATCH empties lists with [], clears with null, and refuses null where something must be") {
    auto& suite = Suite::shared();
    const auto admin = suite.token("admin");
    const auto created = suite.post(
        "/v1/users", account(fresh_name(), R"(,"email":"a@b","branch_scope":["WW"],"company_scope":["MA"])"), admin);
    const auto path = "/v1/users/" + text(created.json(), "id");
    const auto null =
        suite.patch(path, R"({"full_name":null,"roles":null,"branch_scope":null,"is_active":null,"username":null})",
                    admin, "\"1\"");
    REQUIRE(null.status == 422);
    CHECK(issues(null) == std::set<std::string>{"full_name:required", "roles:required", "branch_scope:required",
                                                "is_active:required", "username:required"});
    CHECK(suite.patch(path, R"({"roles":[]})", admin, "\"1\"").status == 422);
    CHECK(issues(suite.patch(path, R"({"roles":["viewer","king"]})", admin, "\"1\"")).contains("roles:not_allowed"));
    CHECK(issues(suite.patch(path, R"({"branch_scope":["XX"]})", admin, "\"1\"")).contains("branch_scope:not_found"));
    const auto cleared = suite.patch(path, R"({"email":null,"branch_scope":[]})", admin, "\"1\"");
    REQUIRE(cleared.status == 200);
    CHECK(cleared.header("etag") == "\"2\"");
    const auto row = cleared.json();
    CHECK(row.at("email").is_null());
    CHECK(row.at("branch_scope").as_array().empty());
    CHECK(row.at("company_scope").as_array().size() == 1);
    CHECK(suite.patch(path, R"({"full_name":"Other"})", admin, "\"1\"").status == 412);
    CHECK(suite.patch(path, R"({"full_name":"Other"})", admin, "").status == 428);
    // Nothing changes, so nothing is recorded.
    CHECK(suite.patch(path, R"({"branch_scope":[]})", admin, "\"2\"").header("etag") == "\"2\"");
}

TEST_CASE("D-221 new roles, scope or activity end the tokens that are out within a second") {
    auto& suite = Suite::shared();
    const auto admin = suite.token("admin");
    for (const std::string change :
         {R"({"roles":["auditor"]})", R"({"branch_scope":["BD"]})", R"({"is_active":false})"}) {
        CAPTURE(change);
        const auto name = fresh_name();
        const auto created = suite.post("/v1/users", account(name), admin).json();
        const auto path = "/v1/users/" + text(created, "id");
        const auto first = log_in(suite, name, text(created, "one_time_password"));
        REQUIRE(change_password(suite, access_of(first), text(created, "one_time_password"), "correct horse").status ==
                204);
        const auto session = log_in(suite, name, "correct horse").json();
        const auto token = text(session, "access_token");
        REQUIRE(suite.get("/v1/bikes?limit=1", token).status == 200);
        const auto tag = suite.get(path, admin).header("etag");
        REQUIRE(suite.patch(path, change, admin, tag).status == 200);
        CHECK(eventually([&] { return suite.get("/v1/bikes?limit=1", token).status == 401; }, std::chrono::seconds(1)));
        const bool active = change.find("is_active") == std::string::npos;
        const auto refreshed =
            suite.post("/v1/auth/refresh", R"({"refresh_token":")" + text(session, "refresh_token") + "\"}");
        CHECK(refreshed.status == (active ? 200 : 401));
        if (active) continue;
        // Active again: what was out before stays ended.
        REQUIRE(suite.patch(path, R"({"is_active":true})", admin, suite.get(path, admin).header("etag")).status == 200);
        CHECK(suite.post("/v1/auth/refresh", R"({"refresh_token":")" + text(session, "refresh_token") + "\"}").status ==
              401);
        CHECK(log_in(suite, name, "correct horse").status == 200);
    }
}

TEST_CASE("D-215 a replay does not show the one-time password again; a reset ends sessions and the former password") {
    auto& suite = Suite::shared();
    const auto admin = suite.token("admin");
    const auto name = fresh_name();
    const auto key = fresh_key();
    const auto created = suite.post("/v1/users", account(name), admin, {{"idempotency-key", key}});
    const auto replayed = suite.post("/v1/users", account(name), admin, {{"idempotency-key", key}});
    REQUIRE(created.status == 201);
    CHECK(replayed.status == 201);
    CHECK(replayed.header("idempotency-replayed") == "true");
    CHECK(without_password(created) == without_password(replayed));
    CHECK_FALSE(created.json().at("one_time_password_shown").as_bool());
    CHECK(replayed.json().at("one_time_password").is_null());
    CHECK(replayed.json().at("one_time_password_shown").as_bool());
    CHECK(suite.post("/v1/users", account(fresh_name()), admin, {{"idempotency-key", key}}).code() ==
          "IDEMPOTENCY_MISMATCH");

    const auto user = created.json();
    const auto id = text(user, "id");
    const auto session = log_in(suite, name, text(user, "one_time_password")).json();
    const auto reset_key = fresh_key();
    const auto again = reset(suite, id, admin, "\"1\"", reset_key);
    REQUIRE(again.status == 200);
    CHECK(again.header("etag") == "\"2\"");
    CHECK(text(again.json(), "one_time_password") != text(user, "one_time_password"));
    const auto reset_again = reset(suite, id, admin, "\"1\"", reset_key);
    CHECK(reset_again.header("idempotency-replayed") == "true");
    CHECK(reset_again.header("etag") == "\"2\"");
    CHECK(without_password(reset_again) == without_password(again));
    CHECK(reset_again.json().at("one_time_password").is_null());
    CHECK(reset_again.json().at("one_time_password_shown").as_bool());
    // Neither of them is stored in any form that could be read, nor what the first user of it chose.
    auto database = suite.database();
    CHECK(holders_of(database, text(user, "one_time_password")) == std::vector<std::string>{});
    CHECK(holders_of(database, text(again.json(), "one_time_password")) == std::vector<std::string>{});
    CHECK(reset(suite, id, admin, "\"1\"").status == 412);
    CHECK(log_in(suite, name, text(user, "one_time_password")).status == 401);
    CHECK(suite.post("/v1/auth/refresh", R"({"refresh_token":")" + text(session, "refresh_token") + "\"}").status ==
          401);
    const auto renewed = log_in(suite, name, text(again.json(), "one_time_password"));
    REQUIRE(renewed.status == 200);
    REQUIRE(change_password(suite, access_of(renewed), text(again.json(), "one_time_password"), "horse battery 91")
                .status == 204);
    CHECK(holders_of(database, "horse battery 91") == std::vector<std::string>{});
    // The fingerprint of a request with a password is too short to try passwords against.
    CHECK(database.value("select count(*) from idempotency_keys where user_id = '" + id +
                         "' and fingerprint !~ '^[0-9a-f]{4}0{60}$'") == "0");
    CHECK(database.value("select count(*) from idempotency_keys where user_id = '" + id + "'") == "1");
}

TEST_CASE("D-901 users:read is for admin and auditor, users:manage for admin") {
    auto& suite = Suite::shared();
    const auto auditor = suite.token(suite.user_with_role("auditor"));
    const auto id = text(suite.get("/v1/me", suite.token("admin")).json(), "id");
    CHECK(suite.get("/v1/users", auditor).status == 200);
    CHECK(suite.get("/v1/users/" + id, auditor).status == 200);
    for (const auto* role : {"head_manager", "branch_manager", "finance_officer", "viewer"}) {
        CAPTURE(role);
        const auto token = suite.token(suite.user_with_role(role));
        CHECK(suite.get("/v1/users", token).code() == "FORBIDDEN");
        CHECK(suite.get("/v1/users/" + id, token).code() == "FORBIDDEN");
    }
    CHECK(suite.post("/v1/users", account(fresh_name()), auditor).code() == "FORBIDDEN");
    CHECK(suite.patch("/v1/users/" + id, R"({"full_name":"X"})", auditor, "\"1\"").code() == "FORBIDDEN");
    CHECK(reset(suite, id, auditor, "\"1\"").code() == "FORBIDDEN");
    const auto admin = suite.token("admin");
    CHECK(suite.get("/v1/users/01900000-0000-7000-8000-000000000000", admin).status == 404);
    CHECK(suite.patch("/v1/users/01900000-0000-7000-8000-000000000000", "{}", admin, "\"1\"").status == 404);
    CHECK(suite.get("/v1/users/nonsense", admin).status == 422);
}

TEST_CASE("D-213 users: filters, order and pages") {
    auto& suite = Suite::shared();
    const auto admin = suite.token("admin");
    const auto list = [&](const std::string& query) {
        const auto answer = suite.get("/v1/users?" + query, admin);
        REQUIRE(answer.status == 200);
        return answer.json();
    };
    auto database = suite.database();
    CHECK(list("").at("total").as_int64() == std::stoi(database.value("select count(*) from users")));
    CHECK(list("role=mechanic").at("total").as_int64() ==
          std::stoi(database.value("select count(*) from users where 'mechanic' = any (roles)")));
    CHECK(list("branch_id=WW").at("total").as_int64() ==
          std::stoi(database.value("select count(*) from users where branch_scope @> array[(select id from branches "
                                   "where code = 'WW')]")));
    CHECK(list("is_active=false&q=SYSTEM").at("total").as_int64() == 1);
    CHECK(list("q=%25").at("total").as_int64() == 0);

    std::vector<std::string> up, down;
    std::string cursor;
    do {
        const auto page = list("limit=3&role=sales_agent" + (cursor.empty() ? "" : "&cursor=" + cursor));
        for (const auto& user : page.at("items").as_array()) up.push_back(text(user, "username"));
        cursor = page.at("next_cursor").is_null() ? "" : text(page, "next_cursor");
    } while (!cursor.empty());
    do {
        const auto page = list("limit=4&sort=-username&role=sales_agent" + (cursor.empty() ? "" : "&cursor=" + cursor));
        for (const auto& user : page.at("items").as_array()) down.push_back(text(user, "username"));
        cursor = page.at("next_cursor").is_null() ? "" : text(page, "next_cursor");
    } while (!cursor.empty());
    CHECK(up.size() > 4);
    CHECK(std::vector<std::string>(down.rbegin(), down.rend()) == up);

    CHECK(issues(suite.get("/v1/users?role=king&branch_id=NOPE", admin)) ==
          std::set<std::string>{"role:not_allowed", "branch_id:not_found"});
    CHECK(suite.get("/v1/users?sort=email", admin).status == 422);
    CHECK(suite.get("/v1/users?cursor=nonsense", admin).code() == "BAD_CURSOR");
}

TEST_CASE("users: system cannot be changed") {
    auto& suite = Suite::shared();
    const auto admin = suite.token("admin");
    const std::string id = "00000000-0000-7000-8000-000000000001";
    const auto tag = suite.get("/v1/users/" + id, admin).header("etag");
    const auto patched = suite.patch("/v1/users/" + id, R"({"is_active":true})", admin, tag);
    CHECK(patched.status == 409);
    CHECK(patched.code() == "INVALID_STATE");
    CHECK(reset(suite, id, admin, tag).code() == "INVALID_STATE");
}

TEST_CASE("users: the last active admin stays, also when two admins remove each other at once") {
    // A suite of its own: nobody else may be admin here.
    Suite suite;
    const auto admin = suite.token("admin");
    const auto first = text(suite.get("/v1/me", admin).json(), "id");
    for (const auto* change : {R"({"roles":["auditor"]})", R"({"is_active":false})"}) {
        CAPTURE(change);
        const auto tag = suite.get("/v1/users/" + first, admin).header("etag");
        const auto refused = suite.patch("/v1/users/" + first, change, admin, tag);
        CHECK(refused.status == 409);
        CHECK(refused.code() == "INVALID_STATE");
    }
    for (int round = 0; round < 5; ++round) {
        // Demoted admins of former rounds have no right to do this, so the database does it.
        suite.database().rows("update users set roles = '{admin}', is_active = true where id = '" + first + "'");
        const auto token = access_of(log_in(suite, "admin", suite.password("admin")));
        const auto name = fresh_name();
        const auto created = suite.post("/v1/users", account(name, R"(,"staff_no":null)"), token).json();
        const auto second = text(created, "id");
        REQUIRE(suite.patch("/v1/users/" + second, R"({"roles":["admin"]})", token, "\"1\"").status == 200);
        const auto tag = suite.get("/v1/users/" + first, token).header("etag");
        const auto answers = at_once(2, [&](int i) {
            return i == 0 ? suite.patch("/v1/users/" + first, R"({"is_active":false})", token, tag)
                          : suite.patch("/v1/users/" + second, R"({"roles":["viewer"]})", token, "\"2\"");
        });
        // The one who was locked out by the first change may be refused for that instead.
        int done = 0;
        for (const auto& answer : answers) {
            done += answer.status == 200 ? 1 : 0;
            CHECK((answer.status == 200 || answer.code() == "INVALID_STATE" || answer.status == 401));
        }
        CHECK(done == 1);
        CHECK(suite.database().value("select count(*) from users where is_active and 'admin' = any (roles)") == "1");
        suite.database().rows("update users set roles = '{viewer}' where id = '" + second + "'");
    }
    CHECK(suite.violations() == "");
}
