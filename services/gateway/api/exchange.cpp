#include "gateway/api/exchange.hpp"

#include "gateway/policy/media_type.hpp"
#include "gateway/policy/trace.hpp"
#include "runtime/log.hpp"

#include <boost/beast/core/string.hpp>

#include <exception>
#include <utility>

namespace loan_manager::gateway {

namespace asio = boost::asio;
using http::field;
using http::verb;
using Outcome = transcode::Match::Outcome;

namespace {

// Bodies of requests that have no use for one are read up to here and ignored.
constexpr std::uint64_t idle_body_limit = 64 * 1024;

// The token of `Authorization: Bearer …`; empty when there is none.
std::string_view bearer_token(const http::Request& request) {
    constexpr std::string_view scheme = "Bearer ";
    const std::string_view value = request.header(field::authorization);
    if (request.count(field::authorization) != 1 || value.size() <= scheme.size() ||
        !boost::beast::iequals(value.substr(0, scheme.size()), scheme)) {
        return {};
    }
    const std::size_t start = value.find_first_not_of(' ', scheme.size());
    return start == std::string_view::npos ? std::string_view{} : value.substr(start);
}

rpc::Error rate_limited(const Rate& rate, std::string_view whose, std::uint32_t retry_after) {
    const auto per_second = static_cast<unsigned>(rate.per_second);
    std::string message = "Too many requests: the limit for " + std::string(whose) + " is " +
                          std::to_string(per_second) + " per second with bursts of " + std::to_string(rate.burst) + ".";
    return rpc::Error("RATE_LIMITED", std::move(message), {}, retry_after);
}

}  // namespace

ApiExchange::ApiExchange(Gateway& gateway, const http::Request& request, const asio::ip::address& peer)
    : gateway_(gateway),
      request_(request),
      started_(gateway.parts_.clock.steady_now()),
      client_(gateway.parts_.proxies.client(peer, request)),
      request_id_(request_id(request)),
      route_metrics_(&gateway.unrouted_) {}

// ---- the checks of D-212 that need the head only --------------------------------------------------------------------

asio::awaitable<std::optional<http::Response>> ApiExchange::admit() {
    if (auto page = own_page()) {
        co_return page;
    }
    std::optional<http::Response> early = find_route();
    if (!early) {
        if (const Refused refused = check_size()) {
            early = fail(*refused);
        }
    }
    const std::optional<rpc::Error> unauthenticated = co_await authenticate();
    // Every request is counted before it is told what is wrong with it: guessing addresses or tokens is limited like
    // the rest.
    if (const Refused refused = check_rate()) {
        co_return fail(*refused);
    }
    if (early) {
        co_return early;
    }
    if (unauthenticated) {
        HttpError error(*unauthenticated);
        error.token_sent = !bearer_.empty();
        co_return fail(error);
    }
    if (endpoint_ == nullptr) {
        co_return decorate(gateway_.parts_.documents.answer(request_));
    }
    for (const Refused& refused : {check_media_type(), check_header_syntax()}) {
        if (refused) {
            co_return fail(*refused);
        }
    }
    co_return std::nullopt;
}

// Health comes first and costs least: no limits, no token.
std::optional<http::Response> ApiExchange::own_page() {
    if (!is_read() || !request_.path.starts_with("/health")) {
        return std::nullopt;
    }
    auto answer = gateway_.parts_.health.answer(request_.path);
    if (!answer) {
        return std::nullopt;
    }
    route_name_ = "/health";
    route_metrics_ = &gateway_.health_requests_;
    routine_ = true;
    return decorate(std::move(*answer));
}

std::optional<http::Response> ApiExchange::find_route() {
    if (Health::has(request_.path)) {
        // Reads have been answered already.
        route_name_ = "/health";
        route_metrics_ = &gateway_.health_requests_;
        match_.allow = "GET, HEAD";
        match_.outcome = Outcome::method_not_allowed;
    } else if (gateway_.parts_.documents.has(request_.path)) {
        route_name_ = "/docs";
        route_metrics_ = &gateway_.document_requests_;
        match_.allow = "GET, HEAD, OPTIONS";
        match_.outcome = is_read()                          ? Outcome::found
                         : request_.method == verb::options ? Outcome::options
                                                            : Outcome::method_not_allowed;
    } else {
        match_ = gateway_.parts_.endpoints.match(request_.method_text, request_.path);
    }
    switch (match_.outcome) {
        case Outcome::not_found:
            return fail(HttpError(rpc::Error("NOT_FOUND", "There is nothing at this address.")));
        case Outcome::method_not_allowed: {
            auto response = fail(HttpError(rpc::Error("METHOD_NOT_ALLOWED")));
            response.add("Allow", match_.allow);
            return response;
        }
        case Outcome::options: {
            http::Response response(204);
            response.add("Allow", match_.allow);
            if (Cors::is_preflight(request_)) {
                gateway_.parts_.cors.allow_sending(request_, match_.allow, response);
            }
            return decorate(std::move(response));
        }
        case Outcome::found:
            break;
    }
    if (match_.route != nullptr) {
        endpoint_ = &gateway_.parts_.endpoints.at(*match_.route);
        route_name_ = match_.route->path;
        route_metrics_ = &endpoint_->metrics;
    }
    return std::nullopt;
}

std::uint64_t ApiExchange::body_limit() const {
    return endpoint_ != nullptr && endpoint_->route.has_body ? endpoint_->route.body_limit : idle_body_limit;
}

ApiExchange::Refused ApiExchange::check_size() const {
    if (request_.content_length.value_or(0) > body_limit()) {
        return HttpError(
            rpc::Error("TOO_LARGE", "The body is larger than " + std::to_string(body_limit()) + " bytes."));
    }
    return std::nullopt;
}

// Sets `caller_` when the token is good. On a public route a bad token is as good as none.
asio::awaitable<std::optional<rpc::Error>> ApiExchange::authenticate() {
    const bool is_public = endpoint_ == nullptr || endpoint_->route.is_public;
    bearer_ = bearer_token(request_);
    if (bearer_.empty()) {
        if (is_public) {
            co_return std::nullopt;
        }
        co_return rpc::Error("UNAUTHENTICATED");
    }
    rpc::Result<access::Identity> identity = co_await gateway_.parts_.authenticator.authenticate(bearer_);
    if (identity) {
        caller_ = std::move(*identity);
        co_return std::nullopt;
    }
    if (is_public) {
        bearer_ = {};
        co_return std::nullopt;
    }
    co_return identity.error();
}

// Once for each request, whatever becomes of it.
ApiExchange::Refused ApiExchange::check_rate() {
    if (std::exchange(counted_, true)) {
        return std::nullopt;
    }
    const RateLimits& limits = gateway_.parts_.limits;
    RateLimiter* const limiter = caller_.anonymous() ? limits.addresses.get() : limits.users.get();
    if (limiter == nullptr) {
        return std::nullopt;
    }
    const auto decision = limiter->take(caller_.anonymous() ? rate_key(client_) : rate_key(caller_.user_id));
    if (decision.allowed) {
        return std::nullopt;
    }
    return HttpError(rate_limited(limiter->rate(),
                                  caller_.anonymous() ? "one address without a valid token" : "one user",
                                  decision.retry_after_seconds));
}

ApiExchange::Refused ApiExchange::check_media_type() const {
    if (endpoint_->route.has_body && request_.has_body() && !has_json_body(request_)) {
        return HttpError(rpc::Error("UNSUPPORTED_MEDIA_TYPE", "Send the body as application/json in UTF-8."));
    }
    return std::nullopt;
}

ApiExchange::Refused ApiExchange::check_header_syntax() {
    if_match_ = parse_if_match(request_);
    if (if_match_.kind == IfMatch::Kind::bad) {
        return HttpError(rpc::Error("BAD_IF_MATCH"));
    }
    constexpr std::string_view name = "Idempotency-Key";
    idempotency_key_ = request_.header(name);
    const std::size_t keys = request_.count(name);
    if (keys > 1 || (keys == 1 && !rpc::is_idempotency_key(idempotency_key_))) {
        return HttpError(rpc::Error("BAD_IDEMPOTENCY_KEY"));
    }
    if (keys == 0 && endpoint_->route.needs_idempotency_key) {
        return HttpError(rpc::Error("IDEMPOTENCY_KEY_REQUIRED"));
    }
    return std::nullopt;
}

// ---- what every answer has in common --------------------------------------------------------------------------------

bool ApiExchange::is_read() const { return request_.method == verb::get || request_.method == verb::head; }

http::Response ApiExchange::fail(const HttpError& error) {
    code_ = error.error.code;
    http::Response response = error_response(error, request_id_);
    response.add("Cache-Control", "private, no-cache");
    response.add("Vary", "Authorization");
    return decorate(std::move(response));
}

http::Response ApiExchange::refuse(http::Refusal reason) {
    // What is no request at all is limited too.
    const Refused refused = check_rate();
    return fail(refused ? *refused : error_of(reason));
}

http::Response ApiExchange::failed(const std::exception_ptr& exception) {
    try {
        std::rethrow_exception(exception);
    } catch (const rpc::Failure& failure) {
        return fail(HttpError(failure.error()));
    } catch (const std::exception& error) {
        runtime::log::error("a request failed",
                            {{"request_id", request_id_}, {"route", route_name_}, {"error", error.what()}});
    }
    return fail(HttpError(rpc::internal_error()));
}

http::Response ApiExchange::decorate(http::Response response) const {
    response.add("X-Request-ID", request_id_);
    response.add("X-Content-Type-Options", "nosniff");
    gateway_.parts_.cors.allow_reading(request_, response);
    return response;
}

void ApiExchange::finished(unsigned status, std::uint64_t bytes_sent) noexcept {
    const auto elapsed = gateway_.parts_.clock.steady_now() - started_;
    route_metrics_->record(status, elapsed);
    AccessRecord record;
    // An unknown method is the client's text; it does not belong into a field people group by.
    record.method = request_.method == verb::unknown ? std::string_view("-") : request_.method_text;
    record.route = route_name_;
    record.status = status;
    record.elapsed = elapsed;
    record.bytes = bytes_sent;
    record.request_id = request_id_;
    record.user_id = caller_.user_id;
    const std::string client = routine_ ? std::string() : client_.to_string();
    record.client_ip = client;
    if (status == 499) {
        code_ = rpc::Code("CLIENT_CLOSED");
    }
    record.code = code_ ? code_->name() : std::string_view();
    record.routine = routine_;
    write_access_log(record);
}

}  // namespace loan_manager::gateway
