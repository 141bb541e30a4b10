#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "fleet/transfers/rows.hpp"
#include "fleet/transfers/rules.hpp"
#include "sql/row_message.hpp"
#include "testing/error_codes.hpp"

using namespace loan_manager::fleet;
using namespace loan_manager::fleet::transfers;
using loan_manager::access::Identity;
using loan_manager::runtime::Date;

namespace {

constexpr const char* requester = "01900000-0000-7000-8000-000000000001";
constexpr const char* somebody = "01900000-0000-7000-8000-000000000002";

Date day(unsigned of_november) {
    return Date{std::chrono::year{2026}, std::chrono::month{11}, std::chrono::day{of_november}};
}

Identity user(const char* id, const char* role) {
    Identity identity;
    identity.user_id = id;
    identity.roles = {role};
    return identity;
}

// Requested at 23:59 of 22 November in Colombo, which is 18:29 UTC.
v1::Transfer pending() {
    v1::Transfer transfer;
    transfer.set_status(v1::TRANSFER_STATUS_PENDING);
    transfer.set_reason_code(v1::TRANSFER_REASON_MAINTENANCE);
    transfer.set_requested_by(requester);
    transfer.set_transfer_cost("1500.00");
    const auto night = loan_manager::runtime::colombo_instant(day(22), std::chrono::minutes(23 * 60 + 59));
    loan_manager::sql::assign(*transfer.mutable_requested_at(), night);
    return transfer;
}

v1::CostBreakdown parts(const char* transport, const char* fuel) {
    v1::CostBreakdown breakdown;
    breakdown.set_transport_fee(transport);
    breakdown.set_fuel(fuel);
    return breakdown;
}

Costs costs(const char* total, const v1::CostBreakdown* breakdown) {
    Costs given;
    if (total != nullptr) {
        given.total = total;
    }
    given.breakdown = breakdown;
    return given;
}

// The only issue as "field:issue", "" if there is none.
std::string issue(const std::vector<loan_manager::rpc::FieldIssue>& issues) {
    REQUIRE(issues.size() <= 1);
    return issues.empty() ? "" : issues.front().field + ":" + issues.front().issue;
}

}  // namespace

TEST_CASE("T1 a reason of OTHER needs a note") {
    v1::RequestTransferRequest request;
    request.set_reason_code(v1::TRANSFER_REASON_OTHER);
    CHECK(issue(check(request)) == "reason_note:required");
    request.set_reason_note("Exhibition");
    CHECK(issue(check(request)).empty());
    request.clear_reason_note();
    request.set_reason_code(v1::TRANSFER_REASON_CONSOLIDATION);
    CHECK(issue(check(request)).empty());
}

TEST_CASE("T2 nobody but an admin approves his own request; an admin's is marked") {
    const auto transfer = pending();
    CHECK(check_approver(transfer, user(somebody, "branch_manager")).has_value());
    CHECK(check_approver(transfer, user(requester, "admin")).has_value());
    const auto own = check_approver(transfer, user(requester, "branch_manager"));
    REQUIRE(own.has_error());
    CHECK(own.error().code == "SELF_APPROVAL");

    auto by_other = pending();
    approve(by_other, somebody, loan_manager::sql::WallTime{});
    CHECK(by_other.status() == v1::TRANSFER_STATUS_APPROVED);
    CHECK(by_other.approved_by() == somebody);
    CHECK_FALSE(by_other.self_approved());
    auto by_himself = pending();
    approve(by_himself, requester, loan_manager::sql::WallTime{});
    CHECK(by_himself.self_approved());
}

TEST_CASE("D-212 a transfer in another state says which one it is in") {
    auto transfer = pending();
    CHECK(check_status(transfer, {v1::TRANSFER_STATUS_PENDING}, "approved").has_value());
    transfer.set_status(v1::TRANSFER_STATUS_COMPLETED);
    const auto refused =
        check_status(transfer, {v1::TRANSFER_STATUS_PENDING, v1::TRANSFER_STATUS_APPROVED}, "rejected");
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == "INVALID_STATE");
    CHECK(refused.error().message == "A transfer that is COMPLETED cannot be rejected.");
}

