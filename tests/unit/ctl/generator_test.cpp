#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "testing/error_codes.hpp"
#include "tools/commands/invariants.hpp"
#include "tools/seed/demo_bikes.hpp"
#include "tools/seed/demo_users.hpp"
#include "tools/seed/organisation.hpp"
#include "tools/seed/password_file.hpp"

using namespace loan_manager;
using namespace loan_manager::ctl;
using namespace std::chrono_literals;

namespace {

DemoBikeOptions options(int bikes = 190) {
    DemoBikeOptions result;
    result.bikes = bikes;
    result.last_day = 2026y / std::chrono::November / 21;
    return result;
}

/// Share in percent of the bikes for which it holds.
template <class Predicate>
double share(const std::vector<DemoBike>& bikes, Predicate predicate) {
    return 100.0 * static_cast<double>(std::ranges::count_if(bikes, predicate)) / static_cast<double>(bikes.size());
}

}  // namespace

TEST_CASE("D-304 D-305 the organisation: 2 companies, 19 branches, weights of 100 %") {
    CHECK(seed_companies().size() == 2);
    CHECK(seed_branches().size() == 19);
    int weights = 0;
    std::set<std::string_view> codes;
    for (const SeedBranch& branch : seed_branches()) {
        weights += branch.weight;
        CHECK(codes.insert(branch.code).second);
        CHECK(branch.is_repair_center == (branch.code == "BRC"));
    }
    CHECK(weights == 100);
}

TEST_CASE("L-01 the same input gives the same bikes, ids included; another seed others") {
    const auto one = generate_demo_bikes(options()), two = generate_demo_bikes(options());
    REQUIRE(one.size() == 190);
    for (std::size_t i = 0; i != one.size(); ++i) {
        REQUIRE(one[i].id == two[i].id);
        REQUIRE(one[i].purchase_price == two[i].purchase_price);
        REQUIRE(one[i].plate == two[i].plate);
        REQUIRE(one[i].procured_at == two[i].procured_at);
    }
    // Pinned: whoever changes the generator notices.
    CHECK(one.front().procured_at < one.back().procured_at);
    DemoBikeOptions other = options();
    other.seed = 43;
    CHECK(generate_demo_bikes(other).front().id != one.front().id);
}

TEST_CASE("L-02 L-03 branches, sources, models, plates, ages and prices follow the distributions") {
    const auto bikes = generate_demo_bikes(options(20'000));
    CHECK(share(bikes, [](auto& b) { return b.branch_code == "WW"; }) == doctest::Approx(9).epsilon(0.1));
    CHECK(share(bikes, [](auto& b) { return b.branch_code == "BRC"; }) == doctest::Approx(1).epsilon(0.3));
    CHECK(share(bikes, [](auto& b) { return b.source == "CUSTOMER"; }) == doctest::Approx(60).epsilon(0.05));
    CHECK(share(bikes, [](auto& b) { return b.source == "OTHER"; }) == doctest::Approx(10).epsilon(0.1));
    CHECK(share(bikes, [](auto& b) { return b.model == "Pulsar 150"; }) == doctest::Approx(20).epsilon(0.1));
    CHECK(share(bikes, [](auto& b) { return b.plate.has_value(); }) == doctest::Approx(98).epsilon(0.01));
    CHECK(share(bikes, [](auto& b) { return b.frame_number.has_value(); }) == doctest::Approx(90).epsilon(0.02));
    CHECK(share(bikes, [](auto& b) { return b.marks.has_value(); }) == doctest::Approx(30).epsilon(0.05));
    CHECK(share(bikes, [](auto& b) { return b.reservation.has_value(); }) == doctest::Approx(3).epsilon(0.01));
    std::set<std::string> plates, frames, engines;
    std::map<std::string, int> last;
    for (const DemoBike& bike : bikes) {
        CHECK(bike.purchase_price >= 40'000);
        CHECK(bike.purchase_price % 500 == 0);
        const int age = int(bike.procurement_date.year()) - bike.year;
        CHECK((age >= 1 && age <= 12));
        CHECK(bike.frame_number.has_value() == bike.engine_number.has_value());
        CHECK((!bike.plate_key || plates.insert(*bike.plate_key).second));
        CHECK((!bike.frame_number ||
               (frames.insert(*bike.frame_number).second && engines.insert(*bike.engine_number).second)));
        // Numbers follow time within a branch.
        CHECK(bike.place_in_branch == ++last[bike.branch_code]);
        CHECK(std::chrono::sys_days(bike.procurement_date) <= std::chrono::sys_days(options().last_day));
        CHECK(std::chrono::sys_days(bike.procurement_date) >
              std::chrono::sys_days(options().last_day) - std::chrono::days(180));
    }
}

TEST_CASE("L-06 the demo users: 155 people, unique names, right scopes") {
    const auto users = demo_users();
    std::map<std::string, int> roles;
    std::set<std::string> names;
    for (const DemoUser& user : users) {
        CHECK(names.insert(user.username).second);
        CHECK(user.username.size() >= 3);
        CHECK(!user.full_name.empty());
        REQUIRE(user.roles.size() == 1);
        ++roles[user.roles[0]];
        CHECK(user.company_codes.size() == (user.roles[0] == "head_manager" ? 1 : 0));
        const bool of_branch = user.roles[0] == "branch_manager" || user.roles[0] == "sales_agent" ||
                               user.roles[0] == "mechanic" || user.roles[0] == "workshop_manager";
        CHECK(user.branch_codes.size() == (of_branch ? 1 : 0));
    }
    CHECK(users.size() == 155);
    CHECK(roles == std::map<std::string, int>{{"admin", 1},
                                              {"head_manager", 2},
                                              {"inventory_manager", 2},
                                              {"finance_officer", 3},
                                              {"auditor", 1},
                                              {"viewer", 2},
                                              {"branch_manager", 19},
                                              {"sales_agent", 76},
                                              {"mechanic", 48},
                                              {"workshop_manager", 1}});
    CHECK(names.contains("admin"));
    CHECK(names.contains("ww.manager"));
    CHECK(names.contains(branch_username("WW", 1)));
    CHECK(demo_users()[5].full_name == users[5].full_name);
}

TEST_CASE("made-up passwords are long enough and different") {
    std::set<std::string> seen;
    for (int i = 0; i != 100; ++i) {
        const std::string password = make_password();
        CHECK(password.size() == 14);
        CHECK(seen.insert(password).second);
    }
}

TEST_CASE("the invariants are compiled in") {
    REQUIRE(invariants().size() == 28);
    CHECK(invariants()[0].id == "I-01");
    CHECK(invariants()[27].id == "I-28");
    for (const Invariant& invariant : invariants()) {
        CHECK(!invariant.title.empty());
        CHECK(invariant.sql.find("SELECT") != std::string_view::npos);
    }
}
