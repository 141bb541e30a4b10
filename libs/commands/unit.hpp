#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "commands/change.hpp"
#include "postgres/batch.hpp"
#include "postgres/transaction.hpp"
#include "rpc/context.hpp"
#include "rpc/error.hpp"
#include "runtime/colombo_time.hpp"

namespace loan_manager::commands {

/// A UUID that is nobody's: looked up in place of a reference that is absent or unfit to be sent to the database.
inline constexpr const char* no_id = "00000000-0000-0000-0000-000000000000";

/// One attempt at a command: its transaction, the moment it happens, what is wrong with its request, and what it will
/// leave behind. Made by the Runner, lives until the attempt ends. Used by one coroutine.
class Unit {
public:
    Unit(rpc::CallContext& context, postgres::Transaction& transaction, runtime::WallTime now,
         std::vector<rpc::FieldIssue> issues);
    Unit(const Unit&) = delete;
    Unit& operator=(const Unit&) = delete;

    rpc::CallContext& context() { return context_; }
    const access::Identity& caller() const { return context_.caller; }
    postgres::Transaction& transaction() { return transaction_; }

    /// The moment of the command: one value for all its rows.
    runtime::WallTime now() const { return now_; }
    /// "Today" in Colombo (D-204).
    runtime::Date today() const { return today_; }

    /// Adds a semantic issue to those of the gateway and of the declarative checks. The first of a field stays.
    void issue(std::string_view field, std::string_view what);
    bool has_issue(std::string_view field) const;
    /// The value of a reference, or `no_id` if it is empty or already has an issue: what a statement may be given that
    /// runs before valid() has been asked.
    std::string sound_id(std::string_view field, const std::string& value) const;
    /// VALIDATION with every issue found so far. Call it once all checks that need no row are done (D-212).
    rpc::Result<void> valid() const;

    /// Audit row and event. Written with the commit.
    void record(Change change) { changes_.push_back(std::move(change)); }
    /// Event only.
    void emit(Event event) { events_.push_back(std::move(event)); }
    /// A statement whose result nobody needs: it travels with the commit instead of costing a round trip.
    void with_commit(const postgres::Statement& statement, postgres::Params params);
    /// HTTP status of the success if it differs from the route's, e.g. 202.
    void set_http_status(unsigned status) { http_status_ = status; }

private:
    friend class Runner;
    rpc::CallContext& context_;
    postgres::Transaction& transaction_;
    runtime::WallTime now_;
    runtime::Date today_;
    std::vector<rpc::FieldIssue> issues_;
    std::vector<Change> changes_;
    std::vector<Event> events_;
    postgres::Batch last_;
    unsigned http_status_ = 0;
};

/// D-214: the version of If-Match against the row read under lock. PRECONDITION_FAILED if they differ; no If-Match at
/// all passes, since the server has already refused calls that need one.
rpc::Result<void> check_version(const rpc::CallContext& context, std::int32_t current);

}  // namespace loan_manager::commands
