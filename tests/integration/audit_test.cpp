// The audit log: what it tells to whom, that it cannot be changed, and that it shows when somebody changed it anyway.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <set>

#include "support/answers.hpp"
#include "support/suite.hpp"

using namespace loan_manager::testing;

namespace {

boost::json::value page(Suite& suite, const std::string& query, const std::string& token) {
    const auto answer = suite.get("/v1/audit" + query, token);
    CAPTURE(answer.body);
    REQUIRE(answer.status == 200);
    return answer.json();
}

std::string new_bike(Suite& suite, const std::string& branch, const Headers& headers = {}) {
    const auto answer = suite.post("/v1/bikes/procure", procurement(branch), suite.token("admin"), headers);
    CAPTURE(answer.body);
    REQUIRE(answer.status == 201);
    return text(answer.json(), "id");
}

// What the database says against it; "" when it obeys.
std::string error_of(Database& database, const std::string& statement) {
    try {
        database.rows(statement);
        return {};
    } catch (const std::exception& refused) {
        return refused.what();
    }
}

SuiteOptions sealing() { return {.extra = {{"fleet", {{"AUDIT_SEAL_INTERVAL_SECONDS", "1"}}}}}; }

Suite& sealing_suite() {
    static Suite suite(sealing());
    return suite;
}

bool all_sealed(Suite& suite) {
    return eventually([&] { return suite.database().value("select count(*) from audit_unsealed") == "0"; },
                      std::chrono::seconds(20));
}

boost::json::value verify(Suite& suite, const std::string& head = {}, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words{"audit", "verify", "--json"};
    if (!head.empty()) words.insert(words.end(), {"--head", head});
    words.insert(words.end(), more.begin(), more.end());
    const auto output = suite.ctl(words);
    CAPTURE(output.text);
    const auto report = boost::json::parse(output.text);
    CHECK(output.exit_code == (report.at("status") == "ok" ? 0 : 1));
    return report;
}

}  // namespace

TEST_CASE("D-219 audit: who, what, from where, before and after, newest first") {
    auto& suite = Suite::shared();
    const auto admin = suite.token("admin");
    const auto id = new_bike(suite, "WW", {{"user-agent", "audit-test/1"}, {"x-request-id", "audit-test-request"}});
    REQUIRE(suite.patch("/v1/bikes/" + id, R"({"color":"red"})", admin, "\"1\"").status == 200);

    const auto list = page(suite, "?entity_type=bicycle&entity_id=" + id, admin);
    REQUIRE(list.at("total").as_int64() == 2);
    const auto& update = list.at("items").at(0);
    CHECK(text(update, "action") == "BIKE_UPDATED");
    CHECK(update.at("old").at("color").is_null());
    CHECK(text(update.at("new"), "color") == "red");
    const auto& bought = list.at("items").at(1);
    CHECK(text(bought, "action") == "BIKE_PROCURED");
    CHECK(bought.at("old").is_null());
    CHECK(bought.at("new").is_object());
    CHECK(text(bought, "username") == "admin");
    CHECK(text(bought, "user_id") == text(suite.get("/v1/me", admin).json(), "id"));
    CHECK(bought.at("roles").as_array().at(0) == "admin");
    CHECK(text(bought, "ip") == "127.0.0.1");
    CHECK(text(bought, "user_agent") == "audit-test/1");
    CHECK(text(bought, "request_id") == "audit-test-request");
    CHECK(text(bought, "branch_code") == "WW");
    CHECK(text(bought, "entity_no").starts_with("MA/WW/ST/"));

    CHECK(page(suite, "?request_id=audit-test-request", admin).at("total").as_int64() == 1);
    CHECK(page(suite, "?entity_id=" + id + "&action=BIKE_UPDATED", admin).at("total").as_int64() == 1);
    CHECK(page(suite, "?entity_id=" + id + "&branch_id=BD", admin).at("total").as_int64() == 0);
    CHECK(page(suite, "?entity_id=" + id + "&branch_id=WW", admin).at("total").as_int64() == 2);
    const auto auditor = text(suite.get("/v1/me", suite.token("auditor")).json(), "id");
    CHECK(page(suite, "?entity_id=" + id + "&user_id=" + auditor, admin).at("total").as_int64() == 0);
}

