#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/support/byte_buffer.h>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "rpc/context.hpp"
#include "rpc/error.hpp"
#include "rpc/upstream.hpp"

namespace loan_manager::rpc {

/// Answer of a raw call.
struct RawAnswer {
    RawAnswer() = default;
    grpc::ByteBuffer body;
    std::multimap<std::string, std::string> metadata;  ///< Initial metadata the server sent.
};

struct CallOptions {
    CallOptions() = default;
    /// Time of this call alone; the budget of the context bounds it in any case.
    std::optional<std::chrono::milliseconds> timeout;
    /// Forward idempotency key and fingerprint, If-Match and field issues too (the gateway does).
    bool command_headers = false;
};

/// Calls `method` ("/package.Service/Method") with serialised bytes. Suspends the calling coroutine and resumes it
/// on its own executor. The deadline is what remains of `context` less the upstream's margin. Cancelling the coroutine
/// cancels the call. The server's identity headers are forwarded from `context`.
/// Errors: those the service answers; UNAVAILABLE when no instance can be reached; DEADLINE_EXCEEDED; CLIENT_CLOSED
/// when cancelled.
/// The arguments must live until the call has ended.
boost::asio::awaitable<Result<RawAnswer>> call_raw(Upstream& upstream, const std::string& method,
                                                   const CallContext& context, grpc::ByteBuffer& request,
                                                   const CallOptions& options);

/// The same for messages; `answer` is filled on success.
boost::asio::awaitable<Result<void>> call_message(Upstream& upstream, const std::string& method,
                                                  const CallContext& context, const google::protobuf::Message& request,
                                                  google::protobuf::Message& answer, const CallOptions& options);

/// Typed: `Result<Me> me = co_await rpc::call<Me>(auth, method, context, request);`
template <class Response>
boost::asio::awaitable<Result<Response>> call(Upstream& upstream, const std::string& method, const CallContext& context,
                                              const google::protobuf::Message& request,
                                              const CallOptions& options = {}) {
    Response answer;
    Result<void> done = co_await call_message(upstream, method, context, request, answer, options);
    if (!done) {
        co_return std::move(done).error();
    }
    co_return std::move(answer);
}

/// Message ↔ bytes of a raw call.
grpc::ByteBuffer to_bytes(const google::protobuf::Message& message);
bool from_bytes(grpc::ByteBuffer& bytes, google::protobuf::Message& message);

}  // namespace loan_manager::rpc
