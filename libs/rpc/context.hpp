#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/identity.hpp"
#include "rpc/error.hpp"

namespace grpc {
class ClientContext;
class string_ref;
}  // namespace grpc

namespace loanmanager::options::v1 {
class Route;
}

namespace loan_manager::rpc {

/// When a call's budget ends, and whose budget it is: what calls queue for is shared out between lanes.
struct CallDeadline : std::chrono::steady_clock::time_point {
    using TimePoint = std::chrono::steady_clock::time_point;

    CallDeadline() = default;
    /// The lane stays.
    CallDeadline& operator=(TimePoint end) {
        TimePoint::operator=(end);
        return *this;
    }

    std::string_view lane;    ///< The method called; its text lives as long as the server. Empty outside of calls.
    bool is_command = false;  ///< And whether it changes anything.
};

/// Everything that travels with one call, in both directions. It belongs to one coroutine on one executor, so it
/// needs no locks; a handler keeps no reference beyond its end.
struct CallContext {
    using Clock = std::chrono::steady_clock;

    std::string method;       ///< "/loanmanager.fleet.v1.BikeService/GetBike".
    std::string request_id;   ///< Always matches D-216.
    std::string traceparent;  ///< W3C trace context, empty if the caller sent none.
    std::string client_ip;    ///< Of the HTTP client, as the gateway saw it.
    std::string user_agent;   ///< Of the HTTP client: any UTF-8 text, at most 512 bytes once it has travelled.
    std::string bearer;       ///< The access token, without the scheme; empty for anonymous calls.
    CallDeadline deadline{};

    std::string idempotency_key;           ///< Empty: none sent.
    std::string idempotency_fingerprint;   ///< Hex SHA-256 made by the gateway; empty for plain gRPC clients.
    std::optional<std::int32_t> if_match;  ///< Version named by If-Match.

    /// Type-level issues the gateway's transcoder found. For queries the server has dealt with them before the
    /// handler runs; a command merges them with its own after the idempotency look-up (D-212).
    std::vector<FieldIssue> field_issues;

    access::Identity caller;  ///< Verified; anonymous on public routes.

    /// The route annotation of the method; null if it has none.
    const loanmanager::options::v1::Route* route = nullptr;

    /// Where the call lives from start to end, and the number of that event loop (for per-loop resources).
    boost::asio::any_io_executor executor;
    std::size_t loop = 0;

    /// What remains of the budget; never negative.
    std::chrono::milliseconds remaining() const;

    // The answer's initial metadata, read by the gateway.

    /// Marks the answer as a stored one (`Idempotency-Replayed: true`).
    void mark_replayed() { reply("idempotency-replayed", "true"); }
    /// Overrides the HTTP status of the route's success, e.g. 202.
    void set_http_status(unsigned status) { reply("http-status", std::to_string(status)); }
    void reply(std::string key, std::string value) { reply_metadata.emplace_back(std::move(key), std::move(value)); }

    std::vector<std::pair<std::string, std::string>> reply_metadata;
};

/// Metadata of an incoming call → context. Replaces a request id that does not match D-216.
/// Errors: BAD_IF_MATCH, BAD_IDEMPOTENCY_KEY, MALFORMED_JSON (unreadable field issues).
Result<void> read_metadata(const std::multimap<grpc::string_ref, grpc::string_ref>& metadata, CallContext& context);

/// Context → metadata of an outgoing call: everything that concerns identity and tracing; the command
/// headers (idempotency, If-Match, field issues) only when `with_command_headers`.
void write_metadata(const CallContext& context, bool with_command_headers, grpc::ClientContext& out);

/// The text with everything but printable ASCII replaced by '?': gRPC aborts the process on other metadata values.
std::string metadata_text(std::string_view text);

/// D-216: `^[A-Za-z0-9._-]{8,64}$`.
bool is_request_id(std::string_view text) noexcept;
/// D-215: 8–128 of `[A-Za-z0-9_-]`.
bool is_idempotency_key(std::string_view text) noexcept;

}  // namespace loan_manager::rpc