TEST_CASE("D-204 audit: from and to are days of Colombo, both included") {
    auto& suite = sealing_suite();
    const auto admin = suite.token("admin");
    suite.database().rows(
        "insert into audit_log (id, at, username, action, entity_type, request_id) values"
        " (gen_random_uuid(), '2011-02-03 18:29:59Z', 'system', 'EXPORTED', 'colombo_day', 'x'),"
        " (gen_random_uuid(), '2011-02-03 18:30:00Z', 'system', 'EXPORTED', 'colombo_day', 'x')");
    const auto total = [&](const std::string& days) {
        return page(suite, "?entity_type=colombo_day" + days, admin).at("total").as_int64();
    };
    CHECK(total("") == 2);
    CHECK(total("&to=2011-02-03") == 1);
    CHECK(total("&from=2011-02-04") == 1);
    CHECK(total("&from=2011-02-04&to=2011-02-03") == 0);
    CHECK(total("&from=2011-02-03&to=2011-02-04") == 2);
}

TEST_CASE("D-213 audit: pages by a cursor that belongs to its filters") {
    auto& suite = Suite::shared();
    const auto admin = suite.token("admin");
    const auto id = new_bike(suite, "WW");
    for (int version = 1; version < 6; ++version) {
        const auto color = "color " + std::to_string(version);
        REQUIRE(
            suite
                .patch("/v1/bikes/" + id, R"({"color":")" + color + "\"}", admin, "\"" + std::to_string(version) + "\"")
                .status == 200);
    }
    std::vector<std::string> at;
    std::string cursor;
    do {
        const auto list = page(suite, "?limit=2&entity_id=" + id + (cursor.empty() ? "" : "&cursor=" + cursor), admin);
        CHECK(list.at("total").as_int64() == 6);
        for (const auto& row : list.at("items").as_array()) at.push_back(text(row, "at") + text(row, "id"));
        cursor = list.at("next_cursor").is_null() ? "" : text(list, "next_cursor");
        if (!cursor.empty()) CHECK(suite.get("/v1/audit?cursor=" + cursor, admin).code() == "BAD_CURSOR");
    } while (!cursor.empty());
    CHECK(at.size() == 6);
    CHECK(std::set<std::string>(at.begin(), at.end()).size() == 6);
    CHECK(std::is_sorted(at.rbegin(), at.rend()));
}

TEST_CASE("D-210 audit: wrong filters") {
    auto& suite = Suite::shared();
    const auto admin = suite.token("admin");
    CHECK(issues(suite.get("/v1/audit?branch_id=NOPE&user_id=01900000-0000-7000-8000-000000000000", admin)) ==
          std::set<std::string>{"branch_id:not_found", "user_id:not_found"});
    CHECK(issues(suite.get("/v1/audit?from=2011-02-30&entity_id=x", admin)) ==
          std::set<std::string>{"from:format", "entity_id:format"});
    CHECK(suite.get("/v1/audit?sort=at", admin).code() == "UNKNOWN_FIELD");
}

TEST_CASE("D-901 D-903 audit: a head manager reads his companies' branches, rows of no branch need reach over all") {
    auto& suite = Suite::shared();
    const auto ours = new_bike(suite, "WW");
    const auto theirs = new_bike(suite, "BD");
    const auto head = suite.user_with_role("head_manager", "");
    const auto token = suite.token(head);
    const auto company = suite.database().value(
        "select c.code from users u join companies c on c.id = any (u.company_scope)"
        " where username = '" +
        head + "'");
    const auto company_of = [&](const char* branch) {
        return suite.database().value(
            std::string("select c.code from branches b join companies c on c.id = b.company_id where b.code = '") +
            branch + "'");
    };
    CHECK(page(suite, "?entity_id=" + ours, token).at("total").as_int64() == (company_of("WW") == company ? 1 : 0));
    CHECK(page(suite, "?entity_id=" + theirs, token).at("total").as_int64() == (company_of("BD") == company ? 1 : 0));
    CHECK(page(suite, "?action=LOGIN", token).at("total").as_int64() == 0);
    CHECK(page(suite, "?action=LOGIN", suite.token(suite.user_with_role("auditor"))).at("total").as_int64() > 0);
    for (const auto* role : {"branch_manager", "finance_officer", "viewer", "sales_agent"}) {
        CAPTURE(role);
        CHECK(suite.get("/v1/audit", suite.token(suite.user_with_role(role))).code() == "FORBIDDEN");
    }
}

