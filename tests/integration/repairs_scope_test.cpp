// Who reads and who commands repair jobs: D-901 to D-903, and the lists.
#include <doctest/doctest.h>

#include "support/workshop.hpp"

using namespace loan_manager::testing;

namespace {

std::set<std::string> ids(const HttpResponse& answer) {
    REQUIRE_MESSAGE(answer.status == 200, answer.body);
    std::set<std::string> found;
    auto body = answer.json();
    for (const auto& item : body.at("items").as_array()) found.insert(text(item, "id"));
    return found;
}

std::string by_mechanic(const Workshop& workshop, const std::string& username) {
    return R"(,"mechanic_id":")" + workshop.user_id(username) + "\"";
}

}  // namespace

TEST_CASE("J1 a mechanic opens jobs with himself as mechanic at a branch of his branch_scope") {
    Workshop workshop;
    auto mechanic = workshop.mechanic();
    auto token = workshop.suite().token(mechanic);
    auto manager = workshop.suite().user_with_role("workshop_manager", "BRC");
    auto bike = workshop.bike();
    auto own = workshop.open(bike, by_mechanic(workshop, mechanic), token);
    REQUIRE(own.status == 201);
    auto by_default = workshop.open(bike, "", token);
    REQUIRE(by_default.status == 201);
    CHECK(text(by_default.json(), "mechanic_id") == workshop.user_id(mechanic));
    auto foreign = workshop.open(bike, by_mechanic(workshop, manager), token);
    CHECK(foreign.status == 403);
    CHECK(foreign.code() == "OUT_OF_SCOPE");
    auto other_bike = workshop.bike("", "BD");
    CHECK(workshop.open(other_bike, R"(,"branch_id":"BD")", token).code() == "OUT_OF_SCOPE");
    CHECK(workshop.open(other_bike, R"(,"branch_id":"BD")", workshop.suite().token(manager)).code() == "OUT_OF_SCOPE");
    auto auditor = workshop.suite().token(workshop.suite().user_with_role("auditor"));
    CHECK(workshop.open(bike, "", auditor).code() == "FORBIDDEN");
}

TEST_CASE("D-511 the mechanic of a job or line is an active mechanic or workshop manager of the job's branch") {
    Workshop workshop;
    auto& suite = workshop.suite();
    const auto make = [&](const std::string& username, const std::string& roles, const std::string& branches) {
        auto answer = suite.post("/v1/users",
                                 R"({"username":")" + username + R"(","full_name":"Kamal Perera","roles":[)" + roles +
                                     R"(],"branch_scope":[)" + branches + "]}",
                                 workshop.admin());
        REQUIRE_MESSAGE(answer.status == 201, answer.body);
        return text(answer.json(), "id");
    };
    const auto gone = make("d511gone", R"("mechanic")", R"("BRC")");
    REQUIRE(suite.patch("/v1/users/" + gone, R"({"is_active":false})", workshop.admin(), tag(1)).status == 200);
    struct Case {
        std::string mechanic;
        std::string issue;  // "": is taken
    };
    const std::vector<Case> cases{
        {workshop.user_id(workshop.mechanic()), ""},
        {make("d511boss", R"("workshop_manager")", R"("BRC","WW")"), ""},
        {"01900000-0000-7000-8000-000000000000", "mechanic_id:not_found"},
        {make("d511seller", R"("sales_agent")", R"("BRC")"), "mechanic_id:not_allowed"},
        {make("d511away", R"("mechanic")", R"("BD")"), "mechanic_id:not_allowed"},
        {gone, "mechanic_id:not_allowed"},
        {workshop.user_id("admin"), "mechanic_id:not_allowed"},
    };
    const auto job = workshop.job(workshop.bike());
    const auto line = workshop.add_line(job, "LABOUR", R"("unit_cost":"1.00")");
    REQUIRE_MESSAGE(line.status == 201, line.body);
    for (const auto& [mechanic, issue] : cases) {
        CAPTURE(mechanic);
        CAPTURE(issue);
        const std::string named = R"("mechanic_id":")" + mechanic + "\"";
        const auto opened = workshop.open(workshop.bike(), "," + named);
        const auto patched = workshop.patch(job, "{" + named + "}");
        const auto added = workshop.add_line(job, "LABOUR", R"("unit_cost":"1.00",)" + named);
        if (issue.empty()) {
            CHECK(opened.status == 201);
            CHECK(patched.status == 200);
            CHECK(added.status == 201);
            continue;
        }
        for (const auto& answer : {opened, patched, added}) {
            check_error(answer, 422, "VALIDATION");
            CHECK(issues(answer) == std::set<std::string>{issue});
        }
    }
}

