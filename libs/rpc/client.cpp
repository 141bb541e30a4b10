#include "rpc/client.hpp"

#include <grpcpp/impl/codegen/proto_utils.h>
#include <algorithm>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>

#include "rpc/client_call.hpp"
#include "rpc/upstream_impl.hpp"

namespace loan_manager::rpc {
namespace asio = boost::asio;
using namespace std::chrono_literals;
namespace {

std::chrono::milliseconds budget_of(const CallContext& context, const UpstreamOptions& upstream,
                                    const CallOptions& options) {
    const auto left = context.remaining() - upstream.margin;
    return options.timeout ? std::min(left, *options.timeout) : left;
}

std::multimap<std::string, std::string> initial_metadata(const grpc::ClientContext& context) {
    std::multimap<std::string, std::string> metadata;
    for (const auto& [key, value] : context.GetServerInitialMetadata()) {
        metadata.emplace(std::string(key.data(), key.size()), std::string(value.data(), value.size()));
    }
    return metadata;
}

}  // namespace

asio::awaitable<Result<RawAnswer>> call_raw(Upstream& upstream, const std::string& method, const CallContext& context,
                                            grpc::ByteBuffer& request, const CallOptions& options) {
    Upstream::Impl& impl = upstream.impl();
    const std::chrono::milliseconds budget = budget_of(context, impl.options, options);
    if (budget <= 0ms) {
        co_return Error("DEADLINE_EXCEEDED");
    }
    Result<std::unique_ptr<Upstream::Impl::OpenCall>> opened = impl.open();
    if (!opened) {
        co_return std::move(opened).error();
    }
    const std::unique_ptr<Upstream::Impl::OpenCall> open = std::move(*opened);
    ClientCall& call = **open;
    write_metadata(context, options.command_headers, call.context());
    call.context().set_deadline(std::chrono::system_clock::now() + budget);
    co_await call.async_run(method, request, asio::use_awaitable);

    impl.count(call.status().error_code());
    if (!call.status().ok()) {
        co_return from_status(call.status());
    }
    RawAnswer answer;
    answer.body.Swap(&call.response());
    answer.metadata = initial_metadata(call.context());
    co_return answer;
}

asio::awaitable<Result<void>> call_message(Upstream& upstream, const std::string& method, const CallContext& context,
                                           const google::protobuf::Message& request, google::protobuf::Message& answer,
                                           const CallOptions& options) {
    grpc::ByteBuffer bytes = to_bytes(request);
    Result<RawAnswer> raw = co_await call_raw(upstream, method, context, bytes, options);
    if (!raw) {
        co_return std::move(raw).error();
    }
    if (!from_bytes(raw->body, answer)) {
        co_return internal_error();
    }
    co_return Result<void>();
}

grpc::ByteBuffer to_bytes(const google::protobuf::Message& message) {
    grpc::ByteBuffer bytes;
    bool own_buffer = false;
    const grpc::Status status =
        grpc::SerializationTraits<google::protobuf::Message>::Serialize(message, &bytes, &own_buffer);
    if (!status.ok()) {
        throw std::length_error("message of type " + message.GetTypeName() + " cannot be serialised");
    }
    return bytes;
}

bool from_bytes(grpc::ByteBuffer& bytes, google::protobuf::Message& message) {
    // Without any slices (an empty message of some servers) there is nothing to parse.
    if (!bytes.Valid() || bytes.Length() == 0) {
        message.Clear();
        return true;
    }
    return grpc::SerializationTraits<google::protobuf::Message>::Deserialize(&bytes, &message).ok();
}

}  // namespace loan_manager::rpc
