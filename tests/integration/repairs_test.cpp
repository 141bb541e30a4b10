// Repair jobs: J1 to J5, D-506, D-507, and what they cost.
#include <doctest/doctest.h>

#include "support/workshop.hpp"

using namespace loan_manager::testing;

namespace {

std::string after_sale(const std::string& job_type) { return R"(,"after_sale":true,"job_type":")" + job_type + "\""; }

}  // namespace

TEST_CASE("J1 B8 J2 J3 a stock job takes the bike into maintenance, is costed, and gives it back") {
    Workshop workshop;
    auto bike = workshop.bike();
    auto answer = workshop.open(bike, R"(,"priority":"HIGH","odometer_km":12000,"customer_complaint":"Noise")");
    REQUIRE(answer.status == 201);
    auto opened = answer.json();
    auto id = text(opened, "id");
    CHECK(answer.header("location") == "/v1/repair-jobs/" + id);
    CHECK(answer.header("etag") == "\"1\"");
    CHECK(text(opened, "job_no").starts_with("WO-BRC-"));
    CHECK(text(opened, "status") == "OPEN");
    CHECK(text(opened, "category") == "MAINTENANCE");
    CHECK(text(opened, "priority") == "HIGH");
    CHECK(text(opened, "branch_code") == "BRC");
    CHECK(text(opened, "total_cost") == "0.00");
    CHECK(opened.at("mechanic_id").is_null());
    CHECK(opened.at("lines").as_array().empty());
    CHECK(workshop.bike_status(bike) == "MAINTENANCE");  // B8

    auto early = workshop.command(id, "start");
    CHECK(early.status == 409);
    CHECK(early.code() == "INVALID_STATE");  // nobody assigned
    CHECK(workshop.command(id, "complete", done).code() == "INVALID_STATE");
    REQUIRE(workshop.patch(id, R"({"mechanic_id":")" + workshop.user_id(workshop.mechanic()) + "\"}").status == 200);
    auto started = workshop.command(id, "start");
    REQUIRE(started.status == 200);
    CHECK(started.header("etag") == "\"3\"");
    CHECK(text(started.json(), "status") == "IN_PROGRESS");
    CHECK_FALSE(started.json().at("started_at").is_null());
    CHECK(workshop.command(id, "start").code() == "INVALID_STATE");

    CHECK(issues(workshop.command(id, "complete")) == std::set<std::string>{"work_performed:required"});
    CHECK(workshop.command(id, "complete", done).code() == "INVALID_STATE");  // no line
    REQUIRE(workshop.add_line(id, "OVERHEAD", R"("unit_cost":"500.00")").status == 201);
    CHECK(workshop.command(id, "complete", done).code() == "INVALID_STATE");  // neither part nor labour
    REQUIRE(workshop.add_line(id, "PART", R"("quantity":"2","unit_cost":"6000","unit_price":"9000")").status == 201);
    REQUIRE(workshop.add_line(id, "LABOUR", R"("quantity":1.25,"unit_cost":"2000.00")").status == 201);
    auto completed = workshop.command(id, "complete", done);
    REQUIRE(completed.status == 200);
    auto job = completed.json();
    CHECK(text(job, "status") == "COMPLETED");
    CHECK(text(job, "work_performed") == "Replaced the chain");
    CHECK(text(job, "parts_cost") == "12000.00");
    CHECK(text(job, "labour_cost") == "2500.00");
    CHECK(text(job, "overhead_cost") == "500.00");
    CHECK(text(job, "total_cost") == "15000.00");
    CHECK(text(job, "total_price") == "21000.00");
    CHECK(job.at("lines").as_array().size() == 3);
    CHECK(workshop.ledger(id) == "REPAIR 15000.00 f BRC 12000.00 2500.00 500.00");
    CHECK(workshop.bike_status(bike) == "IN_STOCK");  // B9
    CHECK(workshop.of_bike(bike, "repair_total") == "15000.00");
    CHECK(workshop.of_bike(bike, "total_cost") == "165000.00");

    for (const auto* verb : {"start", "complete"}) CHECK(workshop.command(id, verb, "{}").code() == "INVALID_STATE");
    CHECK(workshop.command(id, "cancel", R"({"reason":"Too late"})").code() == "INVALID_STATE");
    CHECK(workshop.command(id, "invoice").code() == "INVALID_STATE");  // the company pays
    CHECK(workshop.suite().violations() == "");
}

