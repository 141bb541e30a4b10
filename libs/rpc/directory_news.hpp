#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace loan_manager::rpc {

/// Tells at once when something changes in a directory: names that come and go, owners, modes (inotify). It may miss
/// things – the directory is not there yet, the machine has no watches left – so that somebody looks now and then, too.
///
/// Lives on one executor, where everything is called, `changed` too. Held by a shared_ptr.
class DirectoryNews : public std::enable_shared_from_this<DirectoryNews> {
public:
    /// `name` is for the log.
    DirectoryNews(boost::asio::any_io_executor executor, std::string name, std::function<void()> changed);

    /// Follows the directory of that name, if there is one now. Call it again before each look: another directory may
    /// have come into its place.
    void follow(const std::filesystem::path& directory);
    /// Says nothing any more.
    void close();

private:
    static boost::asio::awaitable<void> tell(std::shared_ptr<DirectoryNews> self);
    bool open();
    void complain(int error);

    boost::asio::any_io_executor executor_;
    std::string name_;
    std::function<void()> changed_;
    boost::asio::posix::stream_descriptor events_;
    bool complained_ = false;
    bool closed_ = false;
};

}  // namespace loan_manager::rpc
