// Transfers (T1 to T7) and what they do to the bike (B4 to B7).
#include <doctest/doctest.h>

#include <regex>

#include "support/transfers.hpp"

using namespace loan_manager::testing;

namespace {

constexpr const char* reason = R"({"reason":"No longer needed"})";

boost::json::value bike_of(Suite& suite, const boost::json::value& transfer) {
    auto answer = suite.get("/v1/bikes/" + text(transfer, "bicycle_id"), suite.token("admin"));
    REQUIRE(answer.status == 200);
    return answer.json();
}

std::string manager(Suite& suite, const std::string& branch) { return suite.user_with_role("branch_manager", branch); }
std::string agent(Suite& suite, const std::string& branch) { return suite.user_with_role("sales_agent", branch); }

/// Another sales agent of the branch than agent().
std::string other_agent(Suite& suite, const std::string& branch) {
    return suite.database().value(
        "select username from users where is_demo and 'sales_agent' = any (roles) and username <> '" +
        agent(suite, branch) + "' and branch_scope @> array(select id from branches where " + "code = '" + branch +
        "') order by username limit 1");
}

std::string user_id(Suite& suite, const std::string& username) {
    return suite.database().value("select id from users where username = '" + username + "'");
}

/// Actions in the audit of a transfer, oldest first, each followed by what became of the status.
std::string audit_of(Suite& suite, const boost::json::value& transfer) {
    return suite.database().value(
        "select string_agg(action || ':' || (new->>'status'), ' ' order by at, new->>'status') from audit_log where "
        "entity_type = 'transfer' and entity_id = '" +
        text(transfer, "id") + "'");
}

/// Closes a branch for as long as it lives.
class InactiveBranch {
public:
    InactiveBranch(Suite& suite, std::string code) : suite_(suite), code_(std::move(code)) { set("false"); }
    ~InactiveBranch() { set("true"); }
    InactiveBranch(const InactiveBranch&) = delete;
    InactiveBranch& operator=(const InactiveBranch&) = delete;

private:
    void set(const std::string& active) {
        suite_.database().rows("update branches set is_active = " + active + " where code = '" + code_ + "'");
    }
    Suite& suite_;
    std::string code_;
};

void check_refused(const HttpResponse& answer, int status, const char* code) {
    CHECK(answer.status == status);
    CHECK(answer.code() == code);
}

std::vector<std::string> ids(const HttpResponse& answer) {
    REQUIRE(answer.status == 200);
    std::vector<std::string> found;
    const auto body = answer.json();
    for (const auto& item : body.at("items").as_array()) found.push_back(text(item, "id"));
    return found;
}

}  // namespace

TEST_CASE("T1 B4 D-604 a request allocates the bike and takes a document number, but no stock number") {
    auto& suite = Suite::shared();
    auto bike = new_bike(suite, "WW");
    auto before = suite.get("/v1/bikes/" + bike, suite.token("admin")).json();
    int counter = stock_counter(suite, "BD");
    auto answer =
        request_transfer(suite, bike, "BD", agent(suite, "WW"),
                         R"(,"reference_doc_no":"GP-17","expected_delivery_date":"2031-01-02","notes":"two keys",
                                      "cost_breakdown":{"transport_fee":"1200","fuel":"300.5"})");
    REQUIRE(answer.status == 201);
    CHECK(answer.header("etag") == "\"1\"");
    auto transfer = answer.json();
    CHECK(answer.header("location") == "/v1/transfers/" + text(transfer, "id"));
    CHECK(std::regex_match(text(transfer, "transfer_no"), std::regex("TRF-WW-\\d\\d-\\d{5}")));
    CHECK(text(transfer, "status") == "PENDING");
    CHECK(text(transfer, "bicycle_id") == bike);
    CHECK(text(transfer, "from_branch_code") == "WW");
    CHECK(text(transfer, "to_branch_code") == "BD");
    CHECK(text(transfer, "from_stock_number") == text(before, "current_stock_number"));
    CHECK(transfer.at("to_stock_number").is_null());
    CHECK(transfer.at("is_inter_company").as_bool());
    CHECK(text(transfer, "transfer_cost") == "1500.50");
    CHECK(transfer.at("cost_breakdown") == boost::json::value{{"transport_fee", "1200.00"}, {"fuel", "300.50"}});
    CHECK(text(transfer, "requested_by") == user_id(suite, agent(suite, "WW")));
    CHECK(text(transfer, "expected_delivery_date") == "2031-01-02");
    CHECK(text(transfer, "notes") == "two keys");
    CHECK(transfer.at("approved_at").is_null());

    auto after = bike_of(suite, transfer);
    CHECK(text(after, "status") == "ALLOCATED");
    CHECK(text(after, "allocation_kind") == "TRANSFER");
    CHECK(text(after, "status_before") == "IN_STOCK");
    CHECK(text(after, "total_cost") == "150000.00");
    CHECK(after.at("version").as_int64() == 2);
    CHECK(stock_counter(suite, "BD") == counter);
    CHECK(audit_of(suite, transfer) == "TRANSFER_REQUESTED:PENDING");
    CHECK(suite.database().value("select bicycle_id from outbox where event_type = 'transfer.requested' and entity_id "
                                 "= '" +
                                 text(transfer, "id") + "'") == bike);

    auto second = request_transfer(suite, new_bike(suite, "WW"), "MO").json();
    CHECK(std::stoi(text(second, "transfer_no").substr(10)) == std::stoi(text(transfer, "transfer_no").substr(10)) + 1);
    CHECK_FALSE(second.at("is_inter_company").as_bool());
    CHECK(text(second, "transfer_cost") == "0.00");
    CHECK(second.at("cost_breakdown").is_null());
    CHECK(suite.violations() == "");
}

