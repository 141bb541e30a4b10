#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audit/chain.hpp"
#include "tools/support/command_line.hpp"
#include "tools/support/database.hpp"

namespace loan_manager::ctl {

/// What a look at the audit log and its chain found.
struct AuditReport {
    std::int64_t sealed = 0;               ///< entries of the chain
    std::string head;                      ///< "position:hash" of the last one; "" before the first
    std::int64_t waiting = 0;              ///< rows that wait to be sealed
    std::int64_t found = 0;                ///< number of findings
    std::vector<audit::Finding> findings;  ///< the first of them

    bool good() const { return found == 0; }
};

/// Looks at everything in the snapshot of the transaction that is open. `known`: a head that somebody wrote down.
AuditReport examine_audit(Database& database, const std::optional<AuditHead>& known);

boost::json::object as_json(const AuditReport& report);
/// The findings, a line each.
void print_findings(const AuditReport& report);
/// "4711 rows sealed, head 4711:ab12…, 3 waiting"
std::string summary(const AuditReport& report);

}  // namespace loan_manager::ctl
