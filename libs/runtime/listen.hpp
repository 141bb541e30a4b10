#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace loan_manager::runtime {

/// Why a process cannot start, as one line for its operator. `run` prints it and exits with 1.
class StartupError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// "cannot listen on 127.0.0.1:8000 (setting PORT): Address already in use"
StartupError listen_error(std::string_view host, std::uint16_t port, std::string_view setting,
                          const boost::system::error_code& error);

/// `host:port`, with brackets around an IPv6 address.
std::string host_port(std::string_view host, std::uint16_t port);

/// Opens a listening socket; port 0 takes a free one. `setting` names the port in the StartupError thrown on failure.
/// With `share`, several sockets of this process may listen on the port (SO_REUSEPORT); check it with require_free_port
/// first, or two processes of the same user would share it silently.
boost::asio::ip::tcp::acceptor open_acceptor(boost::asio::io_context& context, const std::string& host,
                                             std::uint16_t port, std::string_view setting, bool share = false);

/// Throws the StartupError that a listener on this port would run into; for listeners (gRPC's) that do not say why they
/// failed.
void require_free_port(const std::string& host, std::uint16_t port, std::string_view setting);

}  // namespace loan_manager::runtime
