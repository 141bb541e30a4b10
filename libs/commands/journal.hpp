#pragma once

#include <set>
#include <string>
#include <vector>

#include "commands/change.hpp"
#include "postgres/batch.hpp"
#include "rpc/context.hpp"
#include "runtime/colombo_time.hpp"

namespace loan_manager::commands {

/// Adds the audit and outbox rows of the changes and events to the batch that ends the transaction, and tells the
/// channel each event type once.
void add_journal(postgres::Batch& batch, const rpc::CallContext& context, runtime::WallTime now,
                 const std::vector<Change>& changes, const std::vector<Event>& events, const std::string& channel);

}  // namespace loan_manager::commands
