#include "fleet/transfers/rules.hpp"

#include <google/protobuf/descriptor.h>
#include <algorithm>

#include "access/reach.hpp"

namespace loan_manager::fleet::transfers {
namespace {

using money::Money;

// The largest amount that fits numeric(14,2).
constexpr Money largest = Money::from_cents(99'999'999'999'999);

// The parts of a breakdown are its fields, all of them optional texts.
template <class Visit>
void for_each_part(const v1::CostBreakdown& breakdown, Visit visit) {
    const auto* type = v1::CostBreakdown::descriptor();
    const auto* read = breakdown.GetReflection();
    for (int i = 0; i < type->field_count(); ++i) {
        if (const auto* part = type->field(i); read->HasField(breakdown, part)) {
            visit(part->name(), read->GetString(breakdown, part));
        }
    }
}

// Nothing if a part is no amount.
std::optional<Money> sum(const v1::CostBreakdown& breakdown) {
    std::optional<Money> total = Money();
    for_each_part(breakdown, [&](const std::string&, const std::string& amount) {
        const auto part = Money::parse(amount);
        total = total && part ? std::optional(*total + *part) : std::nullopt;
    });
    return total;
}

}  // namespace

std::vector<rpc::FieldIssue> check(const v1::RequestTransferRequest& request) {
    auto issues = check(costs_of(request));
    if (request.reason_code() == v1::TRANSFER_REASON_OTHER && !request.has_reason_note()) {
        issues.emplace_back("reason_note", validate::issue::required);
    }
    return issues;
}

rpc::Result<void> check_approver(const v1::Transfer& transfer, const access::Identity& approver) {
    if (transfer.requested_by() == approver.user_id && !access::has_role(approver, access::Role::admin)) {
        return rpc::Error("SELF_APPROVAL");
    }
    return {};
}

rpc::Result<void> check_status(const v1::Transfer& transfer, std::initializer_list<v1::TransferStatus> accepted,
                               std::string_view done) {
    if (std::find(accepted.begin(), accepted.end(), transfer.status()) != accepted.end()) {
        return {};
    }
    return rpc::Error("INVALID_STATE", "A transfer that is " + sql::token_of(transfer.status()) + " cannot be " +
                                           std::string(done) + ".");
}

bool is_delivery_day(const v1::Transfer& transfer, runtime::Date day, runtime::Date today) {
    return day >= runtime::colombo_date(sql::to_time(transfer.requested_at())) && day <= today;
}

bool is_for_workshop(const v1::Transfer& transfer, bool to_repair_center) {
    return to_repair_center && transfer.reason_code() == v1::TRANSFER_REASON_MAINTENANCE;
}

std::vector<rpc::FieldIssue> check(const Costs& costs) {
    std::vector<rpc::FieldIssue> issues;
    const auto parts = costs.breakdown != nullptr ? sum(*costs.breakdown) : std::nullopt;
    if (!parts) {
        return issues;
    }
    const auto total = costs.total ? Money::parse(*costs.total) : std::nullopt;
    if (*parts > largest) {
        issues.emplace_back("cost_breakdown", validate::issue::out_of_range);
    } else if (total && *total != *parts) {
        issues.emplace_back("cost_breakdown", validate::issue::mismatch);
    }
    return issues;
}

void apply(const Costs& costs, v1::Transfer& transfer) {
    if (costs.total) {
        transfer.set_transfer_cost(*costs.total);
    }
    if (costs.breakdown != nullptr) {
        *transfer.mutable_cost_breakdown() = *costs.breakdown;
        transfer.set_transfer_cost(sum(*costs.breakdown).value().to_string());
    } else if (transfer.has_cost_breakdown() &&
               sum(transfer.cost_breakdown()) != Money::parse(transfer.transfer_cost())) {
        transfer.clear_cost_breakdown();
    }
}

void approve(v1::Transfer& transfer, const std::string& by, sql::WallTime at) {
    transfer.set_status(v1::TRANSFER_STATUS_APPROVED);
    transfer.set_approved_by(by);
    sql::assign(*transfer.mutable_approved_at(), at);
    transfer.set_self_approved(by == transfer.requested_by());
}

void dispatch(v1::Transfer& transfer, const std::string& by, sql::WallTime at) {
    transfer.set_status(v1::TRANSFER_STATUS_IN_TRANSIT);
    transfer.set_dispatched_by(by);
    sql::assign(*transfer.mutable_dispatched_at(), at);
}

void complete(v1::Transfer& transfer, const std::string& by, sql::WallTime at, const std::string& delivered_on,
              const std::string& stock_number) {
    transfer.set_status(v1::TRANSFER_STATUS_COMPLETED);
    transfer.set_completed_by(by);
    sql::assign(*transfer.mutable_completed_at(), at);
    transfer.set_delivered_on(delivered_on);
    transfer.set_to_stock_number(stock_number);
}

void reject(v1::Transfer& transfer, const std::string& by, sql::WallTime at, const std::string& reason) {
    transfer.set_status(v1::TRANSFER_STATUS_REJECTED);
    transfer.set_rejected_by(by);
    sql::assign(*transfer.mutable_rejected_at(), at);
    transfer.set_close_reason(reason);
}

void cancel(v1::Transfer& transfer, const std::string& by, sql::WallTime at, const std::string& reason) {
    transfer.set_status(v1::TRANSFER_STATUS_CANCELLED);
    transfer.set_cancelled_by(by);
    sql::assign(*transfer.mutable_cancelled_at(), at);
    transfer.set_close_reason(reason);
}

}  // namespace loan_manager::fleet::transfers
