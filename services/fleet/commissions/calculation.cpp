#include "fleet/commissions/calculation.hpp"

#include <algorithm>
#include <cstdint>

namespace loan_manager::fleet::commissions {
namespace {

money::Percent percent(const std::string& text) { return money::Percent::parse(text).value(); }

Payment to_branch(v1::CommissionKind kind, const PayeeBranch& branch, money::Percent share) {
    Payment payment;
    payment.kind = kind;
    payment.branch = branch;
    payment.share_percent = share;
    return payment;
}

// D-803: the percentage shares that have a payee, in the order that settles ties.
std::vector<Payment> claims_of(const Terms& terms, const SaleFacts& sale) {
    std::vector<Payment> claimed;
    claimed.push_back(to_branch(v1::COMMISSION_KIND_BUYER, sale.acquisition, terms.buyer_share));
    claimed.push_back(to_branch(v1::COMMISSION_KIND_SELLER, sale.selling, terms.seller_share));
    if (terms.garage_kind == v1::GARAGE_KIND_PERCENTAGE && sale.garage) {
        claimed.push_back(to_branch(v1::COMMISSION_KIND_GARAGE, *sale.garage, terms.garage_share));
    }
    if (sale.officer) {
        claimed.push_back(to_branch(v1::COMMISSION_KIND_SALES_OFFICER, sale.selling, terms.officer_share));
        claimed.back().payee_user_id = sale.officer;
    }
    return claimed;
}

// D-804: what is left of the pool, up to the fixed amount.
void add_fixed_garage(Calculation& result, const Terms& terms, const SaleFacts& sale) {
    if (terms.garage_kind != v1::GARAGE_KIND_FIXED || !sale.garage) {
        return;
    }
    Payment garage;
    garage.kind = v1::COMMISSION_KIND_GARAGE;
    garage.branch = *sale.garage;
    garage.amount = std::min(terms.garage_amount.value(), result.pool - result.distributed);
    const auto officer = std::find_if(result.payments.begin(), result.payments.end(), [](const Payment& payment) {
        return payment.kind == v1::COMMISSION_KIND_SALES_OFFICER;
    });
    result.payments.insert(officer, std::move(garage));
}

}  // namespace

Calculation calculate(const Terms& terms, const SaleFacts& sale) {
    const money::Money zero;
    Calculation result;
    result.base = terms.base == v1::COMMISSION_BASE_SALE_PRICE ? sale.selling_price : sale.profit;
    result.pool = money::share_of(result.base, terms.pool_rate);
    if (sale.profit <= zero && !terms.pay_on_loss) {
        result.outcome = Outcome::loss;
        return result;
    }
    if (result.pool <= zero) {
        result.outcome = Outcome::empty_pool;
        return result;
    }

    result.claims = claims_of(terms, sale);
    std::vector<std::int64_t> shares;
    std::int64_t sum = 0;
    for (const auto& claim : result.claims) {
        shares.push_back(claim.share_percent->hundredths());
        sum += shares.back();
    }
    result.claimed = money::Percent::from_hundredths(sum);
    result.distributed = money::share_of(result.pool, result.claimed);
    const auto amounts = money::split(result.distributed, shares);
    for (std::size_t i = 0; i < amounts.size(); ++i) {
        result.claims[i].amount = amounts[i];
    }
    result.payments = result.claims;
    add_fixed_garage(result, terms, sale);
    std::erase_if(result.payments, [&](const Payment& payment) { return payment.amount == zero; });
    return result;
}

Terms terms_of(const v1::CommissionRule& rule) {
    Terms terms;
    terms.base = rule.base();
    terms.pool_rate = percent(rule.pool_rate());
    terms.buyer_share = percent(rule.buyer_share());
    terms.seller_share = percent(rule.seller_share());
    terms.officer_share = percent(rule.officer_share());
    terms.garage_kind = rule.garage_kind();
    terms.garage_share = percent(rule.garage_share());
    if (rule.has_garage_amount()) {
        terms.garage_amount = money::Money::parse(rule.garage_amount()).value();
    }
    terms.pay_on_loss = rule.pay_on_loss();
    return terms;
}

std::string month_of(std::string_view date) { return std::string(date.substr(0, 7)); }

}  // namespace loan_manager::fleet::commissions
