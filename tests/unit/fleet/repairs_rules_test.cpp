#include "fleet/repairs/rules.hpp"
#include "testing/error_codes.hpp"

#include <doctest/doctest.h>

using namespace loan_manager;
using namespace loan_manager::fleet::repairs;
using namespace std::chrono_literals;

namespace {

constexpr const char* here = "00000000-0000-7000-8000-0000000000b1";
constexpr const char* elsewhere = "00000000-0000-7000-8000-0000000000b2";
constexpr const char* company = "00000000-0000-7000-8000-0000000000c1";
constexpr const char* me = "00000000-0000-7000-8000-0000000000a1";
constexpr const char* somebody = "00000000-0000-7000-8000-0000000000a2";
constexpr runtime::Date today = 2026y / 11 / 22;

v1::Bike bike_in(v1::BikeStatus status) {
    v1::Bike bike;
    bike.set_status(status);
    bike.set_current_branch_id(here);
    return bike;
}

Opening opening(v1::JobType type, bool after_sale, std::string_view branch = here) {
    Opening out;
    out.type = type;
    out.after_sale = after_sale;
    out.branch_id = branch;
    return out;
}

// The error's code, or "".
template <class Result>
std::string code(const Result& result) {
    return result ? "" : std::string(result.error().code.name());
}

v1::RepairJobLine line(v1::LineKind kind, const char* quantity, const char* unit_cost, const char* unit_price) {
    v1::RepairJobLine out;
    out.set_kind(kind);
    out.set_quantity(quantity);
    out.set_unit_cost(unit_cost);
    out.set_unit_price(unit_price);
    return out;
}

v1::RepairJobLine evaluated(v1::LineKind kind, const char* quantity, const char* unit_cost, const char* unit_price) {
    auto out = line(kind, quantity, unit_cost, unit_price);
    REQUIRE(evaluate(out).empty());
    return out;
}

// "field field …" of what is out of range.
std::string wrong(v1::RepairJobLine candidate) {
    std::string fields;
    for (const auto& issue : evaluate(candidate)) {
        CHECK(issue.issue == "out_of_range");
        fields += (fields.empty() ? "" : " ") + issue.field;
    }
    return fields;
}

access::Identity user(const char* role) {
    access::Identity identity;
    identity.user_id = me;
    identity.roles = {role};
    identity.branch_scope = {here};
    return identity;
}

v1::RepairJob job_of(const char* branch, const char* mechanic) {
    v1::RepairJob job;
    job.set_branch_id(branch);
    job.set_mechanic_id(mechanic);
    return job;
}

}  // namespace

TEST_CASE("D-506 the category follows from job type and after_sale") {
    for (const auto type :
         {v1::JOB_TYPE_SERVICE, v1::JOB_TYPE_MAINTENANCE, v1::JOB_TYPE_CUSTOM_WORK, v1::JOB_TYPE_ACCIDENT_REPAIR}) {
        CHECK(categorise(type, false).value() == v1::JOB_CATEGORY_MAINTENANCE);
        CHECK(categorise(type, true).value() == v1::JOB_CATEGORY_CUSTOMER_REPAIR);
    }
    CHECK(categorise(v1::JOB_TYPE_FULL_OVERHAUL_BEFORE_SALE, false).value() == v1::JOB_CATEGORY_PRE_SALE_PREP);
    CHECK(code(categorise(v1::JOB_TYPE_FULL_OVERHAUL_BEFORE_SALE, true)) == "INVALID_STATE");
    CHECK(categorise(v1::JOB_TYPE_WARRANTY_REPAIR, true).value() == v1::JOB_CATEGORY_WARRANTY);
    CHECK(code(categorise(v1::JOB_TYPE_WARRANTY_REPAIR, false)) == "INVALID_STATE");
}

TEST_CASE("Input aliases of job types") {
    CHECK(job_type_of("ROUTINE_MAINTENANCE") == v1::JOB_TYPE_MAINTENANCE);
    CHECK(job_type_of("REPAIR") == v1::JOB_TYPE_SERVICE);
    CHECK(job_type_of("INSPECTION") == v1::JOB_TYPE_SERVICE);
    CHECK(job_type_of("CUSTOMIZATION") == v1::JOB_TYPE_CUSTOM_WORK);
    CHECK(job_type_of("ACCIDENT_REPAIR") == v1::JOB_TYPE_ACCIDENT_REPAIR);
}

