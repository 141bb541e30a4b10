#pragma once

#include <vector>

#include "access/permission.hpp"
#include "commands/runner.hpp"
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

/// A command that decides about one commission: locks its sale, then itself, before anything else.
template <class Request>
class Decision : public commands::Command<Request, v1::Commission> {
public:
    void prepare(commands::Unit& unit, const Request& request, postgres::Batch& reads) final {
        add_lock(reads, unit.sound_id("id", request.id()));
    }
};

/// D-212 up to the state: valid request, row, scope of the permission, version, that the caller is not the payee, and
/// what `check` says about the state of sale and commission.
rpc::Result<Opened> open(commands::Unit& unit, const std::vector<postgres::Rows>& reads, access::Permission permission,
                         rpc::Result<void> (*check)(v1::SaleStatus, const v1::Commission&));

/// Stores the decision with its audit row; returns the row as the caller may see it.
v1::Commission close(commands::Unit& unit, const char* action, Opened& opened);

}  // namespace loan_manager::fleet::commissions