TEST_CASE("T1 what a request must say") {
    auto& suite = Suite::shared();
    auto bike = new_bike(suite, "WW");
    auto path = "/v1/bikes/" + bike + "/transfers";
    auto admin = suite.token("admin");
    auto empty = suite.post(path, "{}", admin);
    REQUIRE(empty.status == 422);
    CHECK(issues(empty) == std::set<std::string>{"to_branch_id:required", "reason_code:required"});

    auto wrong = suite.post(path, R"({"to_branch_id":"WW","reason_code":"OTHER","transfer_cost":"10.00",
                                      "cost_breakdown":{"fuel":"9.99"}})",
                            admin);
    REQUIRE(wrong.status == 422);
    CHECK(issues(wrong) ==
          std::set<std::string>{"to_branch_id:not_allowed", "reason_note:required", "cost_breakdown:mismatch"});
    auto formats = suite.post(path, R"({"to_branch_id":"NOPE","reason_code":"BORED","transfer_cost":"1.234",
                                        "expected_delivery_date":"2026-02-30","cost_breakdown":{"fuel":1}})",
                              admin);
    REQUIRE(formats.status == 422);
    auto found = issues(formats);
    CHECK(found.contains("to_branch_id:not_found"));
    CHECK(found.contains("reason_code:not_allowed"));
    CHECK(found.contains("transfer_cost:format"));
    CHECK(found.contains("expected_delivery_date:format"));
    CHECK(found.contains("cost_breakdown.fuel:type"));
    auto unknown =
        suite.post(path, R"({"to_branch_id":"BD","reason_code":"MAINTENANCE","cost_breakdown":{"tips":"1"}})", admin);
    check_refused(unknown, 400, "UNKNOWN_FIELD");
    check_refused(request_transfer(suite, "01900000-0000-7000-8000-000000000000", "BD"), 404, "NOT_FOUND");
}

TEST_CASE("T1 whose bike, and where to: @current decides, the destination may be anybody's") {
    auto& suite = Suite::shared();
    auto bike = new_bike(suite, "WW");
    check_refused(request_transfer(suite, bike, "MO", agent(suite, "BD")), 403, "OUT_OF_SCOPE");
    check_refused(request_transfer(suite, bike, "BD", manager(suite, "BD")), 403, "OUT_OF_SCOPE");
    check_refused(request_transfer(suite, bike, "BD", suite.user_with_role("head_manager")), 403, "FORBIDDEN");
    check_refused(request_transfer(suite, bike, "BD", suite.user_with_role("viewer")), 403, "FORBIDDEN");
    CHECK(request_transfer(suite, bike, "BD", agent(suite, "WW")).status == 201);
}

TEST_CASE("T1 D-212 what stands against a request: OPEN_TRANSFER, OPEN_JOB, INVALID_STATE, BRANCH_INACTIVE") {
    auto& suite = Suite::shared();
    auto transfer = pending_transfer(suite, "WW", "BD");
    check_refused(request_transfer(suite, text(transfer, "bicycle_id"), "MO"), 409, "OPEN_TRANSFER");
    auto moving = transfer_in_transit(suite, "WW", "BD");
    check_refused(request_transfer(suite, text(moving, "bicycle_id"), "MO"), 409, "OPEN_TRANSFER");

    auto reserved = new_bike(suite, "WW");
    REQUIRE(suite
                .post("/v1/bikes/" + reserved + "/reserve", R"({"reserved_for":"Nimal"})", suite.token("admin"),
                      {{"if-match", "\"1\""}})
                .status == 200);
    check_refused(request_transfer(suite, reserved, "MO"), 409, "INVALID_STATE");

    auto repaired = new_bike(suite, "WW");
    REQUIRE(suite
                .post("/v1/repair-jobs",
                      R"({"branch_id":"WW","job_type":"MAINTENANCE","bicycle_id":")" + repaired + "\"}",
                      suite.token("admin"))
                .status == 201);
    check_refused(request_transfer(suite, repaired, "MO"), 409, "OPEN_JOB");

    auto bike = new_bike(suite, "WW");
    {
        const InactiveBranch closed(suite, "EL");
        check_refused(request_transfer(suite, bike, "EL"), 409, "BRANCH_INACTIVE");
    }
    CHECK(request_transfer(suite, bike, "EL").status == 201);
}

