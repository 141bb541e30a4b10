#include <boost/json/serialize.hpp>
#include <iostream>

#include "tools/audit/examination.hpp"
#include "tools/commands/run.hpp"
#include "tools/support/database.hpp"

namespace loan_manager::ctl {

int run(const AuditVerify& command, const Settings& settings) {
    Database database(database_url(settings, command.database_url));
    const HeadLog logged = read_heads(command.logs, command.logged_since);
    const Transaction snapshot(database, "ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    const AuditReport report = examine_audit(database, command.head, logged);
    if (command.json) {
        std::cout << boost::json::serialize(as_json(report)) << '\n';
        return report.good() ? exit_ok : exit_failed;
    }
    std::cout << summary(report) << '\n';
    print_findings(report);
    for (const std::string& line : proof(report)) {
        std::cout << line << '\n';
    }
    if (!report.good()) {
        std::cout << "The audit log has been altered.\n";
    } else if (report.proved() > 0) {
        std::cout << "Up to row " << report.proved() << " the audit log is as it was written.\n";
    } else {
        std::cout << "No alteration found; nothing is proved against a superuser of the database.\n";
    }
    return report.good() ? exit_ok : exit_failed;
}

}  // namespace loan_manager::ctl
