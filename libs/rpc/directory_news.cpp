#include "rpc/directory_news.hpp"

#include <sys/inotify.h>
#include <unistd.h>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

#include "runtime/background.hpp"
#include "runtime/log.hpp"

namespace loan_manager::rpc {
namespace asio = boost::asio;
namespace {

constexpr std::uint32_t changes =
    IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

}  // namespace

DirectoryNews::DirectoryNews(asio::any_io_executor executor, std::string name, std::function<void()> changed)
    : executor_(std::move(executor)), name_(std::move(name)), changed_(std::move(changed)), events_(executor_) {}

void DirectoryNews::follow(const std::filesystem::path& directory) {
    if (closed_ || !open()) {
        return;
    }
    // For a directory that is followed already this changes nothing.
    if (::inotify_add_watch(events_.native_handle(), directory.c_str(), changes) < 0 && errno != ENOENT) {
        complain(errno);
    }
}

bool DirectoryNews::open() {
    if (events_.is_open()) {
        return true;
    }
    const int descriptor = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (descriptor < 0) {
        complain(errno);
        return false;
    }
    events_.assign(descriptor);
    runtime::background(executor_, "news of " + name_, tell(shared_from_this()));
    return true;
}

void DirectoryNews::complain(int error) {
    if (!std::exchange(complained_, true)) {
        runtime::log::warning("changes are found by looking only",
                              {{"of", name_}, {"error", std::generic_category().message(error)}});
    }
}

void DirectoryNews::close() {
    closed_ = true;
    boost::system::error_code ignored;
    events_.close(ignored);
}

asio::awaitable<void> DirectoryNews::tell(std::shared_ptr<DirectoryNews> self) {
    // What happened does not matter: somebody looks at the whole directory.
    alignas(inotify_event) std::array<char, 4096> unread;
    while (!self->closed_) {
        const auto [error] = co_await self->events_.async_wait(asio::posix::stream_descriptor::wait_read,
                                                               asio::as_tuple(asio::use_awaitable));
        if (error || self->closed_) {
            co_return;
        }
        while (::read(self->events_.native_handle(), unread.data(), unread.size()) > 0) {
        }
        self->changed_();
    }
}

}  // namespace loan_manager::rpc