TEST_CASE("T2 T3 B5 approval sends the bike off in the same command") {
    auto& suite = Suite::shared();
    auto transfer = pending_transfer(suite, "WW", "BD");
    auto answer = command_transfer(suite, transfer, "approve", manager(suite, "BD"));
    REQUIRE(answer.status == 200);
    CHECK(answer.header("etag") == "\"2\"");
    auto row = answer.json();
    CHECK(text(row, "status") == "IN_TRANSIT");
    CHECK(text(row, "approved_by") == user_id(suite, manager(suite, "BD")));
    CHECK(text(row, "dispatched_by") == user_id(suite, manager(suite, "BD")));
    CHECK(text(row, "approved_at") == text(row, "dispatched_at"));
    CHECK_FALSE(row.at("self_approved").as_bool());
    CHECK(suite.get("/v1/transfers/" + text(row, "id"), suite.token("admin")).json() == row);
    auto bike = bike_of(suite, row);
    CHECK(text(bike, "status") == "IN_TRANSIT");
    CHECK(bike.at("allocation_kind").is_null());
    CHECK(text(bike, "status_before") == "IN_STOCK");
    CHECK(text(bike, "current_branch_code") == "WW");
    CHECK(audit_of(suite, row) ==
          "TRANSFER_REQUESTED:PENDING TRANSFER_APPROVED:APPROVED TRANSFER_DISPATCHED:IN_TRANSIT");
    CHECK(suite.violations() == "");
}

TEST_CASE("T2 without dispatch the bike waits; T3 takes it away later, with what that costs") {
    auto& suite = Suite::shared();
    auto transfer = pending_transfer(suite, "WW", "BD", R"(,"cost_breakdown":{"fuel":"100.00"})");
    auto answer = command_transfer(suite, transfer, "approve", manager(suite, "BD"), R"({"dispatch":false})");
    REQUIRE(answer.status == 200);
    auto approved = answer.json();
    CHECK(text(approved, "status") == "APPROVED");
    CHECK(approved.at("dispatched_at").is_null());
    CHECK(text(bike_of(suite, approved), "status") == "ALLOCATED");

    check_refused(command_transfer(suite, approved, "dispatch", manager(suite, "BD")), 403, "OUT_OF_SCOPE");
    check_refused(command_transfer(suite, approved, "dispatch", agent(suite, "WW")), 403, "FORBIDDEN");
    auto mismatch = command_transfer(suite, approved, "dispatch", manager(suite, "WW"),
                                     R"({"transfer_cost":"5.00","cost_breakdown":{"fuel":"4.00"}})");
    REQUIRE(mismatch.status == 422);
    CHECK(issues(mismatch) == std::set<std::string>{"cost_breakdown:mismatch"});
    auto left = command_transfer(suite, approved, "dispatch", manager(suite, "WW"), R"({"transfer_cost":"250.00"})");
    REQUIRE(left.status == 200);
    auto row = left.json();
    CHECK(text(row, "status") == "IN_TRANSIT");
    CHECK(text(row, "transfer_cost") == "250.00");
    CHECK(row.at("cost_breakdown").is_null());
    CHECK(row.at("version").as_int64() == 3);
    CHECK(text(bike_of(suite, row), "status") == "IN_TRANSIT");
    check_refused(command_transfer(suite, row, "dispatch", manager(suite, "WW")), 409, "INVALID_STATE");
    CHECK(suite.violations() == "");
}

TEST_CASE("T2 who approves: @destination, and not his own request unless he is an admin") {
    auto& suite = Suite::shared();
    auto transfer = pending_transfer(suite, "WW", "BD");
    check_refused(command_transfer(suite, transfer, "approve", manager(suite, "WW")), 403, "OUT_OF_SCOPE");
    check_refused(command_transfer(suite, transfer, "approve", agent(suite, "BD")), 403, "FORBIDDEN");

    auto inventory = suite.user_with_role("inventory_manager");
    auto own = request_transfer(suite, new_bike(suite, "WW"), "BD", inventory).json();
    check_refused(command_transfer(suite, own, "approve", inventory), 403, "SELF_APPROVAL");
    auto stale = own;
    stale.as_object()["version"] = 7;
    check_refused(command_transfer(suite, stale, "approve", inventory), 412, "PRECONDITION_FAILED");
    CHECK(command_transfer(suite, own, "approve", manager(suite, "BD")).status == 200);

    auto marked = command_transfer(suite, transfer, "approve");
    REQUIRE(marked.status == 200);
    CHECK(marked.json().at("self_approved").as_bool());
    CHECK(suite.database().value("select new->>'self_approved' from audit_log where action = 'TRANSFER_APPROVED' and "
                                 "entity_id = '" +
                                 text(transfer, "id") + "'") == "true");
    check_refused(command_transfer(suite, transfer, "approve"), 412, "PRECONDITION_FAILED");
    check_refused(command_transfer(suite, marked.json(), "approve"), 409, "INVALID_STATE");
}

