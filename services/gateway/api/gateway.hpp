// The gateway as an application of HTTP: everything its requests share.
#pragma once

#include "gateway/api/documents.hpp"
#include "gateway/api/endpoints.hpp"
#include "gateway/api/health.hpp"
#include "gateway/http/exchange.hpp"
#include "gateway/http/seats.hpp"
#include "gateway/policy/client_address.hpp"
#include "gateway/policy/cors.hpp"
#include "gateway/policy/rate_limiter.hpp"
#include "runtime/clock.hpp"
#include "runtime/metrics.hpp"
#include "trust/authenticator.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace loan_manager::gateway {

/// D-217. Absent: switched off.
struct RateLimits {
    std::unique_ptr<RateLimiter> users;
    std::unique_ptr<RateLimiter> addresses;
};

/// Immutable but for counters; safe from every loop. The parts it refers to must outlive it.
class Gateway final : public http::Application {
public:
    struct Parts {
        const Endpoints& endpoints;
        trust::Authenticator& authenticator;
        Health& health;
        const Documents& documents;
        runtime::Metrics& metrics;
        const runtime::Clock& clock;
        Cors cors;
        TrustedProxies proxies;
        RateLimits limits;
    };

    explicit Gateway(Parts parts);

    std::unique_ptr<http::Exchange> open(const http::Request& request, const boost::asio::ip::address& peer) override;

    /// The answer to a connection that gets no seat, as bytes.
    std::string busy_response(http::Seats::Verdict verdict) const;

private:
    friend class ApiExchange;

    Parts parts_;
    RouteMetrics unrouted_;
    RouteMetrics health_requests_;
    RouteMetrics document_requests_;
};

}  // namespace loan_manager::gateway
