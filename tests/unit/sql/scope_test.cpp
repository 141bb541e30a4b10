#include "sql/scope.hpp"

#include <doctest/doctest.h>

#include "sql/keyset_query.hpp"

using namespace loan_manager;

namespace {

access::Reach reach(std::vector<std::string> companies, std::vector<std::string> branches) {
    access::Reach reach;
    reach.companies = std::move(companies);
    reach.branches = std::move(branches);
    return reach;
}

}  // namespace

TEST_CASE("D-901 reach as a condition has nothing in it that the reach does not need") {
    postgres::Params params;
    CHECK(sql::covers(params, access::Reach::everything(), {"t.branch_id"}) == "true");
    CHECK(sql::covers(params, access::Reach(), {"t.branch_id"}) == "false");
    CHECK(params.size() == 0);
    CHECK(sql::covers(params, reach({}, {"a"}), {"t.branch_id"}) == "(t.branch_id = ($1::uuid[])[1])");
    CHECK(sql::covers(params, reach({}, {"a", "b"}), {"t.branch_id"}) == "(t.branch_id = ANY ($2::uuid[]))");
    CHECK(sql::covers(params, reach({"c"}, {}), {"t.branch_id", "t.company_id"}) ==
          "(t.company_id = ANY ($3::uuid[]))");
    CHECK(sql::covers(params, reach({"c"}, {}), {"t.branch_id"}) ==
          "(t.branch_id IN (SELECT s.id FROM fleet.branches s WHERE s.company_id = ANY ($4::uuid[])))");
}

TEST_CASE("D-901 own rows count only where the row is assigned to somebody") {
    access::Reach own;
    own.self = true;
    own.user_id = "me";
    postgres::Params params;
    CHECK(sql::covers(params, own, {"j.branch_id"}) == "false");
    CHECK(sql::covers(params, own, {.branch = "j.branch_id", .assignee = "j.mechanic_id"}) ==
          "(j.mechanic_id = $1::uuid)");
}

TEST_CASE("D-901 a fixed statement takes every reach as the same four parameters") {
    postgres::Params params;
    sql::add_scope(params, reach({"c"}, {"b"}));
    CHECK(params.size() == 4);
    CHECK(sql::covers_always(2, {"s.branch_id", "s.company_id"}) ==
          "($2::boolean OR s.company_id = ANY ($3::uuid[]) OR s.branch_id = ANY ($4::uuid[]) OR ($5::uuid IS NOT NULL "
          "AND "
          "false))");
    CHECK(
        sql::covers_company_always(2, "r.company_id") ==
        "($2::boolean OR r.company_id = ANY ($3::uuid[]) OR r.company_id IN (SELECT s.company_id FROM fleet.branches s "
        "WHERE s.id = ANY ($4::uuid[])) OR ($5::uuid IS NOT NULL AND false))");
}

TEST_CASE("A company is covered by reach on it or on one of its branches") {
    postgres::Params params;
    CHECK(sql::covers_company(params, access::Reach::everything(), "c.id") == "true");
    CHECK(sql::covers_company(params, reach({}, {"b"}), "c.id") ==
          "(c.id = ANY ($1::uuid[]) OR c.id IN (SELECT s.company_id FROM fleet.branches s WHERE s.id = ANY "
          "($2::uuid[])))");
}

TEST_CASE("D-213 a text is searched for as it stands, whatever LIKE would make of it") {
    CHECK(sql::pattern_containing("a_b%\\") == "%a\\_b\\%\\\\%");
    CHECK(sql::pattern_containing("") == "%%");
}