TEST_CASE("J1 a warranty lasts whole calendar months") {
    CHECK(last_day({2026y / 8 / 22, 3}) == 2026y / 11 / 22);
    CHECK(last_day({2025y / 11 / 30, 3}) == 2026y / 2 / 28);  // no 30 February
    CHECK(last_day({2023y / 12 / 31, 2}) == 2024y / 2 / 29);
    CHECK(last_day({2026y / 11 / 22, 0}) == 2026y / 11 / 22);
}

TEST_CASE("J1 what the bike decides, in the order of D-212") {
    using B = v1::BikeStatus;
    const auto stock = [](const v1::Bike& bike, v1::JobType type, std::string_view branch = here) {
        return code(check_opening(bike, opening(type, false, branch), std::nullopt, today));
    };
    CHECK(stock(bike_in(B::BIKE_STATUS_IN_STOCK), v1::JOB_TYPE_SERVICE) == "");
    CHECK(stock(bike_in(B::BIKE_STATUS_MAINTENANCE), v1::JOB_TYPE_SERVICE) == "");
    CHECK(stock(bike_in(B::BIKE_STATUS_IN_STOCK), v1::JOB_TYPE_SERVICE, elsewhere) == "NOT_AT_BRANCH");
    CHECK(stock(bike_in(B::BIKE_STATUS_IN_TRANSIT), v1::JOB_TYPE_SERVICE, elsewhere) == "OPEN_TRANSFER");
    CHECK(stock(bike_in(B::BIKE_STATUS_SOLD), v1::JOB_TYPE_WARRANTY_REPAIR, elsewhere) == "BIKE_SOLD");
    CHECK(stock(bike_in(B::BIKE_STATUS_WRITTEN_OFF), v1::JOB_TYPE_SERVICE) == "INVALID_STATE");
    CHECK(stock(bike_in(B::BIKE_STATUS_ALLOCATED), v1::JOB_TYPE_SERVICE) == "INVALID_STATE");
    auto promised = bike_in(B::BIKE_STATUS_ALLOCATED);
    promised.set_allocation_kind(v1::ALLOCATION_KIND_TRANSFER);
    CHECK(stock(promised, v1::JOB_TYPE_SERVICE) == "OPEN_TRANSFER");

    const auto after = [](const v1::Bike& bike, v1::JobType type, int months) {
        return code(check_opening(bike, opening(type, true, elsewhere), Warranty{2026y / 8 / 21, months}, today));
    };
    CHECK(after(bike_in(B::BIKE_STATUS_IN_STOCK), v1::JOB_TYPE_SERVICE, 3) == "INVALID_STATE");
    CHECK(after(bike_in(B::BIKE_STATUS_SOLD), v1::JOB_TYPE_SERVICE, 0) == "");
    CHECK(after(bike_in(B::BIKE_STATUS_SOLD), v1::JOB_TYPE_WARRANTY_REPAIR, 3) == "WARRANTY_EXPIRED");
    CHECK(after(bike_in(B::BIKE_STATUS_SOLD), v1::JOB_TYPE_WARRANTY_REPAIR, 4) == "");
    CHECK(after(bike_in(B::BIKE_STATUS_SOLD), v1::JOB_TYPE_WARRANTY_REPAIR, 0) == "WARRANTY_EXPIRED");
}

TEST_CASE("D-901 who opens and who works on a job") {
    CHECK(may_open(user("workshop_manager"), here, company, somebody));
    CHECK_FALSE(may_open(user("workshop_manager"), elsewhere, company, me));
    CHECK(may_open(user("mechanic"), here, company, me));
    CHECK_FALSE(may_open(user("mechanic"), here, company, somebody));
    CHECK_FALSE(may_open(user("mechanic"), elsewhere, company, me));
    CHECK_FALSE(may_open(user("auditor"), here, company, me));

    CHECK(may_work_on(user("branch_manager"), job_of(here, somebody), company));
    CHECK_FALSE(may_work_on(user("branch_manager"), job_of(elsewhere, me), company));
    CHECK(may_work_on(user("mechanic"), job_of(elsewhere, me), company));
    CHECK_FALSE(may_work_on(user("mechanic"), job_of(here, somebody), company));
    CHECK_FALSE(may_manage(user("mechanic"), job_of(here, me), company));
    CHECK(may_invoice(user("finance_officer"), job_of(elsewhere, somebody), company));
    CHECK_FALSE(may_invoice(user("branch_manager"), job_of(here, somebody), company));
}

