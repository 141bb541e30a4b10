#pragma once

#include "postgres/connection.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/periodic.hpp"

namespace loan_manager::postgres {

struct ListenerOptions {
    ConnectOptions connect;
    std::vector<std::string> channels;
    std::string task = "database listener";  ///< name among the background tasks
    /// After this long without a word the connection is tested with a query, which has `keepalive_timeout` to answer.
    std::chrono::milliseconds keepalive_interval{30000};
    std::chrono::milliseconds keepalive_timeout{5000};
    std::chrono::milliseconds min_backoff{100};
    std::chrono::milliseconds max_backoff{1000};
};

/// Called on the listener's thread; must not block. An exception is counted as a failure of the task, and the
/// connection opened anew.
struct ListenerCallbacks {
    std::function<void(const Notification&)> on_notification;
    /// LISTEN is in force. Notifications sent before this moment, also while the connection was down, are lost:
    /// look at the tables now.
    std::function<void()> on_connected;
    std::function<void(const Error&)> on_disconnected;
};

/// Keeps a connection of its own that LISTENs, and opens it again for ever when it is lost.
/// start(), stop() and destruction happen on the thread of `context`, or while it does not run.
class Listener {
public:
    Listener(boost::asio::io_context& context, ListenerOptions options, ListenerCallbacks callbacks);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    void start();
    /// No callback is made after this returns.
    void stop();

private:
    struct Core;
    std::shared_ptr<Core> core_;
    runtime::Periodic rounds_;
};

}  // namespace loan_manager::postgres
