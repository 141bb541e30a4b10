#include <doctest/doctest.h>

#include "fixture.hpp"

using namespace loan_manager::fleet::testing;

namespace {

bool refused(const std::string& sql, const std::string& by) {
    try {
        Fleet::instance().sql(sql);
        return false;
    } catch (const std::runtime_error& error) {
        INFO(error.what());
        return std::string(error.what()).find(by) != std::string::npos;
    }
}

v1::Bike bought() {
    v1::Bike bike;
    Call call;
    call.key = "new";
    REQUIRE(Fleet::instance().procure(purchase("WW"), call, bike).ok());
    return bike;
}

}  // namespace

TEST_CASE("D-219 nobody edits the audit log or the ledger, not even their owner") {
    bought();
    CHECK(refused("UPDATE audit_log SET action = 'NOTHING_HAPPENED'", "append-only"));
    CHECK(refused("DELETE FROM audit_log", "append-only"));
    CHECK(refused("TRUNCATE cost_ledger", "append-only"));
    CHECK(refused("SET ROLE loan_manager_fleet; DELETE FROM audit_log", "permission denied"));
    CHECK(refused("SET ROLE loan_manager_fleet; UPDATE cost_ledger SET amount = 1", "permission denied"));
    CHECK(refused("SET ROLE loan_manager_fleet; DELETE FROM bicycles", "permission denied"));
    CHECK(refused("SET ROLE loan_manager_fleet; SELECT password_hash FROM auth.users", "permission denied"));
}

TEST_CASE("D-205 a bike's columns agree with its status") {
    const std::string one = " WHERE id = '" + bought().id() + "'";
    CHECK(refused("UPDATE bicycles SET status = 'SOLD'" + one, "bicycles_"));
    CHECK(refused("UPDATE bicycles SET status = 'ALLOCATED'" + one, "bicycles_allocation_rule"));
    CHECK(refused("UPDATE bicycles SET status = 'IN_TRANSIT'" + one, "bicycles_status_before_rule"));
    CHECK(refused("UPDATE bicycles SET current_stock_number = 'MA/WW/ST/9999'" + one, "bicycles_current_number_fkey"));
    CHECK(refused("UPDATE bicycles SET current_stock_number = NULL" + one, "bicycles_number_rule"));
    CHECK(refused("UPDATE bicycles SET company_id = (SELECT id FROM companies WHERE code = 'IN')" + one,
                  "bicycles_current_branch_fkey"));
    CHECK(refused("UPDATE bicycles SET purchase_price = 1" + one, "bicycles_purchase_rule"));
    CHECK(refused("UPDATE bicycles SET total_cost = 1" + one, "generated column"));
}

TEST_CASE("D-704 a reversal mirrors its original") {
    const auto bike = bought();
    const auto reversal = [&](const std::string& amount, const std::string& type) {
        return "INSERT INTO cost_ledger (id, bicycle_id, branch_id, entry_type, amount, entry_date, source_table, "
               "source_id, "
               "source_version, reverses_id, description, created_by) SELECT gen_random_uuid(), bicycle_id, branch_id, "
               "'" +
               type + "', " + amount +
               ", entry_date, source_table, source_id, source_version, id, 'test', created_by "
               "FROM cost_ledger WHERE bicycle_id = '" +
               bike.id() + "' AND reverses_id IS NULL";
    };
    CHECK(refused(reversal("-1", "PURCHASE"), "does not mirror"));
    CHECK(refused(reversal("amount", "PURCHASE"), "does not mirror"));
    CHECK(refused(reversal("-amount", "EXPENSE"), "does not mirror"));
}

TEST_CASE("D-801 active commission rules of a company never overlap") {
    const auto rule = [](const std::string& from, const std::string& to) {
        return "INSERT INTO commission_rules (id, company_id, name, base, buyer_share, seller_share, officer_share, "
               "effective_from, effective_to, created_by, updated_by) SELECT gen_random_uuid(), c.id, 'r', 'PROFIT', "
               "30, 50, "
               "10, '" +
               from + "', " + to + ", c.created_by, c.created_by FROM companies c WHERE code = 'MA'";
    };
    Fleet::instance().sql(rule("2020-01-01", "'2020-12-31'"));
    CHECK(refused(rule("2020-12-31", "NULL"), "commission_rules_overlap_excl"));
    Fleet::instance().sql(rule("2021-01-01", "NULL"));
}
