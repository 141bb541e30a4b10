#pragma once

#include <grpcpp/server_builder.h>
#include <sys/types.h>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <future>
#include <memory>
#include <set>
#include <vector>

#include "rpc/doors.hpp"
#include "runtime/instance_socket.hpp"
#include "runtime/periodic.hpp"

namespace loan_manager::rpc {

/// Accepts the connections of an instance's socket in gRPC's place, because gRPC does not ask the kernel whose they
/// are and does not bound what they send, and hands each to gRPC through a door of its own.
///
/// Threading: constructor, start() and stop() from one thread that runs no event loop.
class Connections : public std::enable_shared_from_this<Connections> {
public:
    /// Prepares the server that `builder` builds.
    Connections(grpc::ServerBuilder& builder, std::shared_ptr<Doors> doors,
                std::shared_ptr<runtime::InstanceSocket> socket, uid_t gateway, boost::asio::any_io_executor executor);
    ~Connections();

    /// Once the server runs.
    void start();
    /// Takes no more connections, before the server is shut down: who connects now is refused at once. Waits for the
    /// event loop.
    void stop();

private:
    /// A door, how gRPC is told of who comes in, and a second descriptor of the connection.
    struct Entrance {
        std::shared_ptr<Door> door;
        std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor;
        int descriptor = -1;
        std::deque<Entrance*>* free = nullptr;
    };

    void add_entrances(grpc::ServerBuilder& builder, Peer peer, std::deque<Entrance*>& free);
    // Both last until something goes wrong.
    static boost::asio::awaitable<void> accept(std::shared_ptr<Connections> self);
    /// Takes what waits. False when there is no descriptor left for it.
    bool take_waiting();
    bool hand_over(int connection);

    static boost::asio::awaitable<void> watch(std::shared_ptr<Connections> self);
    void see_off(Entrance& entrance);
    void give_back_memory();
    static boost::asio::awaitable<void> open_again(std::shared_ptr<Connections> self, Entrance& entrance);

    std::shared_ptr<Doors> doors_;
    std::shared_ptr<runtime::InstanceSocket> socket_;
    const uid_t gateway_;
    boost::asio::any_io_executor executor_;
    std::vector<std::unique_ptr<Entrance>> entrances_;
    // Of the executor alone.
    std::deque<Entrance*> for_gateway_;
    std::deque<Entrance*> for_others_;
    boost::asio::posix::stream_descriptor waiting_;
    boost::asio::posix::stream_descriptor hung_up_;  ///< An epoll that tells of nothing else.
    std::set<boost::asio::steady_timer*> leaving_;   ///< Of doors that are not open again.
    std::chrono::steady_clock::time_point gave_back_{};
    bool refusing_ = false;  ///< Which is said once.
    std::unique_ptr<runtime::Periodic> accepting_;
    std::unique_ptr<runtime::Periodic> seeing_off_;
    std::promise<void> ended_;
    bool started_ = false;
};

}  // namespace loan_manager::rpc
