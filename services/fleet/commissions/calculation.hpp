#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loanmanager/fleet/v1/commissions.pb.h"
#include "money/money.hpp"

/// What a commission rule makes of a sale (D-802 to D-806): pure arithmetic, used by the sale, its preview, the
/// explanation of an amount and the replay of a proposed rule alike.
namespace loan_manager::fleet::commissions {

namespace v1 = loanmanager::fleet::v1;

/// What a rule says about money.
struct Terms {
    v1::CommissionBase base = v1::COMMISSION_BASE_PROFIT;
    money::Percent pool_rate;
    money::Percent buyer_share;
    money::Percent seller_share;
    money::Percent officer_share;
    v1::GarageKind garage_kind = v1::GARAGE_KIND_NONE;
    money::Percent garage_share;                ///< Zero unless PERCENTAGE.
    std::optional<money::Money> garage_amount;  ///< Exactly with FIXED.
    bool pay_on_loss = false;
};

/// A branch that is paid.
struct PayeeBranch {
    std::string id;
    std::string code;
};

/// What a sale says about money and payees.
struct SaleFacts {
    money::Money selling_price;
    money::Money profit;  ///< P/L, negative for a loss.
    PayeeBranch acquisition;
    PayeeBranch selling;
    std::optional<PayeeBranch> garage;   ///< D-806; nothing: no row.
    std::optional<std::string> officer;  ///< `sold_by`; only imported sales may lack it.
};

/// One row to be paid.
struct Payment {
    v1::CommissionKind kind = v1::COMMISSION_KIND_UNSPECIFIED;
    PayeeBranch branch;
    std::optional<std::string> payee_user_id;
    std::optional<money::Percent> share_percent;  ///< Nothing for a fixed garage amount.
    money::Money amount;
};

/// Why nothing is paid at all (D-802).
enum class Outcome {
    pays,        ///< There is a pool; all of its shares may still come to nothing.
    loss,        ///< P/L ≤ 0 and the rule does not pay on a loss.
    empty_pool,  ///< The pool rounds to zero or is negative.
};

struct Calculation {
    Outcome outcome = Outcome::pays;
    money::Money base;
    money::Money pool;
    std::vector<Payment> claims;    ///< The percentage shares that have a payee, in order, with what each is given.
    money::Percent claimed;         ///< Σ of these shares.
    money::Money distributed;       ///< T: what they are paid together.
    std::vector<Payment> payments;  ///< Rows, in the order BUYER, SELLER, GARAGE, SALES_OFFICER; amounts above zero.
};

Calculation calculate(const Terms& terms, const SaleFacts& sale);

/// Terms of a stored or checked rule.
Terms terms_of(const v1::CommissionRule& rule);

/// Month of a date, YYYY-MM (D-807).
std::string month_of(std::string_view date);

}  // namespace loan_manager::fleet::commissions
