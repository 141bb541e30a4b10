#include "rpc/context.hpp"

#include <grpcpp/client_context.h>
#include <grpcpp/support/string_ref.h>
#include <algorithm>
#include <charconv>

#include "runtime/uuid.hpp"
#include "validate/readable.hpp"

namespace loan_manager::rpc {
namespace {

using Metadata = std::multimap<grpc::string_ref, grpc::string_ref>;

constexpr std::string_view bearer_prefix = "Bearer ";
// A foreign caller's free text ends in audit rows and logs: bounded.
constexpr std::size_t max_text = 512;

std::string_view view(grpc::string_ref text) { return {text.data(), text.size()}; }

std::string_view find(const Metadata& metadata, const char* key) {
    const auto found = metadata.find(key);
    return found == metadata.end() ? std::string_view() : view(found->second);
}

std::string bounded(std::string_view text) { return std::string(text.substr(0, max_text)); }

bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

std::string bearer_of(std::string_view authorization) {
    // The scheme is compared without case (RFC 7235); the token itself is opaque here.
    const bool is_bearer = authorization.size() > bearer_prefix.size() &&
                           std::equal(bearer_prefix.begin(), bearer_prefix.end(), authorization.begin(),
                                      [](char a, char b) { return (a | 0x20) == (b | 0x20); });
    return is_bearer ? std::string(authorization.substr(bearer_prefix.size())) : std::string();
}

std::optional<std::int32_t> version_of(std::string_view text) {
    std::int32_t version = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
    if (error != std::errc() || end != text.data() + text.size() || version < 0) {
        return std::nullopt;
    }
    return version;
}

void add(grpc::ClientContext& out, const char* key, std::string_view value) {
    if (!value.empty()) {
        out.AddMetadata(key, metadata_text(value));
    }
}

}  // namespace

std::chrono::milliseconds CallContext::remaining() const {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    return std::max(left, std::chrono::milliseconds::zero());
}

bool is_request_id(std::string_view text) noexcept {
    return text.size() >= 8 && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
               return is_alnum(c) || c == '.' || c == '_' || c == '-';
           });
}

bool is_idempotency_key(std::string_view text) noexcept {
    return text.size() >= 8 && text.size() <= 128 &&
           std::all_of(text.begin(), text.end(), [](char c) { return is_alnum(c) || c == '_' || c == '-'; });
}

std::string metadata_text(std::string_view text) {
    std::string clean(text);
    std::replace_if(
        clean.begin(), clean.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
    return clean;
}

Result<void> read_metadata(const Metadata& metadata, CallContext& context) {
    const std::string_view request_id = find(metadata, "x-request-id");
    context.request_id = is_request_id(request_id) ? std::string(request_id) : runtime::new_uuid().to_string();
    context.traceparent = bounded(find(metadata, "traceparent"));
    context.client_ip = bounded(find(metadata, "x-client-ip"));
    context.user_agent = validate::readable(find(metadata, "x-user-agent-bin"), max_text);
    context.bearer = bearer_of(find(metadata, "authorization"));
    context.idempotency_fingerprint = bounded(find(metadata, "idempotency-fingerprint"));

    if (const std::string_view tag = find(metadata, "if-match"); !tag.empty()) {
        context.if_match = version_of(tag);
        if (!context.if_match) {
            return Error("BAD_IF_MATCH");
        }
    }
    if (const std::string_view key = find(metadata, "idempotency-key"); !key.empty()) {
        if (!is_idempotency_key(key)) {
            return Error("BAD_IDEMPOTENCY_KEY");
        }
        context.idempotency_key = std::string(key);
    }
    if (const std::string_view issues = find(metadata, "field-issues-bin"); !issues.empty()) {
        if (!parse(issues, context.field_issues)) {
            return Error("MALFORMED_JSON");
        }
    }
    return {};
}

void write_metadata(const CallContext& context, bool with_command_headers, grpc::ClientContext& out) {
    add(out, "x-request-id", context.request_id);
    add(out, "traceparent", context.traceparent);
    add(out, "x-client-ip", context.client_ip);
    // Binary metadata, since other metadata is ASCII and people have names for their programs in their own letters.
    if (std::string agent = validate::readable(context.user_agent, max_text); !agent.empty()) {
        out.AddMetadata("x-user-agent-bin", std::move(agent));
    }
    if (!context.bearer.empty()) {
        add(out, "authorization", std::string(bearer_prefix) + context.bearer);
    }
    if (!with_command_headers) {
        return;
    }
    add(out, "idempotency-key", context.idempotency_key);
    add(out, "idempotency-fingerprint", context.idempotency_fingerprint);
    if (context.if_match) {
        out.AddMetadata("if-match", std::to_string(*context.if_match));
    }
    if (!context.field_issues.empty()) {
        out.AddMetadata("field-issues-bin", serialise(context.field_issues));
    }
}

}  // namespace loan_manager::rpc
