// One API request on its way through the checks of D-212 to a service and back.
#pragma once

#include "access/identity.hpp"
#include "gateway/api/errors.hpp"
#include "gateway/api/gateway.hpp"
#include "gateway/http/exchange.hpp"
#include "gateway/policy/conditional.hpp"
#include "rpc/client.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

namespace loan_manager::gateway {

class ApiExchange final : public http::Exchange {
public:
    ApiExchange(Gateway& gateway, const http::Request& request, const boost::asio::ip::address& peer);

    boost::asio::awaitable<std::optional<http::Response>> admit() override;
    [[nodiscard]] std::uint64_t body_limit() const override;
    boost::asio::awaitable<http::Response> answer() override;
    http::Response refuse(http::Refusal reason) override;
    http::Response failed(const std::exception_ptr& exception) override;
    void finished(unsigned status, std::uint64_t bytes_sent) noexcept override;

private:
    using Refused = std::optional<HttpError>;

    // Each looks at one thing, in the order they are declared.
    std::optional<http::Response> own_page();
    std::optional<http::Response> find_route();
    Refused check_size() const;
    boost::asio::awaitable<std::optional<rpc::Error>> authenticate();
    Refused check_rate();
    Refused check_media_type() const;
    Refused check_header_syntax();
    Refused check_permission() const;
    Refused check_precondition() const;

    rpc::CallContext call_context(const boost::asio::any_io_executor& executor);
    http::Response succeed(rpc::RawAnswer& answer);
    void add_entity_tag(http::Response& response, std::optional<std::int64_t> version, std::string body);
    http::Response fail(const HttpError& error);
    http::Response decorate(http::Response response) const;
    [[nodiscard]] bool is_read() const;

    Gateway& gateway_;
    const http::Request& request_;
    std::chrono::steady_clock::time_point started_;
    boost::asio::ip::address client_;
    std::string request_id_;

    transcode::Match match_;
    const Endpoint* endpoint_ = nullptr;
    std::string_view bearer_;
    access::Identity caller_;
    IfMatch if_match_;
    std::string_view idempotency_key_;
    bool counted_ = false;

    // For the log.
    std::optional<rpc::Code> code_;
    std::string_view route_name_ = "-";
    const RouteMetrics* route_metrics_;
    bool routine_ = false;
};

}  // namespace loan_manager::gateway
