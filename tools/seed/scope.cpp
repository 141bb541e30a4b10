#include "tools/seed/scope.hpp"

namespace loan_manager::ctl {
namespace {

std::vector<std::string> ids(Database& database, const std::string& table, const std::string& kind,
                             const std::vector<std::string>& codes) {
    std::vector<std::string> result;
    for (const std::string& code : codes) {
        const postgres::Rows rows =
            database.query("SELECT id FROM fleet." + table + " WHERE code = upper($1)", postgres::Params(code));
        if (rows.empty()) {
            throw Failure(exit_usage, "there is no " + kind + " with the code " + code);
        }
        result.push_back(rows.front().get<std::string>(0));
    }
    return result;
}

}  // namespace

std::vector<std::string> company_ids(Database& database, const std::vector<std::string>& codes) {
    return ids(database, "companies", "company", codes);
}

std::vector<std::string> branch_ids(Database& database, const std::vector<std::string>& codes) {
    return ids(database, "branches", "branch", codes);
}

Failure failure_of(const rpc::Error& error) {
    std::string message = error.message;
    for (const rpc::FieldIssue& issue : error.details) {
        message += "\n  " + issue.field + ": " + issue.issue;
    }
    if (error.code == "UNAVAILABLE") {
        return Failure(exit_unreachable, message);
    }
    return Failure(exit_failed, message);
}

}  // namespace loan_manager::ctl
