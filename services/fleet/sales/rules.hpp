#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fleet/bikes/state.hpp"
#include "loanmanager/fleet/v1/sales.pb.h"
#include "money/money.hpp"
#include "rpc/error.hpp"
#include "runtime/colombo_time.hpp"

/// The rules of a sale as pure functions: no I/O, no clock.
namespace loan_manager::fleet::sales {

namespace v1 = loanmanager::fleet::v1;

/// The parts a price is paid in (D-707).
struct Payment {
    v1::PaymentMethod method = v1::PAYMENT_METHOD_UNSPECIFIED;
    money::Money cash;
    money::Money bank;
    money::Money down;
    money::Money financed;
    money::Money trade_in;

    money::Money sum() const { return cash + bank + down + financed + trade_in; }
};
/// With aliases resolved, and CASH and BANK_TRANSFER defaulting to the whole price. The amounts must be well-formed.
Payment payment_of(const v1::SellBikeRequest& request);

/// D-707. Issues: `not_allowed` on an amount (or institution, or trade-in) that the method does not take; `required` on
/// one that it needs, `out_of_range` if that is given as zero; `mismatch` on `selling_price` unless the five amounts
/// sum to it, and on `payment_method` if a MIXED payment has fewer than two parts. The amounts must be well-formed.
std::vector<rpc::FieldIssue> check_payment(const v1::SellBikeRequest& request);

/// The day of the sale: today unless the request says otherwise. YYYY-MM-DD
std::string sale_date_of(const v1::SellBikeRequest& request, runtime::Date today);
/// Issues of dates and the trade-in's year that need nothing but the request and the calendar.
std::vector<rpc::FieldIssue> check_dates(const v1::SellBikeRequest& request, runtime::Date today);

/// Whether a date, both YYYY-MM-DD, lies before another.
bool is_before(const std::string& date, const std::string& other);

/// What a sale at this price yields (D-701), percentages rounded half-up away from zero (D-202).
struct Figures {
    money::Money total_cost;
    money::Money profit;
    money::Percent margin;
    std::optional<money::Percent> markup;  ///< Nothing at cost 0.

    bool is_loss() const { return profit < money::Money(); }
    /// Whether the percentages fit their columns; absurd prices produce absurd percentages.
    bool is_storable() const;
};
Figures figures_of(money::Money selling_price, money::Money total_cost);

/// Within 24 hours of its recording a sale may be edited and voided by one person (S2 to S4).
bool is_recent(runtime::WallTime recorded_at, runtime::WallTime now);

/// Issues of a PATCH that only the row can tell: delivery before the sale, an institution without financing or the
/// other way round (D-707).
std::vector<rpc::FieldIssue> check_patch(const v1::UpdateSaleRequest& request, const v1::Sale& sale);

/// An active user, as far as it matters to whom a sale is credited (D-808).
struct Officer {
    std::vector<std::string> branches;  ///< Those he is of.
};

/// Everything a sale is decided on that its request does not say by itself, read of the bike under lock – or, for a
/// preview, as it is.
struct Prospect {
    explicit Prospect(const v1::Bike& of) : bike(of) {}  ///< The bike must outlive it.

    const v1::Bike& bike;
    Figures figures;
    bikes::BikeFacts facts;
    bool branch_is_active = false;   ///< Of the branch where the bike stands, and of its company.
    std::optional<Officer> officer;  ///< Whom the sale would be credited to.
    std::string sale_date;
};
/// The rules of a sale and of its preview, which therefore answer alike. First the issues of what only the bike can
/// judge: an officer who is not one of the branch where it stands (unless another branch was named: then that is what
/// is wrong), a day on which it could not be sold yet, a price whose percentages no column holds.
std::vector<rpc::FieldIssue> check_terms(const Prospect& prospect);
/// Then the state: D-212 for the bike, BRANCH_INACTIVE. What a loss needs depends on who sells; a preview says that it
/// is one.
rpc::Result<void> check_sellable(const Prospect& prospect);

}  // namespace loan_manager::fleet::sales