TEST_CASE("D-212 D-214 commands on a transfer: key and tag, 404, scope before the tag") {
    auto& suite = Suite::shared();
    auto admin = suite.token("admin");
    auto transfer = pending_transfer(suite, "WW", "BD");
    auto path = "/v1/transfers/" + text(transfer, "id");
    check_refused(suite.post(path + "/approve", "{}", admin), 428, "PRECONDITION_REQUIRED");
    auto stale = transfer;
    stale.as_object()["version"] = 9;
    check_refused(command_transfer(suite, stale, "approve", manager(suite, "MO")), 403, "OUT_OF_SCOPE");
    check_refused(command_transfer(suite, stale, "approve"), 412, "PRECONDITION_FAILED");
    check_refused(command_transfer(suite, stale, "cancel", "admin", R"({"reason":"x"})"), 422, "VALIDATION");
    auto absent = transfer;
    absent.as_object()["id"] = "01900000-0000-7000-8000-000000000000";
    for (const auto* command : {"approve", "dispatch", "complete"}) {
        check_refused(command_transfer(suite, absent, command), 404, "NOT_FOUND");
    }
    check_refused(command_transfer(suite, absent, "reject", "admin", reason), 404, "NOT_FOUND");
    check_refused(command_transfer(suite, absent, "cancel", "admin", reason), 404, "NOT_FOUND");
    check_refused(suite.get("/v1/transfers/" + text(absent, "id"), admin), 404, "NOT_FOUND");
}

TEST_CASE("T4 B6 D-603 D-703 at delivery number, branch, company and cost change together") {
    auto& suite = Suite::shared();
    auto transfer = transfer_in_transit(suite, "WW", "BD");
    int counter = stock_counter(suite, "BD");
    auto answer =
        command_transfer(suite, transfer, "complete", manager(suite, "BD"),
                         R"({"transfer_cost":"2500.50","cost_breakdown":{"transport_fee":"2000","other":"500.50"}})");
    REQUIRE(answer.status == 200);
    CHECK(answer.header("etag") == "\"3\"");
    auto row = answer.json();
    auto number = "IN/BD/ST/" + std::string(4 - std::min<std::size_t>(4, std::to_string(counter + 1).size()), '0') +
                  std::to_string(counter + 1);
    CHECK(text(row, "status") == "COMPLETED");
    CHECK(text(row, "to_stock_number") == number);
    CHECK(text(row, "completed_by") == user_id(suite, manager(suite, "BD")));
    CHECK(text(row, "delivered_on") ==
          suite.database().value("select (completed_at at time zone 'Asia/Colombo')::date from transfers where id = '" +
                                 text(row, "id") + "'"));
    CHECK(text(row, "transfer_cost") == "2500.50");
    CHECK(suite.get("/v1/transfers/" + text(row, "id"), suite.token("admin")).json() == row);

    auto bike = bike_of(suite, row);
    CHECK(text(bike, "status") == "IN_STOCK");
    CHECK(bike.at("status_before").is_null());
    CHECK(text(bike, "current_branch_code") == "BD");
    CHECK(text(bike, "company_code") == "IN");
    CHECK(text(bike, "acquisition_branch_code") == "WW");
    CHECK(text(bike, "current_stock_number") == number);
    CHECK(text(bike, "transfer_total") == "2500.50");
    CHECK(text(bike, "total_cost") == "152500.50");

    auto entry = suite.database().rows(
        "select l.amount, b.code, l.entry_date, l.source_version, l.post_sale, l.meta->>'other' from cost_ledger l "
        "join branches b on b.id = l.branch_id where l.entry_type = 'TRANSFER' and l.source_table = 'transfers' and "
        "l.source_id = '" +
        text(row, "id") + "'");
    REQUIRE(entry.size() == 1);
    CHECK(entry[0] == std::vector<std::string>{"2500.50", "BD", text(row, "delivered_on"), "1", "f", "500.50"});

    auto history = suite.get("/v1/bikes/" + text(bike, "id") + "/stock-history", suite.token(manager(suite, "BD")));
    REQUIRE(history.status == 200);
    const auto numbers = history.json().at("items").as_array();
    REQUIRE(numbers.size() == 2);
    CHECK(text(numbers[0], "number") == number);
    CHECK(text(numbers[0], "assign_reason") == "TRANSFER_IN");
    CHECK(text(numbers[0], "transfer_id") == text(row, "id"));
    CHECK(text(numbers[0], "previous_id") == text(numbers[1], "id"));
    CHECK(numbers[0].at("is_current").as_bool());
    CHECK(text(numbers[1], "release_reason") == "TRANSFERRED_OUT");
    CHECK(text(numbers[1], "number") == text(row, "from_stock_number"));
    CHECK(audit_of(suite, row).ends_with("TRANSFER_COMPLETED:COMPLETED"));
    check_refused(command_transfer(suite, row, "complete"), 409, "INVALID_STATE");
    CHECK(suite.violations() == "");
}

