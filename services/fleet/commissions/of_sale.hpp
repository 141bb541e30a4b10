#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commands/command_context.hpp"
#include "fleet/commissions/calculation.hpp"
#include "fleet/commissions/rows.hpp"
#include "fleet/commissions/rule_rows.hpp"
#include "loanmanager/fleet/v1/bikes.pb.h"
#include "loanmanager/fleet/v1/sales.pb.h"
#include "sql/round_trip.hpp"

/// What a sale does about commissions: earns them when it is recorded (C1), shows them in its preview, takes them back
/// when it is voided (C5, D-810).
namespace loan_manager::fleet::commissions {

namespace v1 = loanmanager::fleet::v1;

/// What the commissions of a sale come from, beside the bike and the price.
struct CommissionInputs {
    std::optional<v1::CommissionRule> rule;  ///< D-801: the active one of the bike's company on that day.
    std::optional<PayeeBranch> garage;       ///< D-806
};
struct InputHandles {
    sql::Handle<std::optional<v1::CommissionRule>> rule;
    sql::Handle<std::optional<PayeeBranch>> garage;
    CommissionInputs read(const sql::RoundTrip& trip) const;
};
/// After the lock on the bike, in the same trip, so that its company and its jobs are those the sale finds.
/// `sale_date` must be a date.
InputHandles add_inputs(sql::RoundTrip& trip, const std::string& bicycle_id, const std::string& sale_date,
                        Reading reading);

/// The facts of a sale of this bike where it stands, at its cost as it is now. `officer`: sold_by.
SaleFacts facts_of(const v1::Bike& bike, money::Money selling_price, std::optional<std::string> officer,
                   const CommissionInputs& inputs);

/// What the sale would earn; empty without a rule.
std::vector<v1::PreviewCommission> preview(const CommissionInputs& inputs, const SaleFacts& facts);

/// C1: inserts the PENDING rows with the commit, and their audit rows. The sale must have been given to the commit
/// before. `status` of the reference is not looked at.
void create(commands::CommandContext& command, const SaleRef& sale, const CommissionInputs& inputs,
            const SaleFacts& facts);

/// C5, D-810, on what add_lock_all() found: PENDING and APPROVED rows become REVERSED; a PAID one stays and gets a
/// counter-row due in the month of the void; REJECTED ones stay.
void take_back(commands::CommandContext& command, std::vector<StoredCommission> locked, const SaleRef& sale,
               const std::string& reason);

}  // namespace loan_manager::fleet::commissions
