#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "fixture.hpp"
#include "testing/error_codes.hpp"

using namespace loan_manager::fleet::testing;

namespace {

Call as(const std::string& user) {
    Call call;
    call.user = user;
    return call;
}

// Twelve bikes of a brand of their own, spread over two branches.
const std::string& brand() {
    static const std::string name = [] {
        for (int i = 0; i < 12; ++i) {
            auto request = purchase(i % 3 == 0 ? "BD" : "MO");
            request.set_brand("Listed");
            request.set_model(i % 2 == 0 ? "Even" : "Odd");
            request.set_year(2010 + i / 2);
            request.set_purchase_price(std::to_string(100000 + (i * 7) % 12));
            request.set_procurement_date("2025-0" + std::to_string(1 + i % 9) + "-15");
            request.set_license_plate(fresh_plate());
            request.set_engine_number("LIST%_" + std::to_string(i));
            Call call;
            call.key = "new";
            v1::Bike bike;
            REQUIRE(Fleet::instance().procure(request, call, bike).ok());
        }
        return "Listed";
    }();
    return name;
}

std::vector<std::string> ids(const v1::BikeList& list) {
    std::vector<std::string> out;
    for (const auto& bike : list.items()) {
        out.push_back(bike.id());
    }
    return out;
}

v1::BikeList page(const v1::ListBikesRequest& request, const std::string& user = "admin") {
    v1::BikeList list;
    const auto outcome = Fleet::instance().list(request, as(user), list);
    REQUIRE_MESSAGE(outcome.ok(), outcome.code);
    return list;
}

v1::ListBikesRequest listed() {
    v1::ListBikesRequest request;
    request.set_brand(brand());
    return request;
}

}  // namespace

TEST_CASE("D-213 pages of every sort add up to the whole, without repetition, in order") {
    for (const char* sort :
         {"", "created_at", "-created_at", "procurement_date", "-procurement_date", "brand", "-brand", "year", "-year",
          "current_stock_number", "-current_stock_number", "purchase_price", "-purchase_price"}) {
        CAPTURE(sort);
        auto request = listed();
        if (*sort != '\0') {
            request.set_sort(sort);
        }
        const auto whole = page(request);
        CHECK(whole.items_size() == 12);
        CHECK(whole.total() == 12);
        CHECK_FALSE(whole.total_capped());
        CHECK_FALSE(whole.has_next_cursor());

        std::vector<std::string> gathered;
        request.set_limit(5);
        for (int pages = 0; pages < 3; ++pages) {
            const auto part = page(request);
            CHECK(part.total() == 12);
            for (const auto& id : ids(part)) {
                gathered.push_back(id);
            }
            CHECK(part.has_next_cursor() == (pages < 2));
            request.set_cursor(part.next_cursor());
        }
        CHECK(gathered == ids(whole));
    }
}

TEST_CASE("D-213 the default order is newest first, and a page that ends exactly has no next") {
    auto request = listed();
    request.set_limit(12);
    const auto whole = page(request);
    CHECK_FALSE(whole.has_next_cursor());
    for (int i = 1; i < whole.items_size(); ++i) {
        CHECK(whole.items(i - 1).id() > whole.items(i).id());  // UUIDv7
    }
}

TEST_CASE("D-213 a cursor of other filters is refused, with_total=false leaves the total out") {
    auto request = listed();
    request.set_limit(5);
    const auto first = page(request);
    request.set_cursor(first.next_cursor());
    request.set_year_from(2011);
    v1::BikeList list;
    CHECK(Fleet::instance().list(request, as("admin"), list).code == "BAD_CURSOR");
    request.set_cursor("nonsense");
    CHECK(Fleet::instance().list(request, as("admin"), list).code == "BAD_CURSOR");
    auto without = listed();
    without.set_with_total(false);
    CHECK_FALSE(page(without).has_total());
}

TEST_CASE("filters of GET /v1/bikes") {
    const auto count = [](const std::function<void(v1::ListBikesRequest&)>& set) {
        auto request = listed();
        set(request);
        return page(request).items_size();
    };
    CHECK(count([](auto& r) { r.set_branch_id("BD"); }) == 4);
    CHECK(count([](auto& r) { r.set_company_id("IN"); }) == 4);
    CHECK(count([](auto& r) { r.set_acquisition_branch_id("MO"); }) == 8);
    CHECK(count([](auto& r) {
              r.set_branch_id(Fleet::instance().value("SELECT id FROM branches WHERE code = 'BD'"));
          }) == 4);
    CHECK(count([](auto& r) { r.set_model("Even"); }) == 6);
    CHECK(count([](auto& r) { r.add_status(v1::BIKE_STATUS_IN_STOCK); }) == 12);
    CHECK(count([](auto& r) {
              r.add_status(v1::BIKE_STATUS_SOLD);
              r.add_status(v1::BIKE_STATUS_WRITTEN_OFF);
          }) == 0);
    CHECK(count([](auto& r) { r.set_allocation_kind(v1::ALLOCATION_KIND_CUSTOMER); }) == 0);
    CHECK(count([](auto& r) { r.set_year_from(2014); }) == 4);
    CHECK(count([](auto& r) { r.set_year_to(2010); }) == 2);
    CHECK(count([](auto& r) {
              r.set_procured_from("2025-02-15");
              r.set_procured_to("2025-03-15");
          }) == 4);
    CHECK(count([](auto& r) { r.set_age_over(30); }) == 12);
    CHECK(count([](auto& r) { r.set_age_over(100000); }) == 0);
    CHECK(count([](auto& r) { r.set_stock_number("in/bd/st"); }) == 4);
    // Wildcards are text.
    CHECK(count([](auto& r) { r.set_q("list%_1"); }) == 3);
    CHECK(count([](auto& r) { r.set_q("li_t%_1"); }) == 0);
    CHECK(count([](auto& r) { r.set_q("odd 20"); }) == 6);
    const auto plate = page(listed()).items(0).license_plate();
    CHECK(count([&](auto& r) { r.set_license_plate(plate); }) == 1);
    // However the client separates the groups.
    std::string typed = plate;
    std::replace(typed.begin(), typed.end(), '-', ' ');
    CHECK(count([&](auto& r) { r.set_license_plate(typed.substr(3)); }) == 1);
    CHECK(count([&](auto& r) { r.set_q(typed.substr(3)); }) == 1);
}

TEST_CASE("D-210 an unknown reference in a filter is a field issue") {
    auto request = listed();
    request.set_branch_id("NOPE");
    request.set_company_id("00000000-0000-7000-8000-00000000dead");
    v1::BikeList list;
    const auto outcome = Fleet::instance().list(request, as("admin"), list);
    CHECK(outcome.code == "VALIDATION");
    CHECK(outcome.issues == std::vector<std::string>{"company_id: not_found", "branch_id: not_found"});
    request = listed();
    request.set_limit(0);
    request.set_sort("color");
    CHECK(Fleet::instance().list(request, as("admin"), list).issues.size() == 2);
}

TEST_CASE("D-901 lists return exactly the covered rows") {
    CHECK(page(listed(), "manager-mo").items_size() == 8);
    CHECK(page(listed(), "manager-mo").total() == 8);
    CHECK(page(listed(), "head").items_size() == 4);
    CHECK(page(listed(), "viewer").items_size() == 12);
    CHECK(page(listed(), "mechanic").items_size() == 0);
    auto elsewhere = listed();
    elsewhere.set_branch_id("BD");
    CHECK(page(elsewhere, "manager-mo").items_size() == 0);
}