TEST_CASE("J2 J3 the assigned mechanic works on his job; managing is not his") {
    Workshop workshop;
    auto mechanic = workshop.mechanic();
    auto token = workshop.suite().token(mechanic);
    auto bike = workshop.bike();
    auto id = workshop.job(bike, by_mechanic(workshop, mechanic));
    auto others = workshop.job(bike, by_mechanic(workshop, workshop.suite().user_with_role("workshop_manager", "BRC")));

    for (const auto* verb : {"start", "complete"}) {
        CHECK(workshop.command(others, verb, "{}", token).code() == "OUT_OF_SCOPE");
    }
    CHECK(workshop.patch(others, R"({"diagnosis":"Worn"})", token).code() == "OUT_OF_SCOPE");
    CHECK(workshop.add_line(others, "PART", R"("unit_cost":"1.00")", token).code() == "OUT_OF_SCOPE");

    REQUIRE(workshop.patch(id, R"({"diagnosis":"Worn"})", token).status == 200);
    CHECK(workshop.patch(id, R"({"mechanic_id":null})", token).code() == "FORBIDDEN");
    REQUIRE(workshop.command(id, "start", "{}", token).status == 200);
    REQUIRE(workshop.add_line(id, "PART", R"("unit_cost":"1.00")", token).status == 201);
    CHECK(workshop.command(id, "cancel", R"({"reason":"Enough"})", token).code() == "FORBIDDEN");
    REQUIRE(workshop.command(id, "complete", R"({"work_performed":"Chain"})", token).status == 200);
    CHECK(workshop.command(id, "invoice", "{}", token).code() == "FORBIDDEN");

    // Somebody else's now.
    auto reassigned = workshop.job(bike, by_mechanic(workshop, mechanic));
    REQUIRE(workshop.patch(reassigned, R"({"mechanic_id":null})").status == 200);
    CHECK(workshop.command(reassigned, "start", "{}", token).code() == "OUT_OF_SCOPE");
    CHECK(workshop.suite().get("/v1/repair-jobs/" + reassigned, token).status == 404);
}

TEST_CASE("D-212 order of the answers to a command on a job") {
    Workshop workshop;
    auto id = workshop.job(workshop.bike());
    auto stranger = workshop.suite().token(workshop.suite().user_with_role("branch_manager", "WW"));
    const std::string nobody = "01900000-0000-7000-8000-000000000000";
    auto send = [&](const std::string& job, const std::string& body, const std::string& token,
                    const std::string& etag) { return workshop.command(job, "cancel", body, token, etag).status; };
    CHECK(send(nobody, R"({"reason":"x"})", stranger, "\"9\"") == 422);
    CHECK(send(nobody, R"({"reason":"Not needed"})", stranger, "\"9\"") == 404);
    CHECK(send(id, R"({"reason":"Not needed"})", stranger, "\"9\"") == 403);
    CHECK(send(id, R"({"reason":"Not needed"})", workshop.admin(), "\"9\"") == 412);
    CHECK(send(id, R"({"reason":"Not needed"})", workshop.admin(), "\"1\"") == 200);
    CHECK(send(id, R"({"reason":"Not needed"})", workshop.admin(), "\"2\"") == 409);
    CHECK(workshop.suite().post("/v1/repair-jobs/" + id + "/start", "{}", workshop.admin()).status == 428);
    CHECK(workshop.delete_line(id, nobody, "\"2\"").status == 404);
}