TEST_CASE("D-219 D-220 every step of a job has its audit row and event") {
    Workshop workshop;
    auto id = workshop.started(workshop.bike());
    auto line = text(workshop.add_line(id, "PART", R"("unit_cost":"10.00")").json(), "id");
    REQUIRE(workshop.command(id, "complete", done).status == 200);
    auto called_off = workshop.job(workshop.bike());
    REQUIRE(workshop.command(called_off, "cancel", R"({"reason":"Not needed"})").status == 200);
    auto database = workshop.suite().database();
    CHECK(database.value("select string_agg(action, ',' order by at, id) from audit_log where entity_type = "
                         "'repair_job' and entity_id = '" +
                         id + "'") == "JOB_OPENED,JOB_STARTED,JOB_UPDATED,JOB_COMPLETED");
    CHECK(database.value("select string_agg(event_type, ',' order by seq) from outbox where entity_id = '" + id +
                         "'") == "job.opened,job.started,job.updated,job.completed");
    CHECK(database.value("select concat_ws(' ', old->>'line', old->>'total_cost', new->'line'->>'id', "
                         "new->'line'->>'cost', new->>'total_cost') from audit_log where action = 'JOB_UPDATED' and "
                         "entity_id = '" +
                         id + "'") == "0.00 " + line + " 10.00 10.00");
    CHECK(database.value("select concat_ws(' ', old->>'status', new->>'status', new->>'work_performed') from audit_log "
                         "where action = 'JOB_COMPLETED' and entity_id = '" +
                         id + "'") == "IN_PROGRESS COMPLETED Replaced the chain");
    CHECK(database.value("select reason from audit_log where action = 'JOB_CANCELLED' and entity_id = '" + called_off +
                         "'") == "Not needed");
}

TEST_CASE("J1 D-506 what a live bike accepts") {
    Workshop workshop;
    auto bike = workshop.bike();
    for (const auto& [type, category] :
         std::map<std::string, std::string>{{"FULL_OVERHAUL_BEFORE_SALE", "PRE_SALE_PREP"},
                                            {"SERVICE", "MAINTENANCE"},
                                            {"MAINTENANCE", "MAINTENANCE"},
                                            {"CUSTOM_WORK", "MAINTENANCE"},
                                            {"ACCIDENT_REPAIR", "MAINTENANCE"}}) {
        CAPTURE(type);
        auto answer = workshop.open(bike, R"(,"job_type":")" + type + "\"");
        REQUIRE(answer.status == 201);
        CHECK(text(answer.json(), "job_type") == type);
        CHECK(text(answer.json(), "category") == category);
    }
    for (const auto& [alias, type] : std::map<std::string, std::string>{{"ROUTINE_MAINTENANCE", "MAINTENANCE"},
                                                                        {"REPAIR", "SERVICE"},
                                                                        {"INSPECTION", "SERVICE"},
                                                                        {"CUSTOMIZATION", "CUSTOM_WORK"}}) {
        CHECK(text(workshop.open(bike, R"(,"job_type":")" + alias + "\"").json(), "job_type") == type);
    }
    CHECK(workshop.open(bike, R"(,"job_type":"WARRANTY_REPAIR")").code() == "INVALID_STATE");
    CHECK(workshop.open(bike, after_sale("WARRANTY_REPAIR")).code() == "INVALID_STATE");
    CHECK(workshop.open(bike, after_sale("SERVICE")).code() == "INVALID_STATE");

    CHECK(workshop.open(bike, R"(,"branch_id":"WW")").code() == "NOT_AT_BRANCH");
    auto wrong = workshop.open("01900000-0000-7000-8000-000000000000",
                               R"(,"branch_id":"NOPE","job_type":"MAGIC","priority":"WHENEVER","odometer_km":-1,)"
                               R"("mechanic_id":"01900000-0000-7000-8000-000000000000")");
    CHECK(wrong.status == 422);
    CHECK(issues(wrong) == std::set<std::string>{"bicycle_id:not_found", "branch_id:not_found", "job_type:not_allowed",
                                                 "priority:not_allowed", "odometer_km:out_of_range",
                                                 "mechanic_id:not_found"});
    auto reserved = workshop.bike();
    workshop.suite().database().rows(
        "update bicycles set status = 'ALLOCATED', allocation_kind = 'CUSTOMER', reserved_for = 'Mr Silva' where id = "
        "'" +
        reserved + "'");
    CHECK(workshop.open(reserved).code() == "INVALID_STATE");
    CHECK(workshop.suite().violations() == "");
}

