#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>

#include "tools/audit/examination.hpp"
#include "tools/commands/invariants.hpp"
#include "tools/commands/run.hpp"
#include "tools/support/database.hpp"

namespace loan_manager::ctl {
namespace {

namespace json = boost::json;

/// Enough to find the cause; the number of rows is told in any case.
constexpr int examples_shown = 10;
/// Reading a materialized view that was never filled: there is nothing to compare yet.
constexpr const char* not_filled = "55000";

struct Finding {
    const Invariant* invariant = nullptr;
    int rows = 0;
    bool skipped = false;
    std::vector<std::string> examples;  ///< Columns joined by commas.
};

Finding check_one(Database& database, const Invariant& invariant) {
    Finding finding;
    finding.invariant = &invariant;
    database.script("SAVEPOINT invariant");
    const postgres::Result<postgres::Rows> rows = database.try_query(std::string(invariant.sql));
    if (!rows) {
        if (!rows.error().is(not_filled)) {
            throw failure_of(rows.error());
        }
        database.script("ROLLBACK TO invariant");
        finding.skipped = true;
        return finding;
    }
    finding.rows = rows->size();
    for (int i = 0; i != std::min(rows->size(), examples_shown); ++i) {
        std::string text;
        for (int column = 0; column != rows->columns(); ++column) {
            text += column == 0 ? "" : ", ";
            text += (*rows)[i].get<std::optional<std::string>>(column).value_or("null");
        }
        finding.examples.push_back(std::move(text));
    }
    return finding;
}

std::string as_json(const std::vector<Finding>& findings, const AuditReport& audit, bool good) {
    json::array violations, skipped;
    for (const Finding& finding : findings) {
        if (finding.skipped) {
            skipped.emplace_back(finding.invariant->id);
        } else if (finding.rows > 0) {
            json::object violation;
            violation["id"] = finding.invariant->id;
            violation["title"] = finding.invariant->title;
            violation["rows"] = finding.rows;
            violation["examples"] = json::array(finding.examples.begin(), finding.examples.end());
            violations.push_back(std::move(violation));
        }
    }
    json::object report;
    report["status"] = good ? "ok" : "violated";
    report["checked"] = findings.size() - skipped.size();
    report["violations"] = std::move(violations);
    report["skipped"] = std::move(skipped);
    report["audit"] = as_json(audit);
    return json::serialize(report);
}

void print(const std::vector<Finding>& findings) {
    for (const Finding& finding : findings) {
        const Invariant& invariant = *finding.invariant;
        const char* verdict = finding.skipped ? "skipped " : finding.rows == 0 ? "ok      " : "VIOLATED";
        std::cout << invariant.id << "  " << verdict << "  " << invariant.title;
        if (finding.skipped) {
            std::cout << " (the view was never filled)";
        }
        std::cout << '\n';
        for (const std::string& example : finding.examples) {
            std::cout << "        " << example << '\n';
        }
        if (finding.rows > examples_shown) {
            std::cout << "        … and " << finding.rows - examples_shown << " more\n";
        }
    }
}

// The last line is all that many read: it must not sound better than the exit status.
std::string conclusion(int violated, std::size_t of, const AuditReport& audit) {
    const std::string text = violated == 0
                                 ? "All invariants hold"
                                 : std::to_string(violated) + " of " + std::to_string(of) + " invariants are violated";
    return text + (audit.good()    ? "."
                   : violated == 0 ? ", but the audit log has been altered."
                                   : ", and the audit log has been altered.");
}

}  // namespace

int run(const Check& command, const Settings& settings) {
    Database database(database_url(settings, command.database_url));
    std::vector<Finding> findings;
    AuditReport audit;
    const HeadLog logged = read_heads(command.logs, command.logged_since);
    {
        const Transaction snapshot(database, "ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        database.script("SET LOCAL search_path = fleet, auth, lifecycle, public");
        for (const Invariant& invariant : invariants()) {
            findings.push_back(check_one(database, invariant));
        }
        audit = examine_audit(database, std::nullopt, logged);
    }
    int violated = 0;
    for (const Finding& finding : findings) {
        violated += finding.rows > 0 ? 1 : 0;
    }
    const bool good = violated == 0 && audit.good();
    if (command.json) {
        std::cout << as_json(findings, audit, good) << '\n';
    } else {
        print(findings);
        std::cout << "audit " << (audit.good() ? "ok      " : "VIOLATED")
                  << "  Audit log, its chain and the outbox agree (" << summary(audit) << ")\n";
        print_findings(audit);
        for (const std::string& line : proof(audit)) {
            std::cout << "        " << line << '\n';
        }
        std::cout << conclusion(violated, findings.size(), audit) << '\n';
    }
    return good ? exit_ok : exit_failed;
}

}  // namespace loan_manager::ctl
