#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <future>
#include <stdexcept>
#include <thread>

#include "postgres/connection.hpp"

namespace loan_manager::testing {

inline postgres::ConnectOptions connect_options(const std::string& url) {
    postgres::ConnectOptions options;
    options.dsn = postgres::Dsn::parse(url).value();
    return options;
}

/// An event loop that tests feed from outside. Declare it before what lives on it.
class Loop {
public:
    Loop() : work_(context_.get_executor()), thread_([this] { context_.run(); }) {}
    ~Loop() { stop(); }

    /// Ends when nothing is left to do; for the destructors of what lives on the loop.
    void stop() {
        work_.reset();
        if (thread_.joinable()) {
            thread_.join();
        }
    }

    boost::asio::io_context& context() { return context_; }

    /// Runs a coroutine to its end and returns what it returns. Fails after `limit` instead of hanging.
    template <class T>
    T run(boost::asio::awaitable<T> work, std::chrono::seconds limit = std::chrono::seconds{30}) {
        auto result = std::make_shared<std::promise<T>>();
        auto future = result->get_future();
        boost::asio::co_spawn(context_, std::move(work), [result](std::exception_ptr error, T value) {
            if (error) {
                result->set_exception(error);
            } else {
                result->set_value(std::move(value));
            }
        });
        if (future.wait_for(limit) != std::future_status::ready) {
            throw std::runtime_error("the coroutine does not end");
        }
        return future.get();
    }

    /// Runs a function on the loop.
    void call(const std::function<void()>& function) {
        std::promise<void> done;
        boost::asio::post(context_, [&] {
            function();
            done.set_value();
        });
        done.get_future().wait();
    }

private:
    boost::asio::io_context context_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::thread thread_;
};

/// Asks again and again, up to ten seconds.
template <class Condition>
bool eventually(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) {
            return false;
        }
        std::this_thread::yield();
    }
    return true;
}

}  // namespace loan_manager::testing