TEST_CASE("D-603 back at a former branch the bike gets a new number; a free transfer books nothing") {
    auto& suite = Suite::shared();
    auto out = transfer_in_transit(suite, "WW", "MO");
    auto bike = text(out, "bicycle_id");
    REQUIRE(command_transfer(suite, out, "complete").status == 200);
    auto requested = request_transfer(suite, bike, "WW").json();
    auto back = command_transfer(suite, requested, "approve").json();
    auto arrived = command_transfer(suite, back, "complete");
    REQUIRE(arrived.status == 200);
    auto row = arrived.json();
    CHECK(text(row, "to_stock_number") != text(out, "from_stock_number"));
    CHECK(text(row, "to_stock_number").starts_with("MA/WW/ST/"));
    CHECK(suite.database().value("select count(*) from cost_ledger where entry_type = 'TRANSFER' and bicycle_id = '" +
                                 bike + "'") == "0");
    CHECK(suite.database().value("select count(*) from stock_numbers where bicycle_id = '" + bike + "'") == "3");
    CHECK(suite.violations() == "");
}

TEST_CASE("T4 B6 a repair centre takes a bike that comes for maintenance into work, any other into stock") {
    auto& suite = Suite::shared();
    for (const auto& [code, status] :
         {std::pair{"MAINTENANCE", "MAINTENANCE"}, std::pair{"CONSOLIDATION", "IN_STOCK"}}) {
        CAPTURE(code);
        auto requested =
            suite.post("/v1/bikes/" + new_bike(suite, "WW") + "/transfers",
                       R"({"to_branch_id":"BRC","reason_code":")" + std::string(code) + "\"}", suite.token("admin"));
        REQUIRE(requested.status == 201);
        auto moving = command_transfer(suite, requested.json(), "approve").json();
        auto arrived = command_transfer(suite, moving, "complete");
        REQUIRE(arrived.status == 200);
        CHECK(text(bike_of(suite, arrived.json()), "status") == status);
    }
    // From there, waiting for its repair, it may be moved on: B4 remembers MAINTENANCE.
    auto requested = suite.post("/v1/bikes/" + new_bike(suite, "WW") + "/transfers",
                                R"({"to_branch_id":"BRC","reason_code":"MAINTENANCE"})", suite.token("admin"));
    auto moving = command_transfer(suite, requested.json(), "approve").json();
    auto bike = text(command_transfer(suite, moving, "complete").json(), "bicycle_id");
    auto onward = request_transfer(suite, bike, "BD").json();
    CHECK(text(bike_of(suite, onward), "status_before") == "MAINTENANCE");
    REQUIRE(command_transfer(suite, onward, "reject", "admin", reason).status == 200);
    CHECK(text(bike_of(suite, onward), "status") == "MAINTENANCE");
    CHECK(suite.violations() == "");
}

TEST_CASE("T4 delivered_on lies between the day of the request and today") {
    auto& suite = Suite::shared();
    auto transfer = transfer_in_transit(suite, "WW", "BD", R"(,"transfer_cost":"10.00")");
    suite.database().rows("update transfers set requested_at = requested_at - interval '5 days' where id = '" +
                          text(transfer, "id") + "'");
    auto day = [&](int offset) {
        return suite.database().value("select (now() at time zone 'Asia/Colombo')::date + " + std::to_string(offset));
    };
    auto complete = [&](const std::string& delivered_on) {
        return command_transfer(suite, transfer, "complete", manager(suite, "BD"),
                                R"({"delivered_on":")" + delivered_on + "\"}");
    };
    for (const auto& wrong : {day(-6), day(2)}) {
        auto answer = complete(wrong);
        REQUIRE(answer.status == 422);
        CHECK(issues(answer) == std::set<std::string>{"delivered_on:out_of_range"});
    }
    auto answer = complete(day(-3));
    REQUIRE(answer.status == 200);
    CHECK(text(answer.json(), "delivered_on") == day(-3));
    CHECK(suite.database().value("select entry_date from cost_ledger where source_id = '" + text(transfer, "id") +
                                 "'") == day(-3));
}