TEST_CASE("J1 an inactive branch opens no jobs") {
    Workshop workshop;
    auto bike = workshop.bike("", "PS");
    auto database = workshop.suite().database();
    database.rows("update branches set is_active = false where code = 'PS'");
    auto answer = workshop.open(bike, R"(,"branch_id":"PS")");
    database.rows("update branches set is_active = true where code = 'PS'");
    CHECK(answer.status == 409);
    CHECK(answer.code() == "BRANCH_INACTIVE");
}

TEST_CASE("D-507 several open jobs: the bike returns to stock with the last, by J3 or J5") {
    Workshop workshop;
    auto bike = workshop.bike();
    auto first = workshop.started(bike);
    auto second = workshop.job(bike);
    auto third = workshop.job(bike, R"(,"job_type":"FULL_OVERHAUL_BEFORE_SALE")");
    REQUIRE(workshop.add_line(first, "PART", R"("unit_cost":"100.00")").status == 201);
    REQUIRE(workshop.command(first, "complete", done).status == 200);
    CHECK(workshop.bike_status(bike) == "MAINTENANCE");
    auto cancelled = workshop.command(second, "cancel", R"({"reason":"Not needed"})");
    REQUIRE(cancelled.status == 200);
    CHECK(text(cancelled.json(), "status") == "CANCELLED");
    CHECK(text(cancelled.json(), "cancel_reason") == "Not needed");
    CHECK_FALSE(cancelled.json().at("cancelled_at").is_null());
    CHECK(workshop.bike_status(bike) == "MAINTENANCE");
    CHECK(issues(workshop.command(third, "cancel", R"({"reason":"No"})")) == std::set<std::string>{"reason:too_short"});
    REQUIRE(workshop.add_line(third, "PART", R"("unit_cost":"5000.00")").status == 201);
    REQUIRE(workshop.command(third, "cancel", R"({"reason":"Sold as it is"})").status == 200);
    CHECK(workshop.bike_status(bike) == "IN_STOCK");
    CHECK(workshop.ledger(third) == "");  // nothing is booked
    CHECK(workshop.of_bike(bike, "repair_total") == "100.00");
    CHECK(workshop.suite().violations() == "");
}

