#include "gateway/api/gateway.hpp"

#include "gateway/api/errors.hpp"
#include "gateway/api/exchange.hpp"
#include "gateway/http/response_writer.hpp"
#include "runtime/uuid.hpp"

#include <utility>

namespace loan_manager::gateway {

Gateway::Gateway(Parts parts)
    : parts_(std::move(parts)),
      unrouted_(parts_.metrics, "-", "-"),
      health_requests_(parts_.metrics, "GET", "/health"),
      document_requests_(parts_.metrics, "GET", "/docs") {}

std::unique_ptr<http::Exchange> Gateway::open(const http::Request& request, const boost::asio::ip::address& peer) {
    return std::make_unique<ApiExchange>(*this, request, peer);
}

std::string Gateway::busy_response(http::Seats::Verdict verdict) const {
    const std::string id = runtime::new_uuid().to_string();
    const auto error = verdict == http::Seats::Verdict::too_many_of_address
                           ? rpc::Error("RATE_LIMITED", "Too many connections from one address.", {}, 1)
                           : rpc::Error("UNAVAILABLE", "Too many connections.", {}, 1);
    http::Response response = error_response(HttpError(error), id);
    response.add("X-Request-ID", id);
    http::DateCache dates;
    std::string bytes;
    const http::Framing framing{.head_only = false, .http_1_0 = false, .close = true};
    http::write_head(bytes, response, framing, dates.at(parts_.clock.now()));
    bytes.append(response.body());
    return bytes;
}

}  // namespace loan_manager::gateway
