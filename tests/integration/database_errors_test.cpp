// What a database error that nobody expected leaves in the answer and in the logs: enough to find it, and no secret.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>

#include "support/answers.hpp"
#include "support/sales.hpp"
#include "support/suite.hpp"

using namespace loan_manager::testing;

namespace {

// The lines of a log that hold a text.
std::string lines_with(const std::string& log, const std::string& text) {
    std::string found;
    for (std::size_t at = 0; at < log.size();) {
        const auto end = std::min(log.find('\n', at), log.size());
        const std::string line = log.substr(at, end - at);
        if (line.find(text) != std::string::npos) found += line + '\n';
        at = end + 1;
    }
    return found;
}

}  // namespace

TEST_CASE("D-211 an unexpected violation is a 500 without its cause; the log has the id, and no row") {
    auto& suite = Suite::shared();
    auto database = suite.database();
    const auto admin = suite.token("admin");
    const auto bike = bike_at(suite, "WW");
    // Constraints that no table of meanings knows, as if somebody had forgotten one.
    database.rows("ALTER TABLE auth.users ADD CONSTRAINT forgotten_user CHECK (full_name <> 'Forgotten Person')");
    database.rows("ALTER TABLE fleet.sales ADD CONSTRAINT forgotten_sale CHECK (customer_name <> 'Forgotten Person')");
    const auto user =
        suite.post("/v1/users", R"({"username":"forgotten.person","full_name":"Forgotten Person","roles":["viewer"]})",
                   admin, {{"x-request-id", "forgotten-user-1"}});
    auto body = sale_body("195000.00");
    body.replace(body.find("Nimal Perera"), 12, "Forgotten Person");
    const auto sale =
        suite.post("/v1/bikes/" + bike + "/sell", body, suite.token(suite.user_with_role("branch_manager", "WW")),
                   {{"x-request-id", "forgotten-sale-1"}});
    database.rows("ALTER TABLE auth.users DROP CONSTRAINT forgotten_user");
    database.rows("ALTER TABLE fleet.sales DROP CONSTRAINT forgotten_sale");

    for (const auto* answer : {&user, &sale}) {
        INFO(answer->body);
        check_error(*answer, 500, "INTERNAL");
        for (const char* inside : {"forgotten_", "constraint", "Person", "argon2"}) {
            CHECK(answer->body.find(inside) == std::string::npos);
        }
    }
    for (const auto& [service, id] : {std::pair{"auth", "forgotten-user-1"}, std::pair{"fleet", "forgotten-sale-1"}}) {
        CAPTURE(service);
        REQUIRE(eventually([&, service = service, id = id] {
            return !lines_with(lines_with(suite.process(service).output(), id), "forgotten_").empty();
        }));
        const auto log = suite.process(service).output();
        for (const char* secret : {"argon2id", "Failing row", "Forgotten Person", "851234567", "771234567"}) {
            CAPTURE(secret);
            CHECK(log.find(secret) == std::string::npos);
        }
    }
}

TEST_CASE("/health is 503 while nobody can sign in, and says so by itself when somebody can again") {
    auto& suite = Suite::shared();
    auto database = suite.database();
    const auto health = [&] { return suite.get("/health"); };
    REQUIRE(eventually([&] { return health().status == 200; }));
    // Every key has ended: whatever auth signed would be refused.
    database.rows("UPDATE auth.signing_keys SET retired_at = now() - interval '1 second'");
    database.rows("UPDATE auth.trust_state SET epoch = epoch + 1");
    CHECK(eventually([&] { return health().status == 503; }));
    CHECK(health().body == R"({"status": "unhealthy"})");
    CHECK(suite.get("/health/live").status == 200);
    const auto refused = suite.post("/v1/auth/login", R"({"username":"admin","password":"whatever it is"})");
    CHECK(refused.status == 503);

    database.rows("UPDATE auth.signing_keys SET retired_at = NULL");
    database.rows("UPDATE auth.trust_state SET epoch = epoch + 1");
    CHECK(eventually([&] { return health().status == 200; }));
    CHECK(eventually([&] {
        return suite.post("/v1/auth/login", R"({"username":"admin","password":")" + suite.password("admin") + "\"}")
                   .status == 200;
    }));
}

TEST_CASE(
    "a signing key that a clock 5:30 h ahead has made signs after the clock was put right, also after a restart") {
    auto& suite = Suite::shared();
    auto database = suite.database();
    database.rows(
        "UPDATE auth.signing_keys SET activates_at = activates_at + interval '5 hours 30 minutes',"
        " valid_until = valid_until + interval '5 hours 30 minutes'");
    suite.process("auth").stop();
    suite.start("auth");
    suite.wait_ready("auth");
    CHECK(eventually([&] { return suite.get("/health").status == 200; }));
    CHECK(eventually([&] {
        return suite.post("/v1/auth/login", R"({"username":"admin","password":")" + suite.password("admin") + "\"}")
                   .status == 200;
    }));
    CHECK(database.value("SELECT count(*) FROM auth.signing_keys WHERE activates_at > now() + interval '1 minute'"
                         " OR valid_until > now() + interval '49 hours'") == "0");
}
