#pragma once

#include <google/protobuf/message.h>
#include <sys/types.h>
#include <unistd.h>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rpc/context.hpp"
#include "rpc/error.hpp"
#include "rpc/handler.hpp"

namespace grpc {
class ServerCredentials;
}

namespace loan_manager::runtime {
class InstanceSocket;
class Metrics;
}  // namespace loan_manager::runtime

namespace loan_manager::rpc {

/// One finished call, for logs and metrics.
struct CallRecord {
    const CallContext& context;
    grpc::StatusCode status;
    std::string_view code;  ///< Error code; empty on success.
    std::chrono::microseconds duration;
};

/// What the server asks others. Every hook may be called from all loops at once.
struct ServerHooks {
    /// Access token → identity. Errors: UNAUTHENTICATED, TOKEN_EXPIRED, UNAVAILABLE. Required unless every method
    /// is public.
    std::function<boost::asio::awaitable<Result<access::Identity>>(std::string_view bearer)> authenticate;
    /// Turns an exception that escaped a handler into an error (e.g. postgres::Failure → UNAVAILABLE); nothing:
    /// the exception is logged and answered as INTERNAL.
    std::function<std::optional<Error>(const std::exception_ptr&, const CallContext&)> map_exception;
    /// Called once for each finished call, on its loop, besides the access log line.
    std::function<void(const CallRecord&)> observe;
    /// Where calls are counted and timed by method; null: nowhere. Must outlive the server.
    runtime::Metrics* metrics = nullptr;
};

struct ServerOptions {
    /// Where connections come from: the socket of this instance. Publishing it is left to others.
    std::shared_ptr<runtime::InstanceSocket> socket;
    /// The user of the gateway's processes: only over connections of his is believed what a call says of its caller.
    uid_t gateway_user = ::geteuid();
    /// TCP, for several hosts: only with credentials by which the ends prove who they are.
    struct Tcp {
        std::string host;
        std::uint16_t port = 0;  ///< 0: any free one, see Server::port().
        std::shared_ptr<grpc::ServerCredentials> credentials;
    };
    std::optional<Tcp> tcp;
    /// Describes the services to whoever asks (grpcurl): for development.
    bool reflection = false;
    /// Calls in flight, over all loops; one more is answered UNAVAILABLE at once.
    std::size_t max_in_flight = 1024;
    /// Connections of the gateway's user, and again of all others; one more is closed at once.
    std::size_t max_connections = 32;
    /// Calls of one connection that have not ended; one more is answered UNAVAILABLE at once (doors.hpp).
    int max_streams = 1024;
    /// Largest request and answer, bytes.
    int max_message_bytes = 16 * 1024 * 1024;
    /// All metadata of a call, bytes.
    int max_metadata_bytes = 16 * 1024;
    /// What gRPC itself may hold for connections, streams and messages; beyond, it drops connections.
    std::size_t max_memory_bytes = std::size_t{256} * 1024 * 1024;
    /// Upper bound of a call's budget, also for callers that set no deadline.
    std::chrono::milliseconds max_budget{120'000};
    /// A connection is asked to reconnect after this time, so that clients meet new instances behind a DNS name.
    std::chrono::milliseconds max_connection_age{300'000};
};

/// Who may call a method that has no HTTP route.
enum class OpenTo {
    nobody_declared,  ///< Registration fails: every method says who may call it.
    anyone,           ///< No token is looked at.
    signed_in,        ///< Any valid token.
};

/// A gRPC server whose handlers are coroutines on Asio event loops.
///
/// Per call, in this order: in-flight limit → metadata syntax (400) → token (401, unless the route is public) →
/// permission of the route (403) → If-Match present (428) → Idempotency-Key present (400) → for queries, field
/// issues of the gateway and declarative validation by libs/validate (422) → handler. The health service
/// is always on. Deadline and cancellation by the client reach the handler as Asio cancellation (terminal): the
/// operation it waits for ends early, the next one throws `operation_aborted`.
///
/// Threading: register everything, then start(). The other functions may be called from any thread; `shutdown`
/// only from one that runs no event loop. The loops must run until `shutdown` has returned.
class Server {
public:
    Server(ServerOptions options, std::vector<boost::asio::any_io_executor> loops, ServerHooks hooks);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Registers a service by its generated class: `server.service<v1::BikeService>()`, then its methods.
    template <class Generated>
    ServiceBuilder service() {
        return service(Generated::service_full_name());
    }
    ServiceBuilder service(std::string_view full_name);

    /// Begins to accept; health is NOT_SERVING until set_serving(true). Throws std::runtime_error if the TCP port is
    /// taken, std::logic_error if a service lacks a method or there is nowhere to listen.
    void start();

    /// The bound TCP port; 0 without TCP.
    std::uint16_t port() const noexcept;
    /// The socket of the options.
    const std::shared_ptr<runtime::InstanceSocket>& socket() const noexcept;

    /// Health as clients see it: balancing clients avoid an instance that does not serve. Does nothing once shutdown()
    /// has begun, and never waits for it.
    void set_serving(bool serving);

    /// Stops: health NOT_SERVING, GOAWAY, waits for calls in flight until `grace` is over, cancels the rest and waits
    /// for them to end. Blocks; idempotent.
    void shutdown(std::chrono::milliseconds grace);

    /// Calls running now.
    std::size_t in_flight() const noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace loan_manager::rpc
