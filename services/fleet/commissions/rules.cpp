#include "fleet/commissions/rules.hpp"

#include <array>
#include <cstdint>

#include "fleet/commissions/rule_rows.hpp"
#include "money/money.hpp"
#include "sql/proto_values.hpp"
#include "sql/row_message.hpp"

namespace loan_manager::fleet::commissions {
namespace {

constexpr const char* default_pool_rate = "5.00";
constexpr std::int64_t whole = 100'00;

template <class Request>
v1::CommissionRule drafted(const Request& request) {
    v1::CommissionRule rule;
    sql::copy_fields(request, rule, {"company_id"});
    if (!request.has_pool_rate()) {
        rule.set_pool_rate(default_pool_rate);
    }
    if (!request.has_garage_share() && request.garage_kind() != v1::GARAGE_KIND_PERCENTAGE) {
        rule.set_garage_share("0.00");
    }
    return rule;
}

std::int64_t hundredths(const std::string& text) {
    const auto percent = money::Percent::parse(text);
    return percent ? percent->hundredths() : 0;
}

void check_shares(const v1::CommissionRule& rule, std::vector<rpc::FieldIssue>& issues) {
    struct Share {
        const char* field;
        std::int64_t hundredths;
    };
    const std::array shares{Share{"buyer_share", hundredths(rule.buyer_share())},
                            Share{"seller_share", hundredths(rule.seller_share())},
                            Share{"garage_share", hundredths(rule.garage_share())},
                            Share{"officer_share", hundredths(rule.officer_share())}};
    std::int64_t sum = 0;
    for (const auto& share : shares) {
        sum += share.hundredths;
    }
    for (const auto& share : shares) {
        if (sum > whole && share.hundredths > 0) {
            issues.emplace_back(share.field, validate::issue::out_of_range);
        }
    }
}

void check_garage(const v1::CommissionRule& rule, std::vector<rpc::FieldIssue>& issues) {
    if (rule.garage_kind() == v1::GARAGE_KIND_UNSPECIFIED) {
        return;  // reported as missing already
    }
    if (rule.garage_kind() == v1::GARAGE_KIND_PERCENTAGE) {
        if (rule.garage_share().empty()) {
            issues.emplace_back("garage_share", validate::issue::required);
        }
    } else if (hundredths(rule.garage_share()) > 0) {
        issues.emplace_back("garage_share", validate::issue::not_allowed);
    }
    const bool fixed = rule.garage_kind() == v1::GARAGE_KIND_FIXED;
    if (fixed && !rule.has_garage_amount()) {
        issues.emplace_back("garage_amount", validate::issue::required);
    } else if (!fixed && rule.has_garage_amount()) {
        issues.emplace_back("garage_amount", validate::issue::not_allowed);
    }
}

rpc::Result<void> in_use(const std::string& served_until) {
    return rpc::Error("RULE_IN_USE", "Commissions were earned by this rule until " + served_until +
                                         "; only its name and an end on or after that day may change. Let a new rule "
                                         "follow it.");
}

std::string status_text(const v1::Commission& commission) { return sql::token_of(commission.status()); }

// While a void is being decided nothing moves, whatever state the row is in.
rpc::Result<void> check_sale(v1::SaleStatus sale, const v1::Commission& commission) {
    if (sale == v1::SALE_STATUS_VOID_PENDING) {
        return rpc::Error("SALE_VOID_PENDING",
                          "The sale waits for a decision on its void; its commissions are frozen until then.");
    }
    if (sale == v1::SALE_STATUS_VOIDED && !commission.has_reverses_id()) {
        return rpc::Error("INVALID_STATE",
                          "The sale was voided; this commission is " + status_text(commission) + " for good.");
    }
    return {};
}

}  // namespace

v1::CommissionRule draft(const v1::CreateCommissionRuleRequest& request) {
    auto rule = drafted(request);
    rule.set_is_active(!request.has_is_active() || request.is_active());
    return rule;
}

v1::CommissionRule draft(const v1::ReplayCommissionRuleRequest& request) { return drafted(request); }

std::vector<rpc::FieldIssue> check(const v1::CommissionRule& rule) {
    std::vector<rpc::FieldIssue> issues;
    if (money::Percent::parse(rule.pool_rate()) && hundredths(rule.pool_rate()) == 0) {
        issues.emplace_back("pool_rate", validate::issue::out_of_range);
    }
    check_shares(rule, issues);
    check_garage(rule, issues);
    // ISO dates compare as texts.
    if (rule.has_effective_to() && rule.effective_to() < rule.effective_from()) {
        issues.emplace_back("effective_to", validate::issue::out_of_range);
    }
    return issues;
}

rpc::Result<void> check_change(const v1::CommissionRule& before, const v1::CommissionRule& after,
                               const std::optional<std::string>& served_until) {
    if (!served_until) {
        return {};
    }
    auto changed = rule_table().compare(before, after).after;
    for (const auto* free : {"name", "effective_to"}) {
        changed.erase(free);
    }
    if (!changed.empty() || (after.has_effective_to() && after.effective_to() < *served_until)) {
        return in_use(*served_until);
    }
    return {};
}

rpc::Result<void> check_overlap(const v1::CommissionRule& rule, const std::vector<v1::CommissionRule>& active) {
    if (!rule.is_active()) {
        return {};
    }
    // ISO dates compare as texts.
    const auto ends_before = [](const v1::CommissionRule& one, const v1::CommissionRule& other) {
        return one.has_effective_to() && one.effective_to() < other.effective_from();
    };
    for (const auto& other : active) {
        if (other.id() != rule.id() && !ends_before(rule, other) && !ends_before(other, rule)) {
            return rpc::Error("RULE_OVERLAP",
                              "The rule '" + other.name() + "' is in force from " + other.effective_from() +
                                  (other.has_effective_to() ? " until " + other.effective_to() : " without end") +
                                  "; end it or choose other dates.");
        }
    }
    return {};
}

rpc::Result<void> check_decider(const v1::Commission& commission, const access::Identity& caller) {
    if (commission.has_payee_user_id() && commission.payee_user_id() == caller.user_id) {
        return rpc::Error("SELF_APPROVAL", "Somebody else must decide about and pay your own commission.");
    }
    return {};
}

rpc::Result<void> check_reviewable(v1::SaleStatus sale, const v1::Commission& commission) {
    if (auto open = check_sale(sale, commission); !open) {
        return open;
    }
    if (commission.status() != v1::COMMISSION_STATUS_PENDING) {
        return rpc::Error("INVALID_STATE",
                          "Only a PENDING commission can be decided; this one is " + status_text(commission) + ".");
    }
    return {};
}

rpc::Result<void> check_payable(v1::SaleStatus sale, const v1::Commission& commission) {
    if (auto open = check_sale(sale, commission); !open) {
        return open;
    }
    if (commission.status() != v1::COMMISSION_STATUS_APPROVED) {
        return rpc::Error("INVALID_STATE",
                          "Only an APPROVED commission can be paid; this one is " + status_text(commission) + ".");
    }
    return {};
}

}  // namespace loan_manager::fleet::commissions
