#pragma once

#include <string>

#include "commands/unit.hpp"
#include "fleet/commissions/repository.hpp"
#include "loanmanager/fleet/v1/sales.pb.h"

/// How a sale is named in audit rows, events and commissions.
namespace loan_manager::fleet::sales {

namespace v1 = loanmanager::fleet::v1;

/// An audit row about the sale, still without values.
commands::Change change_of(const char* action, const v1::Sale& sale);
/// Records a change of its status.
void record_status(commands::Unit& unit, const char* action, const v1::Sale& sale, v1::SaleStatus before,
                   const std::string& reason);

commissions::SaleRef reference_to(const v1::Sale& sale);

}  // namespace loan_manager::fleet::sales
