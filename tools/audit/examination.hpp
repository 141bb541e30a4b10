#pragma once

#include <optional>

#include "tools/audit/head_log.hpp"
#include "tools/audit/report.hpp"
#include "tools/support/database.hpp"

namespace loan_manager::ctl {

/// Looks at log, chain and outbox in the snapshot of the transaction that is open, and compares the chain with the
/// heads that were written down. `logged` must have been read before the snapshot was taken: a head that is newer than
/// it would be missing.
AuditReport examine_audit(Database& database, const std::optional<AuditHead>& known, const HeadLog& logged);

}  // namespace loan_manager::ctl