TEST_CASE("T4 who completes: transfers:move @destination") {
    auto& suite = Suite::shared();
    auto transfer = transfer_in_transit(suite, "WW", "BD");
    check_refused(command_transfer(suite, transfer, "complete", manager(suite, "WW")), 403, "OUT_OF_SCOPE");
    check_refused(command_transfer(suite, transfer, "complete", agent(suite, "BD")), 403, "FORBIDDEN");
    check_refused(command_transfer(suite, transfer, "complete", suite.user_with_role("head_manager")), 403,
                  "FORBIDDEN");
    check_refused(command_transfer(suite, approved_transfer(suite, "WW", "BD"), "complete"), 409, "INVALID_STATE");
    CHECK(command_transfer(suite, transfer, "complete", suite.user_with_role("inventory_manager")).status == 200);
}

TEST_CASE("T4 a refused delivery leaves nothing: STOCK_NUMBER_EXHAUSTED, BRANCH_INACTIVE, a total too large") {
    auto& suite = Suite::shared();
    auto transfer = transfer_in_transit(suite, "WW", "MH", R"(,"transfer_cost":"10.00")");
    auto database = suite.database();
    int counter = stock_counter(suite, "MH");
    auto set_counter = [&](int number) {
        database.rows("update stock_counters c set last_number = " + std::to_string(number) +
                      " from branches b where b.id = c.branch_id and b.code = 'MH'");
    };
    set_counter(9999);
    check_refused(command_transfer(suite, transfer, "complete"), 409, "STOCK_NUMBER_EXHAUSTED");
    set_counter(counter);
    {
        const InactiveBranch closed(suite, "MH");
        check_refused(command_transfer(suite, transfer, "complete"), 409, "BRANCH_INACTIVE");
    }
    check_refused(command_transfer(suite, transfer, "complete", "admin", R"({"transfer_cost":"999999999999.99"})"), 422,
                  "VALIDATION");
    CHECK(stock_counter(suite, "MH") == counter);
    CHECK(text(bike_of(suite, transfer), "status") == "IN_TRANSIT");
    CHECK(database.value("select count(*) from cost_ledger where source_id = '" + text(transfer, "id") + "'") == "0");
    CHECK(command_transfer(suite, transfer, "complete").status == 200);
    CHECK(stock_counter(suite, "MH") == counter + 1);
    CHECK(suite.violations() == "");
}

TEST_CASE("T5 B7 the destination rejects what has not left yet") {
    auto& suite = Suite::shared();
    int counter = stock_counter(suite, "BD");
    for (const auto& transfer : {pending_transfer(suite, "WW", "BD"), approved_transfer(suite, "WW", "BD")}) {
        CAPTURE(text(transfer, "status"));
        check_refused(command_transfer(suite, transfer, "reject", manager(suite, "WW"), reason), 403, "OUT_OF_SCOPE");
        check_refused(command_transfer(suite, transfer, "reject", agent(suite, "BD"), reason), 403, "FORBIDDEN");
        auto silent = command_transfer(suite, transfer, "reject", manager(suite, "BD"));
        CHECK(issues(silent) == std::set<std::string>{"reason:required"});
        auto answer = command_transfer(suite, transfer, "reject", manager(suite, "BD"), reason);
        REQUIRE(answer.status == 200);
        auto row = answer.json();
        CHECK(text(row, "status") == "REJECTED");
        CHECK(text(row, "close_reason") == "No longer needed");
        CHECK(text(row, "rejected_by") == user_id(suite, manager(suite, "BD")));
        CHECK(row.at("to_stock_number").is_null());
        auto bike = bike_of(suite, row);
        CHECK(text(bike, "status") == "IN_STOCK");
        CHECK(bike.at("status_before").is_null());
        CHECK(bike.at("allocation_kind").is_null());
        CHECK(text(bike, "current_stock_number") == text(row, "from_stock_number"));
        CHECK(suite.database().value("select reason from audit_log where action = 'TRANSFER_REJECTED' and entity_id = "
                                     "'" +
                                     text(row, "id") + "'") == "No longer needed");
        check_refused(command_transfer(suite, row, "reject", "admin", reason), 409, "INVALID_STATE");
    }
    check_refused(command_transfer(suite, transfer_in_transit(suite, "WW", "BD"), "reject", "admin", reason), 409,
                  "INVALID_STATE");
    CHECK(stock_counter(suite, "BD") == counter);
    CHECK(suite.violations() == "");
}