TEST_CASE("D-901 D-902 jobs are read by reach on their branch, and by their mechanic") {
    Workshop workshop;
    auto mechanic = workshop.mechanic();
    auto bike = workshop.bike();
    auto here = workshop.job(bike, by_mechanic(workshop, mechanic));
    auto unassigned = workshop.job(bike);
    auto other_bike = workshop.bike("", "BD");
    auto elsewhere = workshop.job(other_bike, R"(,"branch_id":"BD")");

    auto reads = [&](const std::string& role, const std::string& branch, const std::string& job) {
        auto token = workshop.suite().token(workshop.suite().user_with_role(role, branch));
        auto of_bike =
            ids(workshop.suite().get("/v1/repair-jobs?bicycle_id=" + (job == elsewhere ? other_bike : bike), token));
        auto status = workshop.suite().get("/v1/repair-jobs/" + job, token).status;
        CHECK((status == 200) == of_bike.contains(job));
        return status;
    };
    CHECK(reads("workshop_manager", "BRC", here) == 200);
    CHECK(reads("workshop_manager", "BRC", elsewhere) == 404);
    CHECK(reads("branch_manager", "BD", here) == 404);
    CHECK(reads("branch_manager", "BD", elsewhere) == 200);
    CHECK(reads("auditor", "", elsewhere) == 200);
    CHECK(reads("mechanic", "BRC", here) == 200);
    CHECK(reads("mechanic", "BRC", unassigned) == 404);
    auto agent = workshop.suite().token(workshop.suite().user_with_role("sales_agent", "BD"));
    CHECK(workshop.suite().get("/v1/repair-jobs", agent).code() == "FORBIDDEN");

    // Of a bike: the bike must be readable, then exactly the jobs within reach.
    auto of = [&](const std::string& role, const std::string& branch, const std::string& which) {
        auto token = workshop.suite().token(workshop.suite().user_with_role(role, branch));
        return workshop.suite().get("/v1/bikes/" + which + "/repair-jobs", token);
    };
    CHECK(ids(of("workshop_manager", "BRC", bike)) == std::set<std::string>{here, unassigned});
    CHECK(ids(of("mechanic", "BRC", bike)) == std::set<std::string>{here});
    CHECK(of("workshop_manager", "BRC", other_bike).status == 404);
    CHECK(of("auditor", "", "01900000-0000-7000-8000-000000000000").status == 404);
}

TEST_CASE("The list of jobs: filters, order, pages; lines only with the single job") {
    Workshop workshop;
    auto& suite = workshop.suite();
    auto bike = workshop.bike();
    auto low = workshop.job(bike, R"(,"priority":"LOW")");
    auto urgent = workshop.job(bike, R"(,"priority":"URGENT","job_type":"FULL_OVERHAUL_BEFORE_SALE")");
    auto normal = workshop.started(bike);
    auto list = [&](const std::string& query) {
        return suite.get("/v1/repair-jobs?bicycle_id=" + bike + query, workshop.admin());
    };
    auto order = [&](const std::string& query) {
        std::string out;
        auto body = list(query).json();
        for (const auto& item : body.at("items").as_array()) {
            auto id = text(item, "id");
            out += id == low ? 'L' : id == urgent ? 'U' : id == normal ? 'N' : '?';
        }
        return out;
    };
    CHECK(order("") == "NUL");
    CHECK(order("&sort=opened_at") == "LUN");
    CHECK(order("&sort=priority") == "LNU");
    CHECK(order("&sort=-priority") == "UNL");
    CHECK(order("&status=OPEN") == "UL");
    CHECK(order("&status=OPEN,IN_PROGRESS") == "NUL");
    CHECK(order("&category=PRE_SALE_PREP") == "U");
    CHECK(order("&branch_id=BRC") == "NUL");
    CHECK(order("&branch_id=BD") == "");
    CHECK(order("&mechanic_id=" + workshop.user_id(workshop.mechanic())) == "N");
    auto today = suite.database().value("select (now() at time zone 'Asia/Colombo')::date");
    auto tomorrow = suite.database().value("select (now() at time zone 'Asia/Colombo')::date + 1");
    CHECK(order("&from=" + today + "&to=" + today) == "NUL");
    CHECK(order("&from=" + tomorrow) == "");

    for (const auto* sort : {"-opened_at", "priority", "-priority"}) {
        auto query = std::string("&limit=2&sort=") + sort;
        auto first = list(query).json();
        CHECK(first.at("total").as_int64() == 3);
        CHECK_FALSE(first.at("items").at(0).as_object().contains("lines"));
        auto rest = list(query + "&cursor=" + text(first, "next_cursor")).json();
        CHECK(rest.at("items").as_array().size() == 1);
        CHECK(rest.at("next_cursor").is_null());
        CHECK(text(rest.at("items").at(0), "id") != text(first.at("items").at(1), "id"));
    }
    CHECK(list("&sort=job_no").status == 422);
    auto unknown = suite.get(
        "/v1/repair-jobs?branch_id=NOPE&bicycle_id=01900000-0000-7000-8000-000000000000&"
        "mechanic_id=01900000-0000-7000-8000-000000000000",
        workshop.admin());
    CHECK(issues(unknown) ==
          std::set<std::string>{"branch_id:not_found", "bicycle_id:not_found", "mechanic_id:not_found"});
}
