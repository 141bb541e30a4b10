#pragma once

#include <vector>

#include "access/permission.hpp"
#include "commands/unit.hpp"
#include "fleet/commissions/repository.hpp"
#include "postgres/batch.hpp"
#include "rpc/error.hpp"

/// What approving, rejecting and paying a commission have in common (C2 to C4).
namespace loan_manager::fleet::commissions {

/// A commission under lock, with its sale.
struct Opened {
    SaleRef sale;
    v1::Commission before;
    StoredCommission stored;  ///< What the command changes.
};

/// Locks the sale, then the commission.
void add_open(commands::Unit& unit, const std::string& id, postgres::Batch& reads);

/// D-212 as far as the personal rules: valid request, row, scope of the permission, version, and that the caller is
/// not the payee. The state is left to the command.
rpc::Result<Opened> open(commands::Unit& unit, const std::vector<postgres::Rows>& reads, access::Permission permission);

/// Stores the decision with its audit row; returns the row as the caller may see it.
v1::Commission close(commands::Unit& unit, const char* action, Opened& opened);

}  // namespace loan_manager::fleet::commissions
