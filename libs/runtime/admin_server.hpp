#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "runtime/periodic.hpp"

namespace loan_manager::runtime {

/// A small HTTP server for the machine's own eyes: GET and HEAD of a few fixed paths. It bounds connections, header
/// size and time per request. One connection more than it takes ends the one that has waited longest, so that idle ones
/// never blind it. All of it, the pages included, runs on the one thread that runs its io_context.
class AdminServer {
public:
    struct Answer {
        unsigned status;
        std::string content_type;
        std::string body;
    };
    using Page = std::function<Answer()>;

    /// Listens at once; throws StartupError naming ADMIN_PORT.
    AdminServer(boost::asio::io_context& context, const std::string& host, std::uint16_t port,
                std::map<std::string, Page, std::less<>> pages);

    std::uint16_t port() const;
    void start();
    /// Takes no more connections and forgets the pages; answers under way are still written.
    void stop();

private:
    boost::asio::awaitable<void> accept();
    struct Sessions;
    struct Place;
    boost::asio::awaitable<void> serve(Place place);
    Answer answer(std::string_view method, std::string_view target) const;

    boost::asio::io_context& context_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::map<std::string, Page, std::less<>> pages_;
    std::shared_ptr<Sessions> sessions_;
    Periodic accepting_;
};

}  // namespace loan_manager::runtime