TEST_CASE("D-219 every row that a person caused says who and from where, and none holds a secret") {
    auto& suite = Suite::shared();
    auto database = suite.database();
    const auto start = database.value("select clock_timestamp()");
    const auto admin = suite.token("admin");
    const auto bike = new_bike(suite, "WW");
    REQUIRE(suite.patch("/v1/bikes/" + bike, R"({"color":"red"})", admin, "\"1\"").status == 200);
    REQUIRE(
        suite.post("/v1/users", R"({"username":"audited.user","full_name":"A","roles":["viewer"]})", admin).status ==
        201);
    const auto own = suite.user_with_role("viewer");
    const boost::json::object credentials{{"username", own}, {"password", suite.password(own)}};
    REQUIRE(suite.post("/v1/auth/login", boost::json::serialize(credentials)).status == 200);
    const std::string since = " from audit_log a where at >= '" + start + "'";
    CHECK(std::stoi(database.value("select count(*)" + since)) >= 4);
    CHECK(database.value("select count(*)" + since + " and (num_nulls(user_id, ip) > 0 or request_id = '')") == "0");
    // Whoever wrote them, and whenever.
    CHECK(database.value(
              "select count(*) from audit_log a where a::text ~ '[$]argon2|one_time_password|refresh_token'") == "0");
}

TEST_CASE("D-219 no service role can change the audit log or its chain") {
    auto& suite = Suite::shared();
    for (const std::string role : {"loan_manager_auth", "loan_manager_fleet", "loan_manager_lifecycle"}) {
        for (const std::string statement :
             {"update fleet.audit_log set reason = 'x'", "delete from fleet.audit_log", "truncate fleet.audit_log",
              "update fleet.audit_chain set position = 1", "delete from fleet.audit_chain",
              "truncate fleet.audit_chain", "update fleet.audit_unsealed set audit_id = audit_id",
              "alter table fleet.audit_log disable trigger all", "set session_replication_role = replica"}) {
            CAPTURE(role);
            CAPTURE(statement);
            auto database = suite.database();
            database.rows("set session authorization " + role);
            const auto error = error_of(database, statement);
            CHECK((error.find("permission denied") != std::string::npos ||
                   error.find("must be owner") != std::string::npos));
        }
    }
    // Nor does the owner by accident.
    for (const std::string statement : {"update audit_log set reason = 'x'", "delete from audit_log",
                                        "truncate audit_log", "delete from audit_chain"}) {
        CAPTURE(statement);
        auto database = suite.database();
        CHECK(error_of(database, statement).find("append-only") != std::string::npos);
    }
}

TEST_CASE("audit chain: rows are sealed within moments, the head is logged, and verification is content") {
    auto& suite = sealing_suite();
    new_bike(suite, "WW");
    REQUIRE(all_sealed(suite));
    const auto report = verify(suite);
    CHECK(report.at("status") == "ok");
    CHECK(report.at("waiting") == 0);
    CHECK(std::to_string(report.at("sealed").as_int64()) == suite.database().value("select count(*) from audit_log"));
    const auto head = text(report, "head");
    CHECK(eventually([&] { return suite.process("fleet").output().find(head) != std::string::npos; },
                     std::chrono::seconds(5)));
    // A head that was written down is found again when the chain has grown.
    new_bike(suite, "WW");
    REQUIRE(all_sealed(suite));
    CHECK(verify(suite, head).at("status") == "ok");
    CHECK(text(verify(suite), "head") != head);
    CHECK(suite.ctl({"check"}).text.find("audit ok") != std::string::npos);
    CHECK(suite.ctl({"audit", "verify", "--head", "nonsense"}).exit_code == 2);
}

TEST_CASE("audit chain: the text that is hashed holds every column") {
    auto database = Suite::shared().database();
    CHECK(database.value("select string_agg(column_name, ' ' order by ordinal_position) from information_schema.columns"
                         " where table_schema = 'fleet' and table_name = 'audit_log'") ==
          "id at user_id username roles action entity_type entity_id entity_no branch_id old new reason ip user_agent"
          " request_id");
}