TEST_CASE("D-202 lines are rounded half-up to cents; defaults of a new line") {
    const auto part = evaluated(v1::LINE_KIND_PART, "1.50", "0.33", "0.35");  // 0.495, 0.525
    CHECK(part.cost() == "0.50");
    CHECK(part.price() == "0.53");
    const auto hours = evaluated(v1::LINE_KIND_LABOUR, "0.01", "0.49", "0.50");  // 0.0049, 0.005
    CHECK(hours.cost() == "0.00");
    CHECK(hours.price() == "0.01");

    v1::AddRepairJobLineRequest request;
    request.set_id("the job");
    request.set_kind(v1::LINE_KIND_PART);
    request.set_unit_cost("12.30");
    auto plain = draft(request);
    CHECK(evaluate(plain).empty());
    CHECK(plain.id().empty());
    CHECK(plain.quantity() == "1.00");
    CHECK(plain.unit_price() == "12.30");
    CHECK(plain.price() == "12.30");
}

TEST_CASE("Lines: what is out of range") {
    CHECK(wrong(line(v1::LINE_KIND_PART, "0", "1.00", "1.00")) == "quantity");
    CHECK(wrong(line(v1::LINE_KIND_PART, "1", "0.00", "1.00")) == "");
    CHECK(wrong(line(v1::LINE_KIND_LABOUR, "1", "0.00", "1.00")) == "unit_cost");
    CHECK(wrong(line(v1::LINE_KIND_OVERHEAD, "2", "0.00", "1.00")) == "quantity unit_cost");
    CHECK(wrong(line(v1::LINE_KIND_OVERHEAD, "1.0", "5.00", "0.00")) == "");
    // numeric(14,2)
    CHECK(wrong(line(v1::LINE_KIND_PART, "1", "999999999999.99", "0.00")) == "");
    CHECK(wrong(line(v1::LINE_KIND_PART, "1.01", "999999999999.99", "0.00")) == "unit_cost");
    CHECK(wrong(line(v1::LINE_KIND_PART, "99999999.99", "1.00", "999999999999.99")) == "unit_price");
    CHECK(wrong(line(v1::LINE_KIND_PART, "many", "1.00", "1.00")) == "");  // the declarative checks say so
}

TEST_CASE("D-507 totals of a job are the sums of its lines") {
    v1::RepairJob job;
    REQUIRE(replace_in_totals(job, nullptr, nullptr).empty());
    CHECK(job.total_cost() == "0.00");
    const auto part = evaluated(v1::LINE_KIND_PART, "2", "100.00", "150.00");
    const auto labour = evaluated(v1::LINE_KIND_LABOUR, "1.5", "10.01", "20.00");
    const auto overhead = evaluated(v1::LINE_KIND_OVERHEAD, "1", "7.00", "0.00");
    for (const auto* added : {&part, &labour, &overhead}) {
        REQUIRE(replace_in_totals(job, nullptr, added).empty());
    }
    CHECK(job.parts_cost() == "200.00");
    CHECK(job.labour_cost() == "15.02");
    CHECK(job.overhead_cost() == "7.00");
    CHECK(job.total_cost() == "222.02");
    CHECK(job.total_price() == "330.00");

    const auto fewer = evaluated(v1::LINE_KIND_PART, "1", "100.00", "150.00");
    REQUIRE(replace_in_totals(job, &part, &fewer).empty());
    REQUIRE(replace_in_totals(job, &labour, nullptr).empty());
    CHECK(job.parts_cost() == "100.00");
    CHECK(job.labour_cost() == "0.00");
    CHECK(job.total_cost() == "107.00");
    CHECK(job.total_price() == "150.00");

    const auto fortune = evaluated(v1::LINE_KIND_PART, "1", "999999999999.00", "1.00");
    const auto issues = replace_in_totals(job, nullptr, &fortune);
    REQUIRE(issues.size() == 1);
    CHECK(issues.front().field == "unit_cost");
    CHECK(job.total_cost() == "107.00");
}

TEST_CASE("J3 a job is done when somebody said what was done, and did something") {
    v1::RepairJob job;
    CHECK(code(check_done(job)) == "VALIDATION");
    job.set_work_performed("Replaced the chain");
    CHECK(code(check_done(job)) == "INVALID_STATE");
    job.add_lines()->set_kind(v1::LINE_KIND_OVERHEAD);
    CHECK(code(check_done(job)) == "INVALID_STATE");
    job.add_lines()->set_kind(v1::LINE_KIND_LABOUR);
    CHECK(check_done(job));
}
