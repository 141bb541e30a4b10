#include "fleet/commissions/explanation.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "sql/proto_values.hpp"

namespace loan_manager::fleet::commissions {
namespace {

using money::Money;

std::string percent(money::Percent share) { return share.to_string() + " %"; }

std::string joined(const std::vector<std::string>& texts, const std::string& separator) {
    std::string out;
    for (const auto& text : texts) {
        out += (out.empty() ? "" : separator) + text;
    }
    return out;
}

/// A part of T before the cents that rounding leaves are given out.
struct Cut {
    Money whole;            ///< Exact part, cut to whole cents.
    std::int64_t rest = 0;  ///< What was cut off, in ten-thousandths of a cent.
};
// T is at most 14 digits and a share 5, so the product fits 64 bits.
Cut cut_of(const Calculation& calculation, const Payment& claim) {
    Cut cut;
    if (const auto claimed = calculation.claimed.hundredths(); claimed > 0) {
        const std::int64_t exact = calculation.distributed.cents() * claim.share_percent->hundredths();
        cut.whole = Money::from_cents(exact / claimed);
        cut.rest = exact % claimed * 10'000 / claimed;
    }
    return cut;
}

class Explanation {
public:
    Explanation(const Frozen& frozen, bool costs_visible)
        : frozen_(frozen),
          terms_(terms_of(frozen.rule)),
          calculation_(calculate(terms_, frozen.sale)),
          costs_visible_(costs_visible) {}

    v1::CommissionExplanation make() {
        const auto& commission = frozen_.commission;
        answer_.set_commission_id(commission.id());
        answer_.set_sale_id(commission.sale_id());
        answer_.set_invoice_no(frozen_.invoice_no);
        answer_.set_kind(commission.kind());
        answer_.set_amount(commission.amount());
        explain_rule();
        explain_pool();
        explain_shares();
        explain_split();
        explain_amount();
        compare();
        return std::move(answer_);
    }

private:
    void line(std::string label, std::string formula, std::optional<std::string> value = std::nullopt) {
        auto& added = *answer_.add_lines();
        added.set_label(std::move(label));
        added.set_formula(std::move(formula));
        if (value) {
            added.set_value(*std::move(value));
        }
    }

    void explain_rule() {
        const auto& rule = frozen_.rule;
        line("Rule", "'" + rule.name() + "' of company " + rule.company_code() + ", in force on the sale date " +
                         frozen_.sale_date);
    }

    std::string cost_formula() const {
        Money sum;
        for (const auto part : frozen_.cost_parts) {
            sum += part;
        }
        if (sum != frozen_.total_cost) {
            return "as frozen when the sale was recorded";
        }
        const auto& parts = frozen_.cost_parts;
        return parts[0].to_string() + " purchase + " + parts[1].to_string() + " expenses + " + parts[2].to_string() +
               " repairs + " + parts[3].to_string() + " transfers";
    }

    void explain_pool() {
        const bool by_price = terms_.base == v1::COMMISSION_BASE_SALE_PRICE;
        if (!costs_visible_) {
            line("Pool", percent(terms_.pool_rate) + (by_price ? " of the selling price" : " of the profit"));
            return;
        }
        const auto& sale = frozen_.sale;
        line("Total cost", cost_formula(), frozen_.total_cost.to_string());
        line("Profit",
             sale.selling_price.to_string() + " selling price − " + frozen_.total_cost.to_string() + " total cost",
             sale.profit.to_string());
        line("Base", by_price ? "the selling price" : "the profit", calculation_.base.to_string());
        line("Pool", percent(terms_.pool_rate) + " of " + calculation_.base.to_string() + ", rounded to the cent",
             calculation_.pool.to_string());
    }

    void explain_shares() {
        const auto& sale = frozen_.sale;
        line("Share of BUYER", "branch " + sale.acquisition.code + " bought the bike", percent(terms_.buyer_share));
        line("Share of SELLER", "branch " + sale.selling.code + " sold it", percent(terms_.seller_share));
        const std::string garage = sale.garage
                                       ? "branch " + sale.garage->code + " completed the last stock job before the sale"
                                       : "unclaimed: no stock job was completed before the sale";
        if (terms_.garage_kind == v1::GARAGE_KIND_PERCENTAGE) {
            line("Share of GARAGE", garage, percent(terms_.garage_share));
        } else if (terms_.garage_kind == v1::GARAGE_KIND_FIXED) {
            line("Fixed amount of GARAGE", garage, terms_.garage_amount.value().to_string());
        }
        line("Share of SALES_OFFICER", sale.officer ? "credited with the sale" : "unclaimed: nobody is credited",
             percent(terms_.officer_share));

        std::vector<std::string> shares;
        for (const auto& claim : calculation_.claims) {
            shares.push_back(claim.share_percent->to_string());
        }
        line("Shares with a payee", joined(shares, " + "), percent(calculation_.claimed));
    }

