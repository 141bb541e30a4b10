#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commands/unit.hpp"
#include "fleet/commissions/calculation.hpp"
#include "fleet/commissions/repository.hpp"
#include "loanmanager/fleet/v1/bikes.pb.h"
#include "loanmanager/fleet/v1/sales.pb.h"
#include "postgres/batch.hpp"
#include "postgres/rows.hpp"

/// What a sale does about commissions: earns them when it is recorded (C1), shows them in its preview, takes them back
/// when it is voided (C5, D-810).
namespace loan_manager::fleet::commissions {

namespace v1 = loanmanager::fleet::v1;

/// What the commissions of a sale stand on beside the bike and the price.
struct Ground {
    std::optional<v1::CommissionRule> rule;  ///< D-801: the active one of the bike's company on that day.
    std::optional<PayeeBranch> garage;       ///< D-806
};
/// Whether the rule must stay as it is until the sale has committed: a rule in use changes no more (D-811).
enum class Reading { for_sale, for_preview };
/// Adds `ground_results` statements. After the lock on the bike, in the same batch, so that its company and its jobs
/// are those the sale finds. `sale_date` must be a date.
inline constexpr std::size_t ground_results = 2;
void add_ground(postgres::Batch& batch, const std::string& bicycle_id, const std::string& sale_date, Reading reading);
/// Reads them, beginning with result `first`.
Ground read_ground(const std::vector<postgres::Rows>& results, std::size_t first);

/// The facts of a sale of this bike where it stands, at its cost as it is now. `officer`: sold_by.
SaleFacts facts_of(const v1::Bike& bike, money::Money selling_price, std::optional<std::string> officer,
                   const Ground& ground);

/// What the sale would earn; empty without a rule.
std::vector<v1::PreviewCommission> preview(const Ground& ground, const SaleFacts& facts);

/// C1: inserts the PENDING rows with the commit, and their audit rows. The sale must have been given to the commit
/// before. `status` of the reference is not looked at.
void create(commands::Unit& unit, const SaleRef& sale, const Ground& ground, const SaleFacts& facts);

/// C5, D-810, on the result of add_lock_all(): PENDING and APPROVED rows become REVERSED; a PAID one stays and gets a
/// counter-row due in the month of the void; REJECTED ones stay.
void take_back(commands::Unit& unit, const postgres::Rows& locked, const SaleRef& sale, const std::string& reason);

}  // namespace loan_manager::fleet::commissions
