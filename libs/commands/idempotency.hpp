#pragma once

#include <google/protobuf/message.h>
#include <optional>
#include <string>
#include <vector>

#include "postgres/batch.hpp"
#include "postgres/rows.hpp"
#include "rpc/context.hpp"
#include "rpc/error.hpp"
#include "runtime/colombo_time.hpp"
#include "sql/round_trip.hpp"

namespace loan_manager::commands {

/// The stored-answer side of one command with an idempotency key (D-215).
class Idempotency {
public:
    /// Without a fingerprint from the gateway it is SHA-256 of method and deterministic serialisation. Of a request
    /// that can hold secrets only its first sixteen bits are used.
    Idempotency(const rpc::CallContext& context, const google::protobuf::Message& request);

    bool wanted() const { return !key_.empty(); }

    struct LookUp {
        sql::Handle<const postgres::Rows&> lock;
        sql::Handle<const postgres::Rows&> stored;
    };
    /// Takes the key's lock (without waiting) and reads the stored answer. The lock statement comes first: under READ
    /// COMMITTED the read then sees whatever a twin committed before it released the lock.
    LookUp add_look_up(sql::RoundTrip& trip) const;

    /// Reads those results: true – replay, `answer` and the call are filled; false – go on.
    /// Errors: IDEMPOTENCY_MISMATCH, IDEMPOTENCY_IN_FLIGHT.
    rpc::Result<bool> replay(const sql::RoundTrip& trip, const LookUp& look_up, rpc::CallContext& context,
                             google::protobuf::Message& answer) const;

    /// Stores the answer without its secrets, in place of an expired one. `http_status` 0: that of the route.
    void add_store(postgres::Batch& batch, const google::protobuf::Message& answer, unsigned http_status,
                   runtime::WallTime expires) const;

private:
    std::string user_id_;
    std::string key_;
    std::string fingerprint_;
    unsigned usual_status_;
};

}  // namespace loan_manager::commands