TEST_CASE("audit chain: a row that is committed late is sealed late, and nobody waits for it") {
    auto& suite = sealing_suite();
    auto late = suite.database();
    late.rows("begin");
    late.rows(
        "insert into audit_log (id, username, action, entity_type, request_id)"
        " values ('01900000-0000-7000-8000-00000000aaaa', 'system', 'EXPORTED', 'late', 'x')");
    // Rows written afterwards are sealed while that one is still open.
    const auto id = new_bike(suite, "WW");
    CHECK(eventually(
        [&] {
            return suite.database().value(
                       "select count(*) from audit_chain c join audit_log a on a.id = c.audit_id"
                       " where a.entity_id = '" +
                       id + "'") == "1";
        },
        std::chrono::seconds(20)));
    late.rows("commit");
    REQUIRE(all_sealed(suite));
    CHECK(suite.database().value(
              "select count(*) from audit_chain where audit_id = '01900000-0000-7000-8000-00000000aaaa'") == "1");
    CHECK(verify(suite).at("status") == "ok");
}

namespace {

// What a look with the fleet's log said, and what one without it did.
struct Looks {
    boost::json::value with, without;
};

Looks look(Suite& suite, const std::string& log) {
    return {verify(suite, "", {"--log", log}), verify(suite, "", {"--log", "/nowhere"})};
}

bool says(const boost::json::value& report, const std::string& key, const std::string& part) {
    const auto& lines = report.at(key).as_array();
    return std::any_of(lines.begin(), lines.end(), [&](const boost::json::value& line) {
        const auto text = line.is_string() ? std::string(line.as_string()) : boost::json::serialize(line);
        return text.find(part) != std::string::npos;
    });
}

}  // namespace