TEST_CASE("T6 a request is cancelled by whoever made it, or by a mover of its branch") {
    auto& suite = Suite::shared();
    auto requested = [&] { return request_transfer(suite, new_bike(suite, "WW"), "BD", agent(suite, "WW")).json(); };
    auto transfer = requested();
    check_refused(command_transfer(suite, transfer, "cancel", other_agent(suite, "WW"), reason), 403, "FORBIDDEN");
    check_refused(command_transfer(suite, transfer, "cancel", agent(suite, "BD"), reason), 403, "OUT_OF_SCOPE");
    check_refused(command_transfer(suite, transfer, "cancel", manager(suite, "BD"), reason), 403, "OUT_OF_SCOPE");
    check_refused(command_transfer(suite, transfer, "cancel", suite.user_with_role("auditor"), reason), 403,
                  "FORBIDDEN");
    auto answer = command_transfer(suite, transfer, "cancel", agent(suite, "WW"), reason);
    REQUIRE(answer.status == 200);
    auto row = answer.json();
    CHECK(text(row, "status") == "CANCELLED");
    CHECK(text(row, "cancelled_by") == user_id(suite, agent(suite, "WW")));
    CHECK(text(bike_of(suite, row), "status") == "IN_STOCK");
    CHECK(audit_of(suite, row) == "TRANSFER_REQUESTED:PENDING TRANSFER_CANCELLED:CANCELLED");
    check_refused(command_transfer(suite, row, "cancel", agent(suite, "WW"), reason), 409, "INVALID_STATE");

    CHECK(command_transfer(suite, requested(), "cancel", manager(suite, "WW"), reason).status == 200);
    CHECK(command_transfer(suite, requested(), "cancel", "admin", reason).status == 200);
    // The bike is free for the next one.
    CHECK(request_transfer(suite, text(row, "bicycle_id"), "MO").status == 201);
    CHECK(suite.violations() == "");
}

TEST_CASE("T7 once approved only transfers:cancel_any calls a transfer off, also from the road") {
    auto& suite = Suite::shared();
    for (const auto* dispatch : {"false", "true"}) {
        CAPTURE(dispatch);
        auto requested = request_transfer(suite, new_bike(suite, "WW"), "BD", agent(suite, "WW")).json();
        auto transfer = command_transfer(suite, requested, "approve", manager(suite, "BD"),
                                         R"({"dispatch":)" + std::string(dispatch) + "}")
                            .json();
        for (const auto& user : {agent(suite, "WW"), manager(suite, "WW"), manager(suite, "BD"),
                                 suite.user_with_role("inventory_manager")}) {
            CAPTURE(user);
            check_refused(command_transfer(suite, transfer, "cancel", user, reason), 403, "FORBIDDEN");
        }
        check_refused(command_transfer(suite, transfer, "cancel", manager(suite, "MO"), reason), 403, "OUT_OF_SCOPE");
        auto answer = command_transfer(suite, transfer, "cancel", "admin", reason);
        REQUIRE(answer.status == 200);
        auto bike = bike_of(suite, answer.json());
        CHECK(text(bike, "status") == "IN_STOCK");
        CHECK(text(bike, "current_branch_code") == "WW");
        CHECK(text(bike, "current_stock_number") == text(transfer, "from_stock_number"));
    }
    auto done = command_transfer(suite, transfer_in_transit(suite, "WW", "BD"), "complete").json();
    check_refused(command_transfer(suite, done, "cancel", "admin", reason), 409, "INVALID_STATE");
    CHECK(suite.violations() == "");
}

TEST_CASE("D-505 both ends read a transfer; the destination reads its bike while it is open") {
    auto& suite = Suite::shared();
    auto transfer = transfer_in_transit(suite, "WW", "BD");
    auto row = "/v1/transfers/" + text(transfer, "id");
    auto bike = "/v1/bikes/" + text(transfer, "bicycle_id");
    auto of_bike = bike + "/transfers";
    auto status = [&](const std::string& target, const std::string& user) {
        return suite.get(target, suite.token(user)).status;
    };
    for (const auto& user : {manager(suite, "WW"), manager(suite, "BD"), agent(suite, "BD")}) {
        CAPTURE(user);
        CHECK(status(row, user) == 200);
        CHECK(status(bike, user) == 200);
        CHECK(ids(suite.get(of_bike, suite.token(user))) == std::vector{text(transfer, "id")});
    }
    check_refused(suite.get(row, suite.token(manager(suite, "MO"))), 404, "NOT_FOUND");
    check_refused(suite.get(of_bike, suite.token(manager(suite, "MO"))), 404, "NOT_FOUND");
    CHECK(status(row, suite.user_with_role("mechanic", "WW")) == 403);

    REQUIRE(command_transfer(suite, transfer, "cancel", "admin", reason).status == 200);
    CHECK(status(row, manager(suite, "BD")) == 200);
    CHECK(status(bike, manager(suite, "BD")) == 404);
    CHECK(status(of_bike, manager(suite, "BD")) == 404);
    CHECK(status(of_bike, manager(suite, "WW")) == 200);
}