    void explain_split() {
        if (!costs_visible_) {
            return;
        }
        const auto total = calculation_.distributed.to_string();
        line("To distribute",
             percent(calculation_.claimed) + " of " + calculation_.pool.to_string() + ", rounded to the cent", total);
        Money left = calculation_.distributed;
        std::vector<std::string> lucky;
        for (const auto& claim : calculation_.claims) {
            const auto cut = cut_of(calculation_, claim);
            const auto kind = sql::token_of(claim.kind);
            left -= cut.whole;
            if (claim.amount > cut.whole) {
                lucky.push_back(kind);
            }
            line("Part of " + kind,
                 total + " × " + claim.share_percent->to_string() + " ÷ " + calculation_.claimed.to_string() +
                     ", cut to whole cents; remainder " + Money::from_cents((cut.rest + 50) / 100).to_string() +
                     " of a cent",
                 cut.whole.to_string());
        }
        line("Cents left over",
             lucky.empty() ? "nothing was cut off" : "one each to the largest remainders: " + joined(lucky, ", "),
             left.to_string());
    }

    void explain_amount() {
        const auto& commission = frozen_.commission;
        const bool fixed =
            terms_.garage_kind == v1::GARAGE_KIND_FIXED && commission.kind() == v1::COMMISSION_KIND_GARAGE;
        if (fixed) {
            explain_fixed();
        } else {
            explain_part();
        }
        if (commission.has_reverses_id()) {
            line("Counter-row", "takes back what had been paid before the sale was voided", commission.amount());
        }
    }

    void explain_fixed() {
        const auto amount = amount_of_kind().to_string();
        if (costs_visible_) {
            const auto left = calculation_.pool - calculation_.distributed;
            line("Left of the pool", calculation_.pool.to_string() + " − " + calculation_.distributed.to_string(),
                 left.to_string());
            line("Commission of GARAGE",
                 "the smaller of " + terms_.garage_amount.value().to_string() + " and " + left.to_string(), amount);
        } else {
            line("Commission of GARAGE", "the fixed amount, at most what the shares leave of the pool", amount);
        }
    }

    void explain_part() {
        const auto label = "Commission of " + sql::token_of(frozen_.commission.kind());
        const auto amount = amount_of_kind();
        const auto claim = std::find_if(calculation_.claims.begin(), calculation_.claims.end(),
                                        [&](const auto& one) { return one.kind == frozen_.commission.kind(); });
        if (claim == calculation_.claims.end()) {
            line(label, "the rule gives this payee nothing", amount.to_string());
        } else if (!costs_visible_) {
            line(label, percent(*claim->share_percent) + " of the pool", amount.to_string());
        } else {
            const auto whole = cut_of(calculation_, *claim).whole;
            line(label, whole.to_string() + (amount > whole ? " + 0.01 for its remainder" : ""), amount.to_string());
        }
    }

    Money amount_of_kind() const {
        for (const auto& payment : calculation_.payments) {
            if (payment.kind == frozen_.commission.kind()) {
                return payment.amount;
            }
        }
        return {};
    }

    // The first stored figure that the recomputation does not give.
    void compare() {
        const auto& stored = frozen_.commission;
        const auto amount = stored.has_reverses_id() ? -amount_of_kind() : amount_of_kind();
        std::optional<std::string> differs;
        const auto require = [&](const char* what, const std::string& kept, const std::string& found, bool shown) {
            if (!differs && kept != found) {
                differs = std::string("The stored ") + what +
                          (shown ? " is " + kept + ", the frozen facts and the rule give " + found + "."
                                 : " differs from what the frozen facts and the rule give.");
            }
        };
        require("rate of the pool", stored.pool_rate(), terms_.pool_rate.to_string(), true);
        require("base", stored.base_amount(), calculation_.base.to_string(), costs_visible_);
        require("pool", stored.pool_amount(), calculation_.pool.to_string(), costs_visible_);
        require("amount", stored.amount(), amount.to_string(), true);
        answer_.set_reproduced(!differs);
        if (differs) {
            answer_.set_problem(*std::move(differs));
        }
    }

    const Frozen& frozen_;
    Terms terms_;
    Calculation calculation_;
    bool costs_visible_;
    v1::CommissionExplanation answer_;
};

}  // namespace

v1::CommissionExplanation explain(const Frozen& frozen, bool costs_visible) {
    return Explanation(frozen, costs_visible).make();
}

}  // namespace loan_manager::fleet::commissions
