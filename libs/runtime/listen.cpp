#include "runtime/listen.hpp"

#include <sys/socket.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/socket_base.hpp>

namespace loan_manager::runtime {
namespace {

using boost::asio::ip::tcp;
using ReusePort = boost::asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

tcp::endpoint resolve(boost::asio::io_context& context, const std::string& host, std::uint16_t port,
                      std::string_view setting) {
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(host, error);
    if (!error) {
        return {address, port};
    }
    tcp::resolver resolver(context);
    const auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::passive, error);
    if (error) {
        throw listen_error(host, port, setting, error);
    }
    return *found.begin();
}

}  // namespace

StartupError listen_error(std::string_view host, std::uint16_t port, std::string_view setting,
                          const boost::system::error_code& error) {
    return StartupError("cannot listen on " + host_port(host, port) + " (setting " + std::string(setting) +
                        "): " + error.message());
}

std::string host_port(std::string_view host, std::uint16_t port) {
    const bool bracket = host.find(':') != std::string_view::npos && !host.starts_with('[');
    std::string text = bracket ? "[" + std::string(host) + "]" : std::string(host);
    return text + ":" + std::to_string(port);
}

tcp::acceptor open_acceptor(boost::asio::io_context& context, const std::string& host, std::uint16_t port,
                            std::string_view setting, bool share) {
    const tcp::endpoint endpoint = resolve(context, host, port, setting);
    tcp::acceptor acceptor(context);
    boost::system::error_code error;
    const auto attempt = [&](auto&& step) {
        step();
        if (error) {
            throw listen_error(host, port, setting, error);
        }
    };
    attempt([&] { acceptor.open(endpoint.protocol(), error); });
    // A restarted service must not wait for the old one's connections in TIME_WAIT.
    attempt([&] { acceptor.set_option(boost::asio::socket_base::reuse_address(true), error); });
    if (share) {
        attempt([&] { acceptor.set_option(ReusePort(true), error); });
    }
    attempt([&] { acceptor.bind(endpoint, error); });
    attempt([&] { acceptor.listen(boost::asio::socket_base::max_listen_connections, error); });
    return acceptor;
}

void require_free_port(const std::string& host, std::uint16_t port, std::string_view setting) {
    boost::asio::io_context context;
    open_acceptor(context, host, port, setting);
}

}  // namespace loan_manager::runtime
