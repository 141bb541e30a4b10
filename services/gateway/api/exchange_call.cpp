// The half of an exchange that needs the body: transcoding, permission, the call, and its answer.
#include <grpcpp/support/slice.h>
#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <charconv>
#include <utility>
#include <vector>

#include "access/reach.hpp"
#include "gateway/api/exchange.hpp"
#include "gateway/policy/fingerprint.hpp"
#include "gateway/policy/trace.hpp"
#include "runtime/log.hpp"
#include "runtime/loops.hpp"
#include "transcode/request.hpp"
#include "transcode/response.hpp"

namespace loan_manager::gateway {

namespace asio = boost::asio;
using http::field;

namespace {

std::string flatten(const grpc::ByteBuffer& bytes) {
    std::vector<grpc::Slice> slices;
    std::string flat;
    if (bytes.Dump(&slices).ok()) {
        flat.reserve(bytes.Length());
        for (const grpc::Slice& slice : slices) {
            flat.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
        }
    }
    return flat;
}

std::string_view metadata_value(const rpc::RawAnswer& answer, const std::string& key) {
    const auto found = answer.metadata.find(key);
    return found == answer.metadata.end() ? std::string_view{} : std::string_view(found->second);
}

}  // namespace

asio::awaitable<http::Response> ApiExchange::answer() {
    const transcode::Route& route = endpoint_->route;
    auto decoded = transcode::decode_request(match_, request_.query,
                                             route.has_body ? std::string_view(request_.body) : std::string_view{});
    if (!decoded) {
        co_return fail(HttpError(error_of(decoded.error())));
    }
    for (const Refused& refused : {check_permission(), check_precondition()}) {
        if (refused) {
            co_return fail(*refused);
        }
    }
    rpc::CallContext context = call_context(co_await asio::this_coro::executor);
    context.field_issues = std::move(decoded->issues);
    grpc::ByteBuffer bytes = rpc::to_bytes(*decoded->message);
    rpc::CallOptions options;
    options.command_headers = true;
    rpc::Result<rpc::RawAnswer> result =
        co_await rpc::call_raw(endpoint_->upstream, route.grpc_method, context, bytes, options);
    if (!result) {
        HttpError error(std::move(result).error());
        error.token_sent = !bearer_.empty();
        co_return fail(error);
    }
    co_return succeed(*result);
}

ApiExchange::Refused ApiExchange::check_permission() const {
    const auto& any_of = endpoint_->permissions;
    if (any_of.empty() || std::any_of(any_of.begin(), any_of.end(), [this](access::Permission permission) {
            return access::allowed(caller_, permission);
        })) {
        return std::nullopt;
    }
    return HttpError(rpc::forbidden(caller_));
}

ApiExchange::Refused ApiExchange::check_precondition() const {
    if (endpoint_->route.needs_if_match && if_match_.kind == IfMatch::Kind::absent) {
        return HttpError(rpc::Error("PRECONDITION_REQUIRED"));
    }
    return std::nullopt;
}

// What travels to the service is listed here and nothing else: no header of the client passes by itself, so none can
// pretend to be the gateway's word on who is calling.
rpc::CallContext ApiExchange::call_context(const asio::any_io_executor& executor) {
    const transcode::Route& route = endpoint_->route;
    rpc::CallContext context;
    context.method = route.grpc_method;
    context.request_id = request_id_;
    context.traceparent = trace_parent(request_);
    context.client_ip = client_.to_string();
    context.user_agent = std::string(request_.header(field::user_agent));
    context.bearer = std::string(bearer_);
    context.deadline =
        rpc::CallContext::Clock::now() + route.deadline - (gateway_.parts_.clock.steady_now() - started_);
    context.caller = caller_;
    context.executor = executor;
    context.loop = runtime::Loops::current().value_or(0);
    if (!idempotency_key_.empty()) {
        context.idempotency_key = std::string(idempotency_key_);
        context.idempotency_fingerprint = command_fingerprint(request_.method_text, request_.target, request_.body);
    }
    if (if_match_.kind == IfMatch::Kind::version) {
        context.if_match = if_match_.version;
    }
    return context;
}

http::Response ApiExchange::succeed(rpc::RawAnswer& answer) {
    const transcode::Route& route = endpoint_->route;
    auto encoded = transcode::encode_response(route, flatten(answer.body));
    if (!encoded) {
        runtime::log::error(
            "a service's answer could not be read",
            {{"request_id", request_id_}, {"rpc", route.grpc_method}, {"error", encoded.error().message}});
        return fail(HttpError(rpc::internal_error()));
    }
    unsigned status = route.status;
    if (const std::string_view text = metadata_value(answer, "http-status"); text.size() == 3) {
        std::from_chars(text.data(), text.data() + text.size(), status);
    }
    http::Response response(status);
    if (!encoded->location.empty()) {
        response.add("Location", encoded->location);
    }
    if (metadata_value(answer, "idempotency-replayed") == "true") {
        response.add("Idempotency-Replayed", "true");
    }
    // Answers to people without a token may hold one (sign-in): not even a private cache keeps those.
    response.add("Cache-Control", route.is_public && !is_read() ? "no-store" : "private, no-cache");
    response.add("Vary", "Authorization");
    add_entity_tag(response, encoded->version, std::move(encoded->body));
    return decorate(std::move(response));
}

void ApiExchange::add_entity_tag(http::Response& response, std::optional<std::int64_t> version, std::string body) {
    std::string etag;
    if (version) {
        etag = strong_etag(*version);
    } else if (is_read()) {
        etag = weak_etag(body);
    }
    if (!etag.empty()) {
        response.add("ETag", etag);
        if (is_read() && none_match_hits(request_, etag)) {
            response.set_status(304);
            return;
        }
    }
    if (!body.empty()) {
        response.set_body("application/json", std::move(body));
    }
}

}  // namespace loan_manager::gateway
