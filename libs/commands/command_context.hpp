#pragma once

#include <google/protobuf/message.h>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "commands/change.hpp"
#include "commands/idempotency.hpp"
#include "postgres/batch.hpp"
#include "postgres/transaction.hpp"
#include "rpc/context.hpp"
#include "rpc/error.hpp"
#include "runtime/colombo_time.hpp"
#include "sql/round_trip.hpp"

namespace loan_manager::commands {

/// A UUID that is nobody's: looked up in place of a reference that is absent or unfit to be sent to the database.
inline constexpr const char* no_id = "00000000-0000-0000-0000-000000000000";

/// One attempt at a command: its transaction, the moment it happens, what is wrong with its request, and what it will
/// leave behind. Made by the Runner, lives until the attempt ends. Used by one coroutine.
///
/// A command asks everything it needs to know in one round trip, read(), which also looks up its idempotency key;
/// decides; and leaves its writes to travel with COMMIT. Only what must be drawn under a lock that others wait for
/// (numbers) costs a further trip.
class CommandContext {
public:
    CommandContext(rpc::CallContext& call, postgres::Transaction& transaction, const Idempotency& idempotency,
                   google::protobuf::Message& answer, runtime::WallTime now, std::vector<rpc::FieldIssue> issues);
    CommandContext(const CommandContext&) = delete;
    CommandContext& operator=(const CommandContext&) = delete;

    rpc::CallContext& call() { return call_; }
    const rpc::CallContext& call() const { return call_; }
    const access::Identity& caller() const { return call_.caller; }

    /// The moment of the command: one value for all its rows.
    runtime::WallTime now() const { return now_; }
    /// "Today" in Colombo (D-204).
    runtime::Date today() const { return today_; }

    /// Adds semantic issues to those of the gateway and of the declarative checks. The first of a field stays.
    void issue(std::string_view field, validate::IssueToken what, std::string limit = {});
    void issues(const std::vector<rpc::FieldIssue>& found);
    bool has_issue(std::string_view field) const;
    /// The value of a reference, or `no_id` if it is empty or already has an issue: what a statement may be given that
    /// runs before valid() has been asked.
    std::string sound_id(std::string_view field, const std::string& value) const;
    /// VALIDATION with every issue found so far. Call it once all checks that need no row are done (D-212).
    rpc::Result<void> valid() const;

    /// The statements of the first round trip.
    sql::RoundTrip& reads() { return reads_; }
    /// Sends them. An error ends the command: of its idempotency key, or because the stored answer is replayed.
    /// Throws postgres::Failure on database errors.
    boost::asio::awaitable<rpc::Result<void>> read();
    /// Further statements of the transaction. Throws postgres::Failure.
    boost::asio::awaitable<void> run(sql::RoundTrip& further);
    /// What a handle of the first round trip answers.
    template <class H>
    decltype(auto) operator[](const H& handle) const {
        return reads_[handle];
    }

    /// A statement whose result nobody needs: it travels with the commit instead of costing a round trip.
    void with_commit(const postgres::Statement& statement, postgres::Params params);
    /// Audit row and event. Written with the commit.
    void record(Change change) { changes_.push_back(std::move(change)); }
    /// Event only.
    void emit(Event event) { events_.push_back(std::move(event)); }
    /// Asked first what a database error means, where the service's table of constraints would say it wrongly for this
    /// command.
    void refuse_with(std::function<std::optional<rpc::Error>(const postgres::Error&)> refuse) {
        refuse_ = std::move(refuse);
    }
    /// What a refusal leaves behind although everything else is rolled back: runs then, by itself, before the refusal
    /// is answered. An error that `verdict` finds in its answer takes the refusal's place.
    void when_refused(sql::RoundTrip trip, sql::Handle<std::optional<rpc::Error>> verdict) {
        when_refused_.emplace(std::move(trip), verdict);
    }
    /// HTTP status of the success if it differs from the route's, e.g. 202.
    void set_http_status(unsigned status) { http_status_ = status; }

    /// The transaction itself, for what is no statement of a trip.
    postgres::Transaction& transaction() { return transaction_; }

private:
    friend class Attempt;
    struct WhenRefused {
        WhenRefused(sql::RoundTrip sent, sql::Handle<std::optional<rpc::Error>> answer)
            : trip(std::move(sent)), verdict(answer) {}
        sql::RoundTrip trip;
        sql::Handle<std::optional<rpc::Error>> verdict;
    };
    rpc::CallContext& call_;
    postgres::Transaction& transaction_;
    const Idempotency& idempotency_;
    google::protobuf::Message& answer_;
    runtime::WallTime now_;
    runtime::Date today_;
    std::vector<rpc::FieldIssue> issues_;
    std::optional<Idempotency::LookUp> look_up_;
    sql::RoundTrip reads_;
    bool has_read_ = false;
    bool replayed_ = false;
    std::vector<Change> changes_;
    std::vector<Event> events_;
    postgres::Batch last_;
    unsigned http_status_ = 0;
    int round_trips_ = 0;
    std::function<std::optional<rpc::Error>(const postgres::Error&)> refuse_;
    std::optional<WhenRefused> when_refused_;
};

}  // namespace loan_manager::commands
