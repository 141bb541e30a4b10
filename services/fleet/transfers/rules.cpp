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

boost::json::value or_null(const std::optional<std::string>& text) {
    return text ? boost::json::value(*text) : boost::json::value(nullptr);
}

boost::json::value time_or_null(bool is_set, const google::protobuf::Timestamp& time) {
    return is_set ? boost::json::value(runtime::format_rfc3339(to_time(time))) : boost::json::value(nullptr);
}

}  // namespace

std::vector<rpc::FieldIssue> check(const v1::RequestTransferRequest& request) {
    auto issues = check(costs_of(request));
    if (request.reason_code() == v1::TRANSFER_REASON_OTHER && !request.has_reason_note()) {
        issues.emplace_back("reason_note", std::string(validate::issue::required));
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
    return rpc::Error("INVALID_STATE",
                      "A transfer that is " + token_of(transfer.status()) + " cannot be " + std::string(done) + ".");
}

bool is_delivery_day(const v1::Transfer& transfer, runtime::Date day, runtime::Date today) {
    return day >= runtime::colombo_date(to_time(transfer.requested_at())) && day <= today;
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
        issues.emplace_back("cost_breakdown", std::string(validate::issue::out_of_range));
    } else if (total && *total != *parts) {
        issues.emplace_back("cost_breakdown", std::string(validate::issue::mismatch));
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

boost::json::object to_json(const v1::CostBreakdown& breakdown) {
    boost::json::object parts;
    for_each_part(breakdown, [&](const std::string& name, const std::string& amount) { parts.emplace(name, amount); });
    return parts;
}

v1::CostBreakdown to_breakdown(const boost::json::object& parts) {
    v1::CostBreakdown breakdown;
    for (const auto& [name, amount] : parts) {
        if (const auto* part = v1::CostBreakdown::descriptor()->FindFieldByName(std::string(name))) {
            breakdown.GetReflection()->SetString(&breakdown, part, std::string(amount.as_string()));
        }
    }
    return breakdown;
}

void approve(v1::Transfer& transfer, const std::string& by, WallTime at) {
    transfer.set_status(v1::TRANSFER_STATUS_APPROVED);
    transfer.set_approved_by(by);
    assign(*transfer.mutable_approved_at(), at);
    transfer.set_self_approved(by == transfer.requested_by());
}

void dispatch(v1::Transfer& transfer, const std::string& by, WallTime at) {
    transfer.set_status(v1::TRANSFER_STATUS_IN_TRANSIT);
    transfer.set_dispatched_by(by);
    assign(*transfer.mutable_dispatched_at(), at);
}

void complete(v1::Transfer& transfer, const std::string& by, WallTime at, const std::string& delivered_on,
              const std::string& stock_number) {
    transfer.set_status(v1::TRANSFER_STATUS_COMPLETED);
    transfer.set_completed_by(by);
    assign(*transfer.mutable_completed_at(), at);
    transfer.set_delivered_on(delivered_on);
    transfer.set_to_stock_number(stock_number);
}

void reject(v1::Transfer& transfer, const std::string& by, WallTime at, const std::string& reason) {
    transfer.set_status(v1::TRANSFER_STATUS_REJECTED);
    transfer.set_rejected_by(by);
    assign(*transfer.mutable_rejected_at(), at);
    transfer.set_close_reason(reason);
}

void cancel(v1::Transfer& transfer, const std::string& by, WallTime at, const std::string& reason) {
    transfer.set_status(v1::TRANSFER_STATUS_CANCELLED);
    transfer.set_cancelled_by(by);
    assign(*transfer.mutable_cancelled_at(), at);
    transfer.set_close_reason(reason);
}

boost::json::object facts(const v1::Transfer& transfer) {
    boost::json::object out;
    out["status"] = token_of(transfer.status());
    out["from_branch_id"] = transfer.from_branch_id();
    out["to_branch_id"] = transfer.to_branch_id();
    out["reason_code"] = token_of(transfer.reason_code());
    out["reason_note"] = or_null(LM_MAYBE(transfer, reason_note));
    out["reference_doc_no"] = or_null(LM_MAYBE(transfer, reference_doc_no));
    out["expected_delivery_date"] = or_null(LM_MAYBE(transfer, expected_delivery_date));
    out["transfer_cost"] = transfer.transfer_cost();
    out["cost_breakdown"] = nullptr;
    if (transfer.has_cost_breakdown()) {
        out["cost_breakdown"] = to_json(transfer.cost_breakdown());
    }
    out["from_stock_number"] = transfer.from_stock_number();
    out["to_stock_number"] = or_null(LM_MAYBE(transfer, to_stock_number));
    out["is_inter_company"] = transfer.is_inter_company();
    out["approved_by"] = or_null(LM_MAYBE(transfer, approved_by));
    out["approved_at"] = time_or_null(transfer.has_approved_at(), transfer.approved_at());
    out["self_approved"] = transfer.self_approved();
    out["dispatched_by"] = or_null(LM_MAYBE(transfer, dispatched_by));
    out["dispatched_at"] = time_or_null(transfer.has_dispatched_at(), transfer.dispatched_at());
    out["completed_by"] = or_null(LM_MAYBE(transfer, completed_by));
    out["completed_at"] = time_or_null(transfer.has_completed_at(), transfer.completed_at());
    out["delivered_on"] = or_null(LM_MAYBE(transfer, delivered_on));
    out["rejected_by"] = or_null(LM_MAYBE(transfer, rejected_by));
    out["rejected_at"] = time_or_null(transfer.has_rejected_at(), transfer.rejected_at());
    out["cancelled_by"] = or_null(LM_MAYBE(transfer, cancelled_by));
    out["cancelled_at"] = time_or_null(transfer.has_cancelled_at(), transfer.cancelled_at());
    out["close_reason"] = or_null(LM_MAYBE(transfer, close_reason));
    out["notes"] = or_null(LM_MAYBE(transfer, notes));
    return out;
}

}  // namespace loan_manager::fleet::transfers