TEST_CASE("D-202 D-507 lines: rounding, totals, versions, and the customer's price never enters a cost") {
    Workshop workshop;
    auto bike = workshop.bike();
    auto id = workshop.started(bike);
    CHECK(workshop.etag(id) == "\"2\"");
    auto added = workshop.add_line(
        id, "PART", R"("part_code":"CH-428","quantity":"1.50","unit_cost":"0.33","unit_price":"1000.01")");
    REQUIRE(added.status == 201);
    CHECK(added.header("etag") == "\"3\"");  // that of the job as the line left it
    auto part = added.json();
    CHECK(text(part, "job_id") == id);
    CHECK(text(part, "quantity") == "1.50");
    CHECK(text(part, "cost") == "0.50");      // 0.495
    CHECK(text(part, "price") == "1500.02");  // 1500.015
    auto labour = workshop.add_line(id, "LABOUR", R"("unit_cost":"100")").json();
    CHECK(text(labour, "quantity") == "1.00");
    CHECK(text(labour, "unit_price") == "100.00");
    auto job = workshop.get(id);
    CHECK(job.at("version").as_int64() == 4);
    CHECK(text(job, "total_cost") == "100.50");
    CHECK(text(job, "total_price") == "1600.02");
    CHECK(job.at("lines").at(0).at("version").as_int64() == 3);
    CHECK(text(job.at("lines").at(1), "id") == text(labour, "id"));

    // By the line's own tag, although the job has moved on.
    auto line = text(part, "id");
    auto patched = workshop.patch_line(id, line, R"({"quantity":"3","part_code":null})", "\"3\"");
    REQUIRE(patched.status == 200);
    CHECK(patched.header("etag") == "\"5\"");
    CHECK(text(patched.json(), "cost") == "0.99");
    CHECK(text(patched.json(), "price") == "3000.03");
    CHECK(patched.json().at("part_code").is_null());
    CHECK(text(workshop.get(id), "total_cost") == "100.99");
    CHECK(workshop.patch_line(id, line, R"({"quantity":"4"})", "\"3\"").status == 412);
    CHECK(workshop.patch_line(id, line, R"({"quantity":"4"})", "\"4\"").status == 412);
    CHECK(workshop.patch_line(id, line, R"({"quantity":"4"})", "").status == 428);
    // A PATCH that changes nothing raises nothing.
    CHECK(workshop.patch_line(id, line, R"({"quantity":"3.0"})", "\"5\"").header("etag") == "\"5\"");
    // By the job's tag.
    auto other = text(labour, "id");
    CHECK(workshop.delete_line(id, other, "\"3\"").status == 412);
    CHECK(workshop.delete_line(id, other, "\"5\"").status == 204);
    CHECK(workshop.delete_line(id, other, "\"6\"").status == 404);
    job = workshop.get(id);
    CHECK(job.at("version").as_int64() == 6);
    CHECK(text(job, "labour_cost") == "0.00");
    CHECK(text(job, "total_cost") == "0.99");

    REQUIRE(workshop.command(id, "complete", done).status == 200);
    CHECK(workshop.of_bike(bike, "repair_total") == "0.99");
    // Frozen.
    CHECK(workshop.add_line(id, "PART", R"("unit_cost":"1.00")").code() == "INVALID_STATE");
    CHECK(workshop.patch_line(id, line, R"({"quantity":"4"})", "\"5\"").code() == "INVALID_STATE");
    CHECK(workshop.delete_line(id, line, "\"7\"").code() == "INVALID_STATE");
    CHECK(workshop.patch(id, R"({"diagnosis":"Worn"})").code() == "INVALID_STATE");
    CHECK(workshop.suite().violations() == "");
}