TEST_CASE("audit proof: what the fleet logged tells what the database alone cannot") {
    for (const std::string format : {"json", "console"}) {
        CAPTURE(format);
        auto options = sealing();
        const auto log = std::filesystem::temp_directory_path() / ("lm-audit-" + std::to_string(::getpid()) + format);
        std::filesystem::create_directories(log);
        const auto file = (log / "fleet.log").string();
        options.extra["fleet"].insert({{"LOG_FILE", file}, {"LOG_FORMAT", format}});
        Suite suite(options);
        new_bike(suite, "WW");
        REQUIRE(all_sealed(suite));
        new_bike(suite, "WW");
        REQUIRE(all_sealed(suite));
        suite.process("fleet").stop();
        auto database = suite.database();
        database.rows(
            "create table saved_log as select * from audit_log; create table saved_chain as select * from audit_chain");
        const auto length = database.value("select count(*) from audit_chain");

        // Untouched: with the log everything is proved up to the head, without it nothing is, and both say so.
        auto looks = look(suite, log.string());
        CHECK(looks.with.at("status") == "ok");
        CHECK(looks.with.at("heads_compared").as_int64() >= 2);
        CHECK(std::to_string(looks.with.at("proved_rows").as_int64()) == length);
        CHECK(text(looks.with, "proved_head") == text(looks.with, "head"));
        CHECK_FALSE(says(looks.with, "not_proved", "no head"));
        CHECK(looks.without.at("status") == "ok");
        CHECK(looks.without.at("heads_compared") == 0);
        CHECK(looks.without.at("proved_rows") == 0);
        CHECK(looks.without.at("proved_head").is_null());
        CHECK(says(looks.without, "not_proved", "no head from outside the database was compared"));
        CHECK(says(looks.without, "logs", "/nowhere"));
        const auto plain = suite.ctl({"audit", "verify", "--log", "/nowhere"});
        CHECK(plain.exit_code == 0);
        CHECK(plain.text.find("nothing is proved against a superuser") != std::string::npos);
        CHECK(plain.text.find("log /nowhere: not read") != std::string::npos);
        const auto proved = suite.ctl({"audit", "verify", "--log", log.string()});
        CHECK(proved.text.find("Up to row " + length + " the audit log is as it was written") != std::string::npos);

        const std::string cut_rows =
            "delete from outbox where entity_id in (select entity_id from audit_log where id = (select audit_id from "
            "audit_chain where position = " +
            length +
            "));"
            "delete from audit_log where id = (select audit_id from audit_chain where position = " +
            length + ");";
        const std::string cut_chain = "delete from audit_chain where position = " + length + ";";
        // Everything made anew, as if the first row had never been there.
        const std::string anew =
            "delete from outbox where entity_id in (select entity_id from audit_log where id = (select audit_id from "
            "audit_chain where position = 1));"
            "delete from audit_log where id = (select audit_id from audit_chain where position = 1);"
            "delete from audit_chain; insert into audit_unsealed (audit_id) select id from audit_log order by at, id;";
        struct Tampering {
            std::string sql;
            bool seen_without;  // the database gives it away by itself
        };
        database.rows("create table saved_outbox as select * from outbox");
        for (const auto& [sql, seen_without] : std::vector<Tampering>{
                 {cut_rows + cut_chain, false},
                 {cut_rows, true},
                 {cut_chain, true},
                 {anew, false},
                 {"update audit_log set username = 'somebody' where action = 'BIKE_PROCURED'", true},
                 {"update audit_chain set chain_hash = sha256('x') where position = " + length, true}}) {
            CAPTURE(sql);
            database.rows("set session_replication_role = replica; " + sql);
            looks = look(suite, log.string());
            CHECK(looks.with.at("status") == "violated");
            CHECK(looks.with.at("proved_rows") == 0);
            CHECK(says(looks.with, "not_proved", "where one thing was altered, more could have been"));
            CHECK_FALSE(says(looks.with, "not_proved", "sealed after the newest head"));
            CHECK((looks.without.at("status") == "violated") == seen_without);
            const auto checked = suite.ctl({"check", "--log", file});
            CHECK(checked.exit_code == 1);
            CHECK(checked.text.find("audit VIOLATED") != std::string::npos);
            CHECK(checked.text.find("All invariants hold.") == std::string::npos);
            CHECK(checked.text.find("the audit log has been altered.") != std::string::npos);
            database.rows(
                "delete from audit_log; delete from audit_chain; delete from audit_unsealed; delete from outbox;"
                "insert into audit_log select * from saved_log; insert into audit_chain select * from saved_chain;"
                "insert into outbox overriding system value select * from saved_outbox");
            CHECK(verify(suite, "", {"--log", file}).at("status") == "ok");
        }

        // The tail is cut and the fleet goes on from there: the new heads fit, the old ones do not.
        database.rows(cut_rows + cut_chain);
        suite.start("fleet");
        suite.wait_ready("fleet");
        // The gateway looks for instances once a second.
        REQUIRE(eventually([&] { return suite.get("/v1/bikes?limit=1", suite.token("admin")).status == 200; }));
        new_bike(suite, "WW");
        REQUIRE(all_sealed(suite));
        CHECK(verify(suite).at("status") == "ok");
        looks.with = verify(suite, "", {"--log", file});
        CHECK(looks.with.at("status") == "violated");
        CHECK(says(looks.with, "findings", "not the head that was written down"));
        // After a restore that is how it must be; the operator says since when heads count.
        CHECK(verify(suite, "", {"--log", file, "--log-since", "2099-01-01T00:00:00Z"}).at("heads_compared") == 0);
        std::filesystem::remove_all(log);
    }
}

TEST_CASE("D-220 check compares the audit log with the outbox") {
    Suite suite(sealing());
    const auto admin = suite.token("admin");
    const auto id = new_bike(suite, "WW");
    REQUIRE(suite.patch("/v1/bikes/" + id, R"({"color":"red"})", admin, "\"1\"").status == 200);
    REQUIRE(suite.patch("/v1/bikes/" + id, R"({"color":"blue"})", admin, "\"2\"").status == 200);
    REQUIRE(all_sealed(suite));
    REQUIRE(verify(suite).at("status") == "ok");
    auto database = suite.database();
    database.rows("create table saved_outbox as select * from outbox");
    const std::string one = " where seq = (select max(seq) from outbox where event_type = 'bike.updated')";
    const std::vector<std::pair<std::string, std::string>> tamperings{
        {"delete from outbox" + one,
         "audit row without its event: bike.updated of bicycle " + id + " (2 rows, 1 events)"},
        {"delete from outbox where event_type = 'bike.procured' and entity_id = '" + id + "'",
         "audit row without its event: bike.procured of bicycle " + id + " (1 rows, 0 events)"},
        {"insert into outbox (event_type, entity_type, entity_id) values ('bike.written_off', 'bicycle', '" + id + "')",
         "event without its audit row: bike.written_off of bicycle " + id + " (0 rows, 1 events)"},
        {"update outbox set event_type = 'bike.released'" + one, "audit row without its event: bike.updated"},
        {"insert into outbox (event_type, entity_type) values ('import.committed', 'import')",
         "event without its audit row: import.committed of import no id (0 rows, 1 events)"},
    };
    for (const auto& [sql, finding] : tamperings) {
        CAPTURE(sql);
        database.rows(sql);
        const auto report = verify(suite);
        CHECK(report.at("status") == "violated");
        CHECK(says(report, "findings", finding));
        CHECK(suite.ctl({"check"}).text.find(finding) != std::string::npos);
        database.rows("delete from outbox; insert into outbox overriding system value select * from saved_outbox");
        CHECK(verify(suite).at("status") == "ok");
    }
    // Sign-ins and the like have no event, and a warning of low numbers has no audit row.
    database.rows("insert into outbox (event_type, entity_type) values ('stock_number.low', 'branch')");
    CHECK(verify(suite).at("status") == "ok");
}

