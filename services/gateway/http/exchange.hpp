// What a connection needs from the application: one request in, one response out.
#pragma once

#include "gateway/http/message.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>

namespace loan_manager::gateway::http {

/// Why a connection refuses a request by itself.
enum class Refusal {
    malformed,            ///< 400
    timed_out,            ///< 408
    line_too_long,        ///< 414
    head_too_long,        ///< 431
    body_too_large,       ///< 413
    version_unsupported,  ///< 505
    expectation_unknown,  ///< 417
};

/// One request and its response. Lives from the end of the head to the last byte of the response, on one loop.
class Exchange {
public:
    virtual ~Exchange() = default;

    /// Decides what the head alone can decide. With a response the body is not read, and a client that waits for
    /// `100 Continue` never sends it.
    virtual boost::asio::awaitable<std::optional<Response>> admit() = 0;
    /// Largest body of an admitted request, in bytes.
    [[nodiscard]] virtual std::uint64_t body_limit() const = 0;
    /// Answers an admitted request whose body is complete. Cancelled (terminal) when the client goes away.
    virtual boost::asio::awaitable<Response> answer() = 0;
    /// The application's form of a refusal. May be called at any time, also when the head could not be parsed.
    virtual Response refuse(Refusal reason) = 0;
    /// The application's answer to its own exception, which went through `admit` or `answer`.
    virtual Response failed(const std::exception_ptr& exception) = 0;
    /// Called once, at the end. `status` is 499 if the client left before an answer was ready.
    virtual void finished(unsigned status, std::uint64_t bytes_sent) noexcept = 0;
};

/// Makes exchanges. Called from every loop.
class Application {
public:
    virtual ~Application() = default;
    /// The request outlives the exchange. If its head was malformed, only part of it is filled.
    virtual std::unique_ptr<Exchange> open(const Request& request, const boost::asio::ip::address& peer) = 0;
};

}  // namespace loan_manager::gateway::http
