#include "rpc/connections.hpp"

#include <fcntl.h>
#include <malloc.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <array>
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
// Typically out of descriptors: that passes, and the server must still be there afterwards.
constexpr std::chrono::milliseconds pause_after_failure{100};
// Other work of the event loop comes in between.
constexpr int connections_at_once = 32;
// What a connection has left behind when it hangs up is on its way through gRPC for so long at most.
constexpr std::chrono::milliseconds time_to_leave{1000};
// Giving memory back takes the allocator some milliseconds.
constexpr std::chrono::milliseconds between_giving_back{500};

runtime::PeriodicOptions rounds(const char* name) {
    runtime::PeriodicOptions options;
    options.name = name;
    options.interval = pause_after_failure;
    return options;
}

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

Connections::Connections(grpc::ServerBuilder& builder, std::shared_ptr<Doors> doors,
                         std::shared_ptr<runtime::InstanceSocket> socket, uid_t gateway, asio::any_io_executor executor)
    : doors_(std::move(doors)),
      socket_(std::move(socket)),
      gateway_(gateway),
      executor_(std::move(executor)),
      waiting_(executor_),
      hung_up_(executor_) {
    add_entrances(builder, Peer::gateway, for_gateway_);
    add_entrances(builder, Peer::other, for_others_);
}

Connections::~Connections() {
    for (const std::unique_ptr<Entrance>& entrance : entrances_) {
        if (entrance->descriptor >= 0) {
            ::close(entrance->descriptor);
        }
    }
}

void Connections::add_entrances(grpc::ServerBuilder& builder, Peer peer, std::deque<Entrance*>& free) {
    for (const std::shared_ptr<Door>& door : doors_->of(peer)) {
        auto entrance = std::make_unique<Entrance>();
        entrance->door = door;
        entrance->acceptor = builder.experimental().AddExternalConnectionAcceptor(
            grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD, socket_credentials(door));
        entrance->free = &free;
        free.push_back(entrance.get());
        entrances_.push_back(std::move(entrance));
    }
}

void Connections::start() {
    // A descriptor of its own: this one is given back without closing the socket.
    const int own = ::dup(socket_->descriptor());
    if (own < 0) {
        throw std::system_error(errno, std::generic_category(), "accepting on " + socket_->path().string());
    }
    waiting_.assign(own);
    const int watched = ::epoll_create1(EPOLL_CLOEXEC);
    if (watched < 0) {
        throw std::system_error(errno, std::generic_category(), "watching connections");
    }
    hung_up_.assign(watched);
    started_ = true;
    accepting_ = std::make_unique<runtime::Periodic>(executor_, rounds("accepting connections"),
                                                     [weak = weak_from_this()] { return accept(weak.lock()); });
    seeing_off_ = std::make_unique<runtime::Periodic>(executor_, rounds("seeing off connections"),
                                                      [weak = weak_from_this()] { return watch(weak.lock()); });
    accepting_->start();
    seeing_off_->start();
}

void Connections::stop() {
    if (std::exchange(started_, false)) {
        accepting_->stop();
        seeing_off_->stop();
        asio::post(executor_, [self = shared_from_this()] {
            ::shutdown(self->waiting_.native_handle(), SHUT_RDWR);
            boost::system::error_code ignored;
            self->waiting_.close(ignored);
            self->hung_up_.close(ignored);
            for (asio::steady_timer* timer : self->leaving_) {
                timer->cancel();
            }
            self->ended_.set_value();
        });
        ended_.get_future().wait();
    }
}

asio::awaitable<void> Connections::accept(std::shared_ptr<Connections> self) {
    while (self && self->waiting_.is_open()) {
        const auto [error] = co_await self->waiting_.async_wait(asio::posix::stream_descriptor::wait_read, use_tuple);
        if (error || !self->waiting_.is_open() || !self->take_waiting()) {
            self->accepting_->note_failure();
            co_return;
        }
    }
}

bool Connections::take_waiting() {
    for (int i = 0; i != connections_at_once; ++i) {
        const int connection = ::accept4(waiting_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (connection >= 0) {
            if (!hand_over(connection)) {
                ::close(connection);
            }
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

/// False: there is no door left for one more.
bool Connections::hand_over(int connection) {
    std::deque<Entrance*>& free = user_of(connection) == gateway_ ? for_gateway_ : for_others_;
    const int second = free.empty() ? -1 : ::fcntl(connection, F_DUPFD_CLOEXEC, 0);
    epoll_event event{};
    event.events = EPOLLRDHUP | EPOLLONESHOT;
    if (second < 0) {
        if (!std::exchange(refusing_, true)) {
            runtime::log::warning("connections are refused: there are as many as there may be");
        }
        return false;
    }
    refusing_ = false;
    event.data.ptr = free.front();
    if (::epoll_ctl(hung_up_.native_handle(), EPOLL_CTL_ADD, second, &event) != 0) {
        ::close(second);
        return false;
    }
    Entrance& entrance = *free.front();
    free.pop_front();
    entrance.descriptor = second;
    entrance.door->opened(second);
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters parameters;
    parameters.listener_fd = socket_->descriptor();
    parameters.fd = connection;
    entrance.acceptor->HandleNewConnection(&parameters);
    return true;
}

asio::awaitable<void> Connections::watch(std::shared_ptr<Connections> self) {
    while (self && self->hung_up_.is_open()) {
        const auto [error] = co_await self->hung_up_.async_wait(asio::posix::stream_descriptor::wait_read, use_tuple);
        if (error || !self->hung_up_.is_open()) {
            self->seeing_off_->note_failure();
            co_return;
        }
        std::array<epoll_event, connections_at_once> events;
        const int count = ::epoll_wait(self->hung_up_.native_handle(), events.data(), connections_at_once, 0);
        for (int i = 0; i < count; ++i) {
            self->see_off(*static_cast<Entrance*>(events.at(static_cast<std::size_t>(i)).data.ptr));
        }
    }
}

void Connections::see_off(Entrance& entrance) {
    entrance.door->closed();
    ::close(std::exchange(entrance.descriptor, -1));
    runtime::background(executor_, "closing a door", open_again(shared_from_this(), entrance));
}

/// A flood leaves the heap full of holes, which the allocator keeps.
void Connections::give_back_memory() {
    const auto now = std::chrono::steady_clock::now();
    if (now - gave_back_ >= between_giving_back) {
        gave_back_ = now;
        ::malloc_trim(0);
    }
}

asio::awaitable<void> Connections::open_again(std::shared_ptr<Connections> self, Entrance& entrance) {
    asio::steady_timer pause(self->executor_, time_to_leave);
    self->leaving_.insert(&pause);
    co_await pause.async_wait(use_tuple);
    self->leaving_.erase(&pause);
    if (entrance.door->forget()) {
        self->give_back_memory();
    }
    entrance.free->push_back(&entrance);
}

}  // namespace loan_manager::rpc