TEST_CASE("D-220 check knows how far the outbox was pruned: what is older is not missed, what is newer is") {
    Suite suite(sealing());
    const auto admin = suite.token("admin");
    const auto id = new_bike(suite, "WW");
    REQUIRE(suite.patch("/v1/bikes/" + id, R"({"color":"red"})", admin, "\"1\"").status == 200);
    auto database = suite.database();
    const auto newest = [&](const char* event) {
        return database.value("select max(seq) from outbox where event_type = '" + std::string(event) + "'");
    };
    const auto until = newest("bike.updated");
    REQUIRE(suite.patch("/v1/bikes/" + id, R"({"color":"blue"})", admin, "\"2\"").status == 200);
    REQUIRE(
        suite.post("/v1/bikes/" + id + "/reserve", R"({"reserved_for":"A. Perera"})", admin, {{"if-match", "\"3\""}})
            .status == 200);
    REQUIRE(all_sealed(suite));
    REQUIRE(verify(suite).at("events_pruned_until").is_null());

    // As prune_outbox does it once the events are old.
    database.rows(
        "insert into outbox_pruned (until, last_seq, rows) select max(at), max(seq), count(*) from outbox where seq "
        "<= " +
        until + "; delete from outbox where seq <= " + until);
    auto report = verify(suite);
    CHECK(report.at("status") == "ok");
    CHECK(report.at("events_pruned_until").is_string());
    CHECK(says(report, "not_proved", "those were pruned from the outbox"));
    CHECK(suite.ctl({"check"}).text.find("without its") == std::string::npos);

    database.rows("delete from outbox where seq = " + newest("bike.updated"));
    report = verify(suite);
    CHECK(report.at("status") == "violated");
    CHECK(
        says(report, "findings", "audit row without its event: bike.updated of bicycle " + id + " (1 rows, 0 events)"));
    database.rows("update outbox set event_type = 'bike.released' where seq = " + newest("bike.reserved"));
    report = verify(suite);
    CHECK(says(report, "findings", "audit row without its event: bike.reserved of bicycle " + id));
    CHECK(says(report, "findings",
               "event without its audit row: bike.released of bicycle " + id + " (0 rows, 1 events)"));
}

TEST_CASE("audit chain: two instances seal without getting in each other's way") {
    Suite suite(sealing());
    suite.start("fleet-2");
    suite.wait_ready("fleet-2");
    for (int i = 0; i < 20; ++i) new_bike(suite, "BD");
    REQUIRE(all_sealed(suite));
    CHECK(verify(suite).at("status") == "ok");
    CHECK(suite.violations() == "");
}

