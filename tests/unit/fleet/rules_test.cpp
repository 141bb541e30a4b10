#include "fleet/bikes/rules.hpp"
#include "fleet/bikes/rows.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "fleet/stock_numbers/rules.hpp"
#include "testing/error_codes.hpp"
#include "validate/vehicle_number.hpp"

namespace validate = loan_manager::validate;
using namespace loan_manager::fleet;
using namespace loan_manager::fleet::bikes;
using loan_manager::runtime::Date;

namespace {

constexpr Date today{std::chrono::year{2026}, std::chrono::month{11}, std::chrono::day{22}};

v1::ProcureBikeRequest purchase() {
    v1::ProcureBikeRequest request;
    request.set_branch_id("WW");
    request.set_brand("Honda");
    request.set_model("CB 125F");
    request.set_year(2020);
    request.set_purchase_price("150000.00");
    return request;
}

bool has(const std::vector<loan_manager::rpc::FieldIssue>& issues, std::string_view field, std::string_view what) {
    return std::any_of(issues.begin(), issues.end(),
                       [&](const auto& issue) { return issue.field == field && issue.issue == what; });
}

}  // namespace

TEST_CASE("D-207 plate normalisation") {
    struct Example {
        const char* input;
        const char* text;
        const char* key;
        bool unusual;
    };
    const Example examples[] = {
        {"wp abc 1234", "WP-ABC-1234", "ABC-1234", false},
        {"WP--ABC - 1234", "WP-ABC-1234", "ABC-1234", false},
        {"abc-1234", "ABC-1234", "ABC-1234", false},
        {"125-4567", "125-4567", "125-4567", false},
        {"sp 19-0001", "SP-19-0001", "19-0001", false},
        {"SG-1234", "SG-1234", "SG-1234", false},  // dropping the group would leave one
        {"XX-ABC-1234", "XX-ABC-1234", "XX-ABC-1234", true},
        {"ABCD-1234", "ABCD-1234", "ABCD-1234", true},
        {"ABC-123", "ABC-123", "ABC-123", true},
        {"AB1-1234", "AB1-1234", "AB1-1234", true},
        {"WP-ABC-1234-5", "WP-ABC-1234-5", "ABC-1234-5", true},
    };
    for (const auto& example : examples) {
        CAPTURE(example.input);
        const auto plate = validate::normalise_plate(example.input);
        CHECK(plate.text == example.text);
        CHECK(plate.key == example.key);
        CHECK(plate.unusual == example.unusual);
    }
}

TEST_CASE("D-208 frame and engine numbers lose spaces and hyphens") {
    CHECK(validate::normalise_vehicle_number("me4 kc-09 xyz") == "ME4KC09XYZ");
    auto request = purchase();
    request.set_frame_number(" - ");
    request.set_engine_number("e-1");
    const auto bike = draft(request, today);
    CHECK_FALSE(bike.has_frame_number());
    CHECK(bike.engine_number() == "E1");
    REQUIRE(identity_keys(bike).size() == 1);
    CHECK(identity_keys(bike)[0].field == "engine_number");
    CHECK(duplicate({Twin{"engine_number", "", ""}}).details.at(0).field == "engine_number");
}

TEST_CASE("D-208 a duplicate names every field and, where the caller may know it, the bike in the way") {
    const auto error = duplicate({Twin{"license_plate", "id-1", "MA/WW/ST/0001"}, Twin{"frame_number", "", ""}});
    CHECK(error.code == "DUPLICATE");
    CHECK(error.message == "Another live bike has the same license_plate (MA/WW/ST/0001), and the same frame_number.");
    REQUIRE(error.details.size() == 2);
    CHECK(error.details[0].issue == "duplicate");
    CHECK(error.details[0].bicycle_id == "id-1");
    CHECK(error.details[0].stock_number == "MA/WW/ST/0001");
    CHECK(error.details[1].field == "frame_number");
    CHECK(error.details[1].issue == "duplicate");
    CHECK(error.details[1].bicycle_id.empty());
}