TEST_CASE("T4 delivered neither before the Colombo day of the request nor in the future") {
    const auto transfer = pending();
    CHECK_FALSE(is_delivery_day(transfer, day(21), day(25)));
    CHECK(is_delivery_day(transfer, day(22), day(25)));
    CHECK(is_delivery_day(transfer, day(25), day(25)));
    CHECK_FALSE(is_delivery_day(transfer, day(26), day(25)));
}

TEST_CASE("B6 only a bike sent to a repair centre for maintenance goes to the workshop") {
    auto transfer = pending();
    CHECK(is_for_workshop(transfer, true));
    CHECK_FALSE(is_for_workshop(transfer, false));
    transfer.set_reason_code(v1::TRANSFER_REASON_CONSOLIDATION);
    CHECK_FALSE(is_for_workshop(transfer, true));
}

TEST_CASE("cost_breakdown sums to transfer_cost where both are given") {
    const auto breakdown = parts("1000.00", "500.00");
    CHECK(issue(check(costs("1500.00", &breakdown))).empty());
    CHECK(issue(check(costs(nullptr, &breakdown))).empty());
    CHECK(issue(check(costs("1500.00", nullptr))).empty());
    CHECK(issue(check(costs("1500.01", &breakdown))) == "cost_breakdown:mismatch");
    const v1::CostBreakdown empty;
    CHECK(issue(check(costs("0.00", &empty))).empty());
    CHECK(issue(check(costs("1.00", &empty))) == "cost_breakdown:mismatch");
    const auto unsound = parts("abc", "500.00");  // has an issue of its own
    CHECK(issue(check(costs("1500.00", &unsound))).empty());
    const auto huge = parts("999999999999.99", "0.01");
    CHECK(issue(check(costs(nullptr, &huge))) == "cost_breakdown:out_of_range");
}

TEST_CASE("costs given later replace what they contradict and leave the rest") {
    const auto breakdown = parts("1000.00", "500.00");

    auto transfer = pending();
    apply(costs(nullptr, &breakdown), transfer);
    CHECK(transfer.transfer_cost() == "1500.00");
    REQUIRE(transfer.has_cost_breakdown());

    apply(costs(nullptr, nullptr), transfer);
    CHECK(transfer.transfer_cost() == "1500.00");
    CHECK(transfer.cost_breakdown().fuel() == "500.00");

    apply(costs("1500.00", nullptr), transfer);
    CHECK(transfer.has_cost_breakdown());

    apply(costs("1600.00", nullptr), transfer);
    CHECK(transfer.transfer_cost() == "1600.00");
    CHECK_FALSE(transfer.has_cost_breakdown());

    const auto other = parts("0.10", "0.20");
    apply(costs("0.30", &other), transfer);
    CHECK(transfer.transfer_cost() == "0.30");
    CHECK(transfer.cost_breakdown().transport_fee() == "0.10");
}

TEST_CASE("a breakdown is stored with the parts that are given") {
    const auto breakdown = parts("1000.00", "500.00");
    const auto json = loan_manager::sql::texts_of(breakdown);
    CHECK(json == boost::json::object{{"transport_fee", "1000.00"}, {"fuel", "500.00"}});
    v1::CostBreakdown again;
    CHECK(loan_manager::sql::read_texts(json, again));
    CHECK(again.SerializeAsString() == breakdown.SerializeAsString());
}

TEST_CASE("D-219 audit rows of a transfer show who did what") {
    const auto before = pending();
    auto after = before;
    dispatch(after, somebody, loan_manager::sql::WallTime{});
    const auto shown = transfer_table().compare(before, after);
    CHECK(shown.before.at("status") == "PENDING");
    CHECK(shown.after.at("status") == "IN_TRANSIT");
    CHECK(shown.before.at("dispatched_by").is_null());
    CHECK(shown.after.at("dispatched_by") == somebody);
    CHECK(shown.after.at("dispatched_at") == "1970-01-01T00:00:00.000Z");
    CHECK_FALSE(shown.after.contains("approved_by"));
    CHECK_FALSE(shown.after.contains("transfer_cost"));
    CHECK(transfer_table().created(before).after.at("transfer_cost") == "1500.00");
}
