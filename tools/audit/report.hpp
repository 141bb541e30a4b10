// What a look at the audit log found, what that proves, and what it does not.
#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audit/chain.hpp"
#include "tools/audit/head_log.hpp"
#include "tools/commands/command.hpp"

namespace loan_manager::ctl {

struct AuditReport {
    std::int64_t sealed = 0;   ///< Entries of the chain.
    std::string head;          ///< "position:hash" of the last one; "" before the first.
    std::int64_t waiting = 0;  ///< Rows that wait to be sealed.

    std::int64_t found = 0;                ///< Number of findings.
    std::vector<audit::Finding> findings;  ///< The first of them.

    std::size_t compared = 0;            ///< Heads from outside the database that were compared with the chain.
    std::optional<LoggedHead> anchor;    ///< The furthest of them that the chain contains.
    std::vector<LogSource> log_sources;  ///< Where heads were looked for.
    std::string events_pruned_until;     ///< Changes up to then are not compared with the outbox; "": all were.

    bool good() const { return found == 0; }
    /// Rows that are, for certain, as they were when somebody outside the database was told of them.
    std::int64_t proved() const { return good() && anchor ? anchor->head.position : 0; }
};

boost::json::object as_json(const AuditReport& report);
/// The findings, a line each.
void print_findings(const AuditReport& report);
/// "4711 rows sealed, head 4711:ab12…, 3 waiting"
std::string summary(const AuditReport& report);
/// Which heads were compared, what is proved, what is not: a line each.
std::vector<std::string> proof(const AuditReport& report);
/// What somebody who is superuser of the database could still have done unseen; never empty.
std::vector<std::string> not_proved(const AuditReport& report);

}  // namespace loan_manager::ctl