TEST_CASE("D-207 D-208 what says that there is none is none, in a PATCH too") {
    for (const char* none : {"-", "N/A", "n.a.", "\u2014", "Unregistered", "tba"}) {
        CAPTURE(none);
        auto request = purchase();
        request.set_license_plate(none);
        request.set_frame_number(none);
        request.set_engine_number(none);
        const auto bike = draft(request, today);
        CHECK_FALSE(bike.has_license_plate());
        CHECK_FALSE(bike.has_plate_key());
        CHECK_FALSE(bike.plate_unusual());
        CHECK(identity_keys(bike).empty());

        v1::UpdateBikeRequest update;
        update.mutable_update_mask()->add_paths("license_plate");
        update.mutable_bike()->set_license_plate(none);
        auto plated = purchase();
        plated.set_license_plate("WP CAB-1234");
        auto patched = draft(plated, today);
        apply(update, patched);
        CHECK_FALSE(patched.has_license_plate());
    }
}

TEST_CASE("D-208 a PATCH of something else leaves numbers as they are") {
    v1::Bike bike;
    bike.set_license_plate("WP.CAB.1234");  // kept when its rightful key was taken
    bike.set_plate_key("WP.CAB.1234");
    bike.set_frame_number("A.1");
    v1::UpdateBikeRequest update;
    update.mutable_update_mask()->add_paths("color");
    update.mutable_bike()->set_color("red");
    apply(update, bike);
    CHECK(bike.plate_key() == "WP.CAB.1234");
    CHECK(bike.frame_number() == "A.1");
}

TEST_CASE("D-207 D-208 numbers are measured in their stored form") {
    auto request = purchase();
    std::string wide;
    for (int i = 0; i < 5; ++i) wide += "\uFDFA";  // one character that stands for eighteen
    request.set_license_plate(wide);
    request.set_frame_number(wide + wide);
    const auto issues = check(request, today);
    REQUIRE(issues.size() == 2);
    CHECK(issues[0] == loan_manager::rpc::FieldIssue("license_plate", "too_long", "50"));
    CHECK(issues[1] == loan_manager::rpc::FieldIssue("frame_number", "too_long", "100"));
}

TEST_CASE("B1 a purchase gets its defaults") {
    const auto bike = draft(purchase(), today);
    CHECK(bike.title() == "Honda CB 125F 2020");
    CHECK(bike.condition() == v1::BIKE_CONDITION_USED);
    CHECK(bike.business_model() == v1::BUSINESS_MODEL_STOCK);
    CHECK(bike.procurement_source() == v1::PROCUREMENT_SOURCE_OTHER);
    CHECK(bike.procurement_date() == "2026-11-22");
    CHECK(bike.status() == v1::BIKE_STATUS_IN_STOCK);
    CHECK_FALSE(bike.has_bought_method());
    CHECK_FALSE(bike.plate_unusual());

    const std::string wide(300, 'x');
    CHECK(default_title(wide, "m", 2020).size() == 200);
    std::string sinhala;
    for (int i = 0; i < 201; ++i) {
        sinhala += "\xE0\xB6\x85";
    }
    CHECK(default_title(sinhala, "m", 2020).size() == 600);  // 200 code points, none of them cut in two
}

TEST_CASE("D-204 dates and years are judged against today") {
    auto request = purchase();
    request.set_year(2027);
    request.set_procurement_date("2026-11-22");
    CHECK(check(request, today).empty());
    request.set_year(2028);
    request.set_procurement_date("2026-11-23");
    const auto issues = check(request, today);
    CHECK(has(issues, "year", "out_of_range"));
    CHECK(has(issues, "procurement_date", "out_of_range"));
    CHECK(issues[0].limit == "2027");
    CHECK(issues[1].limit == "2026-11-22");
    request.set_year(2020);
    request.set_procurement_date("1990-01-01");
    CHECK(check(request, today).empty());
    request.set_procurement_date("1989-12-31");
    REQUIRE(check(request, today).size() == 1);
    CHECK(check(request, today)[0] == loan_manager::rpc::FieldIssue("procurement_date", "out_of_range", "1990-01-01"));
}

