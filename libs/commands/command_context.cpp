#include "commands/command_context.hpp"

#include <algorithm>

namespace loan_manager::commands {

CommandContext::CommandContext(rpc::CallContext& call, postgres::Transaction& transaction,
                               const Idempotency& idempotency, google::protobuf::Message& answer, runtime::WallTime now,
                               std::vector<rpc::FieldIssue> issues)
    : call_(call),
      transaction_(transaction),
      idempotency_(idempotency),
      answer_(answer),
      now_(now),
      today_(runtime::colombo_date(now)),
      issues_(std::move(issues)) {
    if (idempotency_.wanted()) {
        look_up_ = idempotency_.add_look_up(reads_);
    }
}

void CommandContext::issue(std::string_view field, std::string_view what) { validate::add_issue(issues_, field, what); }

void CommandContext::issues(const std::vector<rpc::FieldIssue>& found) {
    for (const auto& one : found) {
        validate::add_issue(issues_, one.field, one.issue);
    }
}

bool CommandContext::has_issue(std::string_view field) const {
    return std::any_of(issues_.begin(), issues_.end(), [&](const auto& issue) { return issue.field == field; });
}

std::string CommandContext::sound_id(std::string_view field, const std::string& value) const {
    return value.empty() || has_issue(field) ? std::string(no_id) : value;
}

rpc::Result<void> CommandContext::valid() const {
    if (!issues_.empty()) {
        return rpc::validation(issues_);
    }
    return {};
}

boost::asio::awaitable<rpc::Result<void>> CommandContext::read() {
    has_read_ = true;
    if (!reads_.empty()) {
        ++round_trips_;
        co_await reads_.run(transaction_.connection());
    }
    if (look_up_) {
        rpc::Result<bool> replayed = idempotency_.replay(reads_, *look_up_, call_, answer_);
        if (!replayed) {
            co_return replayed.error();
        }
        if (*replayed) {
            replayed_ = true;
            co_return rpc::internal_error();  // only ends the body: the Runner answers with what was stored
        }
    }
    co_return rpc::Result<void>();
}

boost::asio::awaitable<void> CommandContext::run(sql::RoundTrip& further) {
    ++round_trips_;
    co_await further.run(transaction_.connection());
}

void CommandContext::with_commit(const postgres::Statement& statement, postgres::Params params) {
    last_.add(statement, std::move(params));
}

}  // namespace loan_manager::commands
