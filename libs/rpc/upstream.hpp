#pragma once

#include <google/protobuf/descriptor.h>
#include <sys/types.h>
#include <unistd.h>
#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace grpc {
class Channel;
class ChannelCredentials;
}  // namespace grpc

namespace loan_manager::runtime {
class Metrics;
}

namespace loan_manager::rpc {

struct UpstreamOptions {
    std::string name;  ///< For logs and metrics: "fleet".
    /// `unix:/directory`: a directory of the sockets of the instances. Or, with credentials for it, TCP:
    /// `host:port[,host:port…]` or `dns:///name:port`.
    std::string address;
    /// With `unix:`: whose sockets these are. Where anybody else could answer nobody is called.
    uid_t owner = ::geteuid();
    /// How the ends of a TCP connection prove who they are; null: TCP is refused.
    std::shared_ptr<grpc::ChannelCredentials> tcp_credentials;
    /// Services called over this upstream; their GET routes are retried (at most 3 attempts, only when no instance
    /// answered), nothing else is.
    std::vector<const google::protobuf::ServiceDescriptor*> services;
    /// Calls in flight; one more fails at once with UNAVAILABLE.
    std::size_t max_in_flight = 1024;
    int max_message_bytes = 16 * 1024 * 1024;
    /// Calls leave this much of the caller's budget for the way back.
    std::chrono::milliseconds margin{20};
    std::chrono::milliseconds connect_timeout{1000};
    /// The first and the longest pause before another attempt to connect. A change in the directory ends it.
    std::chrono::milliseconds reconnect_after{100};
    std::chrono::milliseconds reconnect_after_at_most{1000};
    /// How often the directory is read when nothing is heard of changes in it.
    std::chrono::milliseconds directory_interval{1000};
    /// How often the names of a list of several `host:port` are looked up again.
    std::chrono::milliseconds resolve_interval{10'000};
    /// Where state, instances and calls are shown; null: nowhere. Must outlive the upstream.
    runtime::Metrics* metrics = nullptr;
};

/// How an upstream looks from here.
enum class UpstreamState {
    ready,        ///< At least one healthy instance is connected.
    connecting,   ///< Not yet known.
    unreachable,  ///< Calls fail at once with UNAVAILABLE.
};

/// One peer service with all its instances: round robin over the healthy ones, reconnects after 100 ms … 1 s, and
/// answers UNAVAILABLE promptly when nobody is there. Instances come and go without disturbing calls in flight.
///
/// Threading: start(), shutdown() and the destructor from one thread that runs no event loop, everything else from any.
/// shutdown() (or the destructor) must have returned before the event loops of callers end.
class Upstream {
public:
    /// Throws std::invalid_argument on an address it cannot read, or TCP without credentials. `executor` runs the
    /// watching of directories.
    Upstream(UpstreamOptions options, boost::asio::any_io_executor executor);
    ~Upstream();
    Upstream(const Upstream&) = delete;
    Upstream& operator=(const Upstream&) = delete;

    /// Connects eagerly and begins to watch.
    void start();

    const UpstreamOptions& options() const noexcept;
    UpstreamState state() const;
    /// Instances known now, for metrics; 0 with `dns:` means unknown.
    std::size_t instances() const;
    std::size_t in_flight() const noexcept;

    /// Refuses new calls, waits up to `grace` for those in flight, then cancels them and waits for their end.
    /// Blocks; call it from a thread that runs no event loop.
    void shutdown(std::chrono::milliseconds grace);

    struct Impl;
    Impl& impl() noexcept { return *impl_; }

private:
    std::shared_ptr<Impl> impl_;
};

}  // namespace loan_manager::rpc