TEST_CASE("D-709 only a sale brings in a trade-in") {
    auto request = purchase();
    request.set_procurement_source(v1::PROCUREMENT_SOURCE_TRADE_IN);
    CHECK(has(check(request, today), "procurement_source", "not_allowed"));
}

TEST_CASE("D-501 only live bikes accept a PATCH") {
    v1::UpdateBikeRequest request;
    v1::Bike bike;
    for (const auto status : {v1::BIKE_STATUS_IN_STOCK, v1::BIKE_STATUS_ALLOCATED, v1::BIKE_STATUS_IN_TRANSIT,
                              v1::BIKE_STATUS_MAINTENANCE}) {
        bike.set_status(status);
        CHECK(check_patchable(bike, request).has_value());
    }
    bike.set_status(v1::BIKE_STATUS_SOLD);
    CHECK(check_patchable(bike, request).error().code == "BIKE_SOLD");
    bike.set_status(v1::BIKE_STATUS_WRITTEN_OFF);
    CHECK(check_patchable(bike, request).error().code == "INVALID_STATE");
}

TEST_CASE("D-502 a purchase price needs a reason, and not on a trade-in") {
    v1::UpdateBikeRequest request;
    request.mutable_bike()->set_purchase_price("1.00");
    CHECK(has(check(request, today), "reason", "required"));
    request.mutable_bike()->set_reason("typing error");
    CHECK(check(request, today).empty());
    v1::Bike bike;
    bike.set_status(v1::BIKE_STATUS_IN_STOCK);
    bike.set_procurement_source(v1::PROCUREMENT_SOURCE_TRADE_IN);
    CHECK(check_patchable(bike, request).error().code == "INVALID_STATE");
}

TEST_CASE("D-210 a PATCH changes what its mask names and clears what is null") {
    auto bike = draft(purchase(), today);
    bike.set_license_plate("ABC-1234");
    bike.set_plate_key("ABC-1234");
    bike.set_color("red");
    bike.set_payment_branch_id("kept");

    v1::UpdateBikeRequest request;
    for (const char* path : {"license_plate", "mileage_km", "sk_flag", "payment_branch_id", "reason"}) {
        request.mutable_update_mask()->add_paths(path);
    }
    request.mutable_bike()->set_mileage_km(12);
    request.mutable_bike()->set_sk_flag(true);
    const auto before = bike;
    apply(request, bike);
    CHECK_FALSE(bike.has_license_plate());
    CHECK_FALSE(bike.has_plate_key());
    CHECK(bike.mileage_km() == 12);
    CHECK(bike.sk_flag());
    CHECK(bike.color() == "red");
    CHECK(bike.payment_branch_id() == "kept");
    const auto changed = bike_table().compare(before, bike);
    CHECK(changed.before.at("license_plate") == "ABC-1234");
    CHECK(changed.after.at("license_plate").is_null());
    CHECK(changed.after.at("mileage_km") == 12);
    CHECK(changed.after.at("sk_flag") == true);
    CHECK(changed.after.size() == 3);
    CHECK(bike_table().created(bike).after.at("condition") == "USED");
}

TEST_CASE("D-601 number format") {
    CHECK(stock_numbers::full_number("MA", "WW", 1) == "MA/WW/ST/0001");
    CHECK(stock_numbers::full_number("MA", "WW", 2066) == "MA/WW/ST/2066");
    CHECK(stock_numbers::full_number("IN", "BRC", 123456) == "IN/BRC/ST/123456");
}

TEST_CASE("D-603 a branch that runs low says so twice") {
    const auto reaches = [](std::int32_t n, std::int32_t max) { return stock_numbers::passes_low_mark(n - 1, n, max); };
    for (std::int32_t n = 1; n <= 9999; ++n) {
        REQUIRE(reaches(n, 9999) == (n == 9000 || n == 9900));
    }
    CHECK(reaches(900000, 999999));
    CHECK(reaches(990000, 999999));
    // A counter that is raised may jump over a mark (D-302).
    CHECK(stock_numbers::passes_low_mark(100, 9500, 9999));
    CHECK_FALSE(stock_numbers::passes_low_mark(9000, 9899, 9999));
}