TEST_CASE("Lines: field errors, and amounts greater than can be stored are 422") {
    Workshop workshop;
    auto bike = workshop.bike();
    auto id = workshop.started(bike);
    using Issues = std::set<std::string>;
    CHECK(issues(workshop.suite().post("/v1/repair-jobs/" + id + "/lines", "{}", workshop.admin())) ==
          Issues{"kind:required", "description:required", "unit_cost:required"});
    CHECK(issues(workshop.add_line(id, "PART", R"("unit_cost":100,"quantity":"0")")) ==
          Issues{"unit_cost:type", "quantity:out_of_range"});
    CHECK(issues(workshop.add_line(id, "PART", R"("unit_cost":"1.00","quantity":"1.005")")) ==
          Issues{"quantity:format"});
    // A number is as good as its text, and as bad.
    CHECK(issues(workshop.add_line(id, "PART", R"("unit_cost":"1.00","quantity":1.005)")) == Issues{"quantity:format"});
    CHECK(issues(workshop.add_line(id, "PART", R"("unit_cost":"1.00","quantity":true)")) == Issues{"quantity:type"});
    CHECK(issues(workshop.add_line(id, "LABOUR", R"("unit_cost":"0.00")")) == Issues{"unit_cost:out_of_range"});
    CHECK(issues(workshop.add_line(id, "OVERHEAD", R"("unit_cost":"5.00","quantity":"2")")) ==
          Issues{"quantity:out_of_range"});
    CHECK(issues(workshop.add_line(id, "PART",
                                   R"("unit_cost":"1.00","mechanic_id":"01900000-0000-7000-8000-000000000000")")) ==
          Issues{"mechanic_id:not_found"});
    CHECK(issues(workshop.add_line(id, "PART", R"("unit_cost":"999999999999.99","quantity":"1.01")")) ==
          Issues{"unit_cost:out_of_range", "unit_price:out_of_range"});

    REQUIRE(workshop.add_line(id, "PART", R"("unit_cost":"999999999999.00","unit_price":"0")").status == 201);
    CHECK(issues(workshop.add_line(id, "LABOUR", R"("unit_cost":"1.00","unit_price":"0")")) ==
          Issues{"unit_cost:out_of_range"});
    auto overhead = workshop.add_line(id, "OVERHEAD", R"("unit_cost":"0.50")").json();
    CHECK(issues(workshop.patch_line(id, text(overhead, "id"), R"({"quantity":"2"})", workshop.etag(id))) ==
          Issues{"quantity:out_of_range"});
    // On top of the purchase price it would be more than a bike's total cost can be.
    CHECK(issues(workshop.command(id, "complete", done)) == Issues{"total_cost:out_of_range"});
    REQUIRE(workshop.command(id, "cancel", R"({"reason":"A typing error"})").status == 200);
    CHECK(workshop.suite().violations() == "");
}

TEST_CASE("J3 a job that cost nothing books nothing") {
    Workshop workshop;
    auto bike = workshop.bike();
    auto id = workshop.started(bike);
    REQUIRE(workshop.add_line(id, "PART", R"("unit_cost":"0.00","unit_price":"50.00")").status == 201);
    REQUIRE(workshop.patch(id, R"({"work_performed":"Used what was there"})").status == 200);
    REQUIRE(workshop.command(id, "complete").status == 200);
    CHECK(workshop.ledger(id) == "");
    CHECK(workshop.bike_status(bike) == "IN_STOCK");
    CHECK(workshop.suite().violations() == "");
}

TEST_CASE("D-210 PATCH of a job: absent keeps, null clears, what is not patchable is unknown") {
    Workshop workshop;
    auto id =
        workshop.job(workshop.bike(), R"(,"notes":"Keep","odometer_km":7,"estimated_completion_date":"2027-01-31")");
    auto answer = workshop.patch(id, R"({"odometer_km":null,"diagnosis":"Worn","priority":"URGENT"})");
    REQUIRE(answer.status == 200);
    CHECK(answer.header("etag") == "\"2\"");
    auto job = answer.json();
    CHECK(text(job, "notes") == "Keep");
    CHECK(text(job, "diagnosis") == "Worn");
    CHECK(text(job, "priority") == "URGENT");
    CHECK(text(job, "estimated_completion_date") == "2027-01-31");
    CHECK(job.at("odometer_km").is_null());
    CHECK(workshop.patch(id, R"({"priority":null})").status == 422);
    CHECK(workshop.patch(id, R"({"status":"COMPLETED"})").code() == "UNKNOWN_FIELD");
    CHECK(workshop.patch(id, R"({"total_cost":"1.00"})").code() == "UNKNOWN_FIELD");
    CHECK(workshop.patch(id, R"({"notes":"Keep"})").header("etag") == "\"2\"");
    CHECK(workshop.suite().patch("/v1/repair-jobs/" + id, R"({"notes":"x"})", workshop.admin(), "\"1\"").status == 412);
}
