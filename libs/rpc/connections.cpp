#include "rpc/connections.hpp"

#include <sys/socket.h>
#include <unistd.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <system_error>

#include "runtime/background.hpp"
#include "runtime/log.hpp"

namespace loan_manager::rpc {
namespace asio = boost::asio;
namespace {

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);
// Out of descriptors: that passes, and the server must still be there afterwards.
constexpr std::chrono::milliseconds pause_without_descriptors{100};
// Other work of the event loop comes in between.
constexpr int connections_at_once = 32;

/// The user of the process that has connected, as it was then.
uid_t user_of(int connection) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
        return static_cast<uid_t>(-1);
    }
    return peer.uid;
}

}  // namespace

Connections::Connections(grpc::ServerBuilder& builder, std::shared_ptr<runtime::InstanceSocket> socket, uid_t gateway,
                         asio::any_io_executor executor)
    : socket_(std::move(socket)), gateway_(gateway), executor_(std::move(executor)), waiting_(executor_) {
    using Builder = grpc::ServerBuilder::experimental_type;
    const auto from_fd = Builder::ExternalConnectionType::FROM_FD;
    from_gateway_ = builder.experimental().AddExternalConnectionAcceptor(from_fd, socket_credentials(Peer::gateway));
    from_others_ = builder.experimental().AddExternalConnectionAcceptor(from_fd, socket_credentials(Peer::other));
}

void Connections::start() {
    // A descriptor of its own: this one is given back without closing the socket.
    const int own = ::dup(socket_->descriptor());
    if (own < 0) {
        throw std::system_error(errno, std::generic_category(), "accepting on " + socket_->path().string());
    }
    waiting_.assign(own);
    started_ = true;
    runtime::background(executor_, "accepting connections", accept(shared_from_this()));
}

void Connections::stop() {
    if (std::exchange(started_, false)) {
        asio::post(executor_, [self = shared_from_this()] {
            ::shutdown(self->waiting_.native_handle(), SHUT_RDWR);
            boost::system::error_code ignored;
            self->waiting_.close(ignored);
            self->ended_.set_value();
        });
        ended_.get_future().wait();
    }
}

asio::awaitable<void> Connections::accept(std::shared_ptr<Connections> self) {
    asio::steady_timer pause(self->executor_);
    while (self->waiting_.is_open()) {
        const auto [error] = co_await self->waiting_.async_wait(asio::posix::stream_descriptor::wait_read, use_tuple);
        if (error || !self->waiting_.is_open()) {
            co_return;
        }
        if (!self->take_waiting()) {
            pause.expires_after(pause_without_descriptors);
            co_await pause.async_wait(use_tuple);
        }
    }
}

bool Connections::take_waiting() {
    for (int i = 0; i != connections_at_once; ++i) {
        const int connection = ::accept4(waiting_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (connection >= 0) {
            hand_over(connection);
            continue;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return true;
        }
        if (errno != EINTR && errno != ECONNABORTED) {
            runtime::log::warning("connections cannot be accepted",
                                  {{"error", std::generic_category().message(errno)}});
            return false;
        }
    }
    return true;
}

void Connections::hand_over(int connection) {
    const bool is_gateway = user_of(connection) == gateway_;
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters parameters;
    parameters.listener_fd = socket_->descriptor();
    parameters.fd = connection;
    (is_gateway ? from_gateway_ : from_others_)->HandleNewConnection(&parameters);
}

}  // namespace loan_manager::rpc