TEST_CASE("audit chain: a superuser who goes around the triggers is found out, and where") {
    Suite suite(sealing());
    for (int i = 0; i < 5; ++i) new_bike(suite, "WW");
    REQUIRE(all_sealed(suite));
    // Verification works while the services are down; nor does anybody seal meanwhile.
    suite.process("fleet").stop();
    auto database = suite.database();
    database.rows("create table saved_log as select * from audit_log");
    database.rows("create table saved_chain as select * from audit_chain");
    database.rows("create table saved_outbox as select * from outbox");
    const auto length = std::stoi(database.value("select count(*) from audit_chain"));
    const auto middle = std::to_string(length / 2);
    const auto last = std::to_string(length);
    const auto head = text(verify(suite), "head");
    const auto row_at = [&](const std::string& position) {
        return database.value("select audit_id from saved_chain where position = " + position);
    };
    const auto at = [](const std::string& position) {
        return "(select audit_id from audit_chain where position = " + position + ")";
    };

    struct Tampering {
        std::string sql;
        std::string what;
        std::string position;  // "": not in the chain
        std::string audit_id;  // "": unknown
        bool needs_head = false;
    };
    const std::string forged = "0190ffff-0000-7000-8000-000000000000";
    const std::vector<Tampering> tamperings{
        {"update audit_log set username = 'somebody' where id = " + at(middle), "row altered", middle, row_at(middle)},
        {"update audit_log set new = '{\"color\": \"blue\"}' where id = " + at("1"), "row altered", "1", row_at("1")},
        {"update audit_log set at = at + interval '1 microsecond' where id = " + at(last), "row altered", last,
         row_at(last)},
        {"delete from audit_log where id = " + at(middle), "row missing", middle, row_at(middle)},
        {"delete from audit_log where id = " + at(last), "row missing", last, row_at(last)},
        {"update audit_chain set row_hash = sha256('x') where position = " + middle, "chain entry altered", middle,
         row_at(middle)},
        {"update audit_chain set chain_hash = sha256('x') where position = " + middle, "chain entry altered", middle,
         row_at(middle)},
        {"delete from audit_chain where position = " + middle, "chain entry missing", middle, ""},
        {"delete from audit_chain where position = 1", "chain entry missing", "1", ""},
        {"delete from audit_chain where position = " + last, "row inserted behind the chain's back", "", row_at(last)},
        {"insert into audit_log (id, username, action, entity_type, request_id) values ('" + forged +
             "', 'system', 'BIKE_UPDATED', 'bicycle', 'forged')",
         "row inserted behind the chain's back", "", forged},
        // The end cut off together with its seals: only a head that was written down tells.
        {"delete from outbox where entity_id in (select entity_id from audit_log where id = " + at(last) +
             "); delete from audit_log where id = " + at(last) + "; delete from audit_chain where position = " + last,
         "chain entry missing: the head that was written down", last, "", true},
    };
    for (const auto& tampering : tamperings) {
        CAPTURE(tampering.sql);
        database.rows("set session_replication_role = replica; " + tampering.sql);
        if (tampering.needs_head) CHECK(verify(suite).at("status") == "ok");
        const auto report = verify(suite, tampering.needs_head ? head : "");
        CHECK(report.at("status") == "violated");
        REQUIRE(report.at("findings").as_array().size() > 0);
        const auto& finding = report.at("findings").at(0);
        CHECK(text(finding, "what") == tampering.what);
        const auto position = finding.at("position").is_null() ? "" : std::to_string(finding.at("position").as_int64());
        CHECK(position == tampering.position);
        CHECK((finding.at("audit_id").is_null() ? "" : text(finding, "audit_id")) == tampering.audit_id);
        if (!tampering.needs_head) {
            const auto checked = suite.ctl({"check"});
            CHECK(checked.exit_code == 1);
            CHECK(checked.text.find("audit VIOLATED") != std::string::npos);
            CHECK(checked.text.find(tampering.what) != std::string::npos);
            CHECK(boost::json::parse(suite.ctl({"check", "--json"}).text).at("audit").at("status") == "violated");
        }
        database.rows(
            "delete from audit_log; delete from audit_chain; delete from outbox;"
            "insert into audit_log select * from saved_log; insert into audit_chain select * from saved_chain;"
            "insert into outbox overriding system value select * from saved_outbox");
        CHECK(verify(suite, head).at("status") == "ok");
    }
    // A row that disappears before it was sealed leaves its place in the queue.
    database.rows(
        "set session_replication_role = origin; insert into audit_log (id, username, action, entity_type, request_id)"
        " values ('" +
        forged +
        "', 'system', 'EXPORTED', 'bicycle', 'x'); set session_replication_role = replica;"
        " delete from audit_log where id = '" +
        forged + "'");
    CHECK(text(verify(suite).at("findings").at(0), "what") == "row missing before it was sealed");
}
