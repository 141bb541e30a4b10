#include "commands/idempotency.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>

#include "commands/secrets.hpp"
#include "digest/sha256.hpp"
#include "loanmanager/options/v1/options.pb.h"

namespace loan_manager::commands {
namespace {

constexpr postgres::Statement try_lock{
    "commands.try_lock", "SELECT pg_try_advisory_xact_lock(hashtextextended($1::text || ' ' || $2::text, 215))"};

constexpr postgres::Statement find_stored{"commands.look_up_key",
                                          "SELECT fingerprint, status, body FROM fleet.idempotency_keys "
                                          "WHERE user_id = $1 AND key = $2 AND expires_at > now()"};

constexpr postgres::Statement store{
    "commands.store_key",
    "INSERT INTO fleet.idempotency_keys (user_id, key, fingerprint, status, body, expires_at) "
    "VALUES ($1, $2, $3, $4, $5, $6) "
    "ON CONFLICT (user_id, key) DO UPDATE SET fingerprint = excluded.fingerprint, status = excluded.status, "
    "body = excluded.body, expires_at = excluded.expires_at"};

std::string deterministic(const google::protobuf::Message& message) {
    std::string out;
    google::protobuf::io::StringOutputStream stream(&out);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
    coded.Trim();
    return out;
}

bool is_fingerprint(std::string_view text) {
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// The fingerprint of a request that holds a password is a fast hash of that password. Sixteen bits of it still tell one
// request from another, and are of no use to somebody who reads the table and tries out passwords.
std::string coarse(std::string fingerprint) {
    constexpr std::size_t kept = 4;
    return fingerprint.replace(kept, std::string::npos, fingerprint.size() - kept, '0');
}

unsigned usual_status(const rpc::CallContext& context) {
    return context.route != nullptr && context.route->status() != 0 ? context.route->status() : 200;
}

}  // namespace

Idempotency::Idempotency(const rpc::CallContext& context, const google::protobuf::Message& request)
    : user_id_(context.caller.user_id),
      key_(context.idempotency_key),
      fingerprint_(context.idempotency_fingerprint),
      usual_status_(usual_status(context)) {
    if (wanted() && !is_fingerprint(fingerprint_)) {
        fingerprint_ = digest::sha256_hex({context.method, "\n", deterministic(request)});
    }
    if (wanted() && has_secrets(request.GetDescriptor())) {
        fingerprint_ = coarse(std::move(fingerprint_));
    }
}

Idempotency::LookUp Idempotency::add_look_up(sql::RoundTrip& trip) const {
    const auto lock = trip.add(try_lock, postgres::Params(user_id_, key_));
    return LookUp{lock, trip.add(find_stored, postgres::Params(user_id_, key_))};
}

rpc::Result<bool> Idempotency::replay(const sql::RoundTrip& trip, const LookUp& look_up, rpc::CallContext& context,
                                      google::protobuf::Message& answer) const {
    const bool locked = trip[look_up.lock].front().get<bool>(0);
    const auto& stored = trip[look_up.stored];
    if (stored.empty()) {
        if (!locked) {
            return rpc::Error("IDEMPOTENCY_IN_FLIGHT");
        }
        return false;
    }
    const auto row = stored.front();
    if (row.get<std::string_view>("fingerprint") != fingerprint_) {
        return rpc::Error("IDEMPOTENCY_MISMATCH");
    }
    const auto body = row.get<postgres::Bytes>("body");
    if (!answer.ParseFromArray(body.data(), static_cast<int>(body.size()))) {
        return rpc::internal_error();
    }
    context.mark_replayed();
    const auto status = row.get<unsigned>("status");
    if (status != usual_status_) {
        context.set_http_status(status);
    }
    return true;
}

void Idempotency::add_store(postgres::Batch& batch, const google::protobuf::Message& answer, unsigned http_status,
                            runtime::WallTime expires) const {
    std::string body;
    if (has_secrets(answer.GetDescriptor())) {
        const std::unique_ptr<google::protobuf::Message> withheld(answer.New());
        withheld->CopyFrom(answer);
        withhold_secrets(*withheld);
        body = withheld->SerializeAsString();
    } else {
        body = answer.SerializeAsString();
    }
    const auto bytes = std::as_bytes(std::span(body.data(), body.size()));
    batch.add(store, postgres::Params(user_id_, key_, fingerprint_, http_status != 0 ? http_status : usual_status_,
                                      bytes, expires));
}

}  // namespace loan_manager::commands
