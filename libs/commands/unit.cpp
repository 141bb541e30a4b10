#include "commands/unit.hpp"

#include <algorithm>

namespace loan_manager::commands {

Unit::Unit(rpc::CallContext& context, postgres::Transaction& transaction, runtime::WallTime now,
           std::vector<rpc::FieldIssue> issues)
    : context_(context),
      transaction_(transaction),
      now_(now),
      today_(runtime::colombo_date(now)),
      issues_(std::move(issues)) {}

void Unit::issue(std::string_view field, std::string_view what) { validate::add_issue(issues_, field, what); }

bool Unit::has_issue(std::string_view field) const {
    return std::any_of(issues_.begin(), issues_.end(), [&](const auto& issue) { return issue.field == field; });
}

std::string Unit::sound_id(std::string_view field, const std::string& value) const {
    return value.empty() || has_issue(field) ? std::string(no_id) : value;
}

rpc::Result<void> Unit::valid() const {
    if (!issues_.empty()) {
        return rpc::validation(issues_);
    }
    return {};
}

void Unit::with_commit(const postgres::Statement& statement, postgres::Params params) {
    last_.add(statement, std::move(params));
}

rpc::Result<void> check_version(const rpc::CallContext& context, std::int32_t current) {
    if (context.if_match && *context.if_match != current) {
        return rpc::Error("PRECONDITION_FAILED");
    }
    return {};
}

}  // namespace loan_manager::commands