TEST_CASE("D-901 the list of transfers holds exactly those with an end within reach") {
    auto& suite = Suite::shared();
    pending_transfer(suite, "WW", "BD");
    pending_transfer(suite, "BD", "MH");
    pending_transfer(suite, "MO", "BT");
    struct Case {
        const char* role;
        const char* branch;
        std::string condition;
    };
    auto company = suite.database().value("select company_scope[1] from users where username = '" +
                                          suite.user_with_role("head_manager") + "'");
    for (const auto& one : {Case{"branch_manager", "WW", "'WW' in (s.code, d.code)"},
                            Case{"sales_agent", "BD", "'BD' in (s.code, d.code)"},
                            Case{"head_manager", "", "'" + company + "' in (s.company_id::text, d.company_id::text)"},
                            Case{"auditor", "", "true"}}) {
        CAPTURE(one.role);
        auto expected = suite.database().value(
            "select count(*) from transfers t join branches s on s.id = t.from_branch_id join branches d on d.id = "
            "t.to_branch_id where " +
            one.condition);
        auto answer = suite.get("/v1/transfers?limit=1", suite.token(suite.user_with_role(one.role, one.branch)));
        REQUIRE(answer.status == 200);
        CHECK(std::to_string(answer.json().at("total").as_int64()) == expected);
    }
}

TEST_CASE("D-213 transfers are filtered and sorted") {
    auto& suite = Suite::shared();
    auto admin = suite.token("admin");
    auto bike = new_bike(suite, "KA");
    auto rejected = request_transfer(suite, bike, "TN").json();
    REQUIRE(command_transfer(suite, rejected, "reject", "admin", reason).status == 200);
    auto requested = request_transfer(suite, bike, "TN").json();
    auto completed = command_transfer(suite, command_transfer(suite, requested, "approve").json(), "complete").json();
    auto open = request_transfer(suite, bike, "KA").json();
    auto first = text(rejected, "id");
    auto second = text(completed, "id");
    auto third = text(open, "id");
    auto list = [&](const std::string& query) {
        return ids(suite.get("/v1/transfers?bicycle_id=" + bike + query, admin));
    };
    using Ids = std::vector<std::string>;

    CHECK(list("") == Ids{third, second, first});
    CHECK(list("&sort=requested_at") == Ids{first, second, third});
    CHECK(list("&sort=-completed_at").front() == second);
    CHECK(list("&sort=completed_at").back() == second);
    CHECK(list("&status=REJECTED,PENDING") == Ids{third, first});
    CHECK(list("&from_branch_id=KA") == Ids{second, first});
    CHECK(list("&to_branch_id=KA") == Ids{third});
    CHECK(list("&branch_id=KA").size() == 3);
    CHECK(list("&branch_id=WW").empty());
    CHECK(list("&branch_id=" + text(open, "from_branch_id")).size() == 3);

    suite.database().rows("update transfers set requested_at = '2026-01-31 18:30:00Z' where id = '" + first + "'");
    CHECK(list("&to=2026-02-01") == Ids{first});
    CHECK(list("&to=2026-01-31").empty());
    CHECK(list("&from=2026-02-01").size() == 3);
    CHECK(list("&from=2026-02-02") == Ids{third, second});

    for (const auto* sort : {"requested_at", "-requested_at", "completed_at", "-completed_at"}) {
        CAPTURE(sort);
        Ids paged;
        std::string cursor;
        do {
            auto page = suite.get("/v1/transfers?limit=1&bicycle_id=" + bike + "&sort=" + sort +
                                      (cursor.empty() ? "" : "&cursor=" + cursor),
                                  admin);
            for (const auto& id : ids(page)) paged.push_back(id);
            const auto body = page.json();
            CHECK(body.at("total").as_int64() == 3);
            cursor = body.at("next_cursor").is_null() ? "" : text(body, "next_cursor");
        } while (!cursor.empty() && paged.size() < 4);
        CHECK(paged == list(std::string("&sort=") + sort));
    }
    CHECK(ids(suite.get("/v1/bikes/" + bike + "/transfers", admin)) == Ids{third, second, first});
    CHECK(ids(suite.get("/v1/bikes/" + bike + "/transfers?limit=1", admin)) == Ids{third});

    auto unknown = suite.get(
        "/v1/transfers?branch_id=NOPE&to_branch_id=WW&bicycle_id="
        "01900000-0000-7000-8000-000000000000",
        admin);
    REQUIRE(unknown.status == 422);
    CHECK(issues(unknown) == std::set<std::string>{"branch_id:not_found", "bicycle_id:not_found"});
    CHECK(suite.get("/v1/transfers?sort=status", admin).status == 422);
    CHECK(suite.get("/v1/transfers?status=LOST", admin).status == 422);
    check_refused(suite.get("/v1/transfers?cursor=abc", admin), 400, "BAD_CURSOR");
    check_refused(suite.get("/v1/transfers?state=OPEN", admin), 400, "UNKNOWN_FIELD");
}
