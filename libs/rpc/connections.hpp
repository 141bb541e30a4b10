#pragma once

#include <grpcpp/server_builder.h>
#include <sys/types.h>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <future>
#include <memory>

#include "rpc/credentials.hpp"
#include "runtime/instance_socket.hpp"

namespace loan_manager::rpc {

/// Accepts the connections of an instance's socket in gRPC's place, because gRPC does not ask the kernel whose they
/// are, and hands each to gRPC as one of the gateway's user or as another's.
///
/// Threading: constructor, start() and stop() from one thread that runs no event loop.
class Connections : public std::enable_shared_from_this<Connections> {
public:
    /// Prepares the server that `builder` builds.
    Connections(grpc::ServerBuilder& builder, std::shared_ptr<runtime::InstanceSocket> socket, uid_t gateway,
                boost::asio::any_io_executor executor);

    /// Once the server runs.
    void start();
    /// Takes no more connections, before the server is shut down: who connects now is refused at once. Waits for the
    /// event loop.
    void stop();

private:
    using Acceptor = std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor>;

    static boost::asio::awaitable<void> accept(std::shared_ptr<Connections> self);
    /// Takes what waits. False when there is no descriptor left for it.
    bool take_waiting();
    void hand_over(int connection);

    std::shared_ptr<runtime::InstanceSocket> socket_;
    const uid_t gateway_;
    boost::asio::any_io_executor executor_;
    Acceptor from_gateway_;
    Acceptor from_others_;
    // Of the executor alone.
    boost::asio::posix::stream_descriptor waiting_;
    std::promise<void> ended_;
    bool started_ = false;
};

}  // namespace loan_manager::rpc
