#pragma once

#include <sys/types.h>
#include <boost/asio/ip/tcp.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loan_manager::rpc {

/// "host:port" taken apart. The host is a name or an address; IPv6 is written in brackets.
struct HostPort {
    std::string host;
    std::string port;

    friend auto operator<=>(const HostPort&, const HostPort&) = default;
};

std::optional<HostPort> parse_host_port(std::string_view text);

/// An upstream's address, by its form: `unix:/directory`, and for several hosts `host:port[,host:port…]` or
/// `dns:///name:port`.
struct Address {
    enum class Kind { list, dns, directory };

    Kind kind = Kind::list;
    std::vector<HostPort> hosts;      ///< list: at least one
    std::string target;               ///< dns: as gRPC takes it
    std::filesystem::path directory;  ///< directory
};

/// Throws std::invalid_argument naming the text that cannot be read.
Address parse_address(const std::string& text);

/// The instances in a directory (see runtime/instance_socket.hpp).
struct Sockets {
    std::vector<std::filesystem::path> paths;  ///< Sorted.
    /// Why the directory, or some socket in it, does not count: somebody else than the owner could answer there.
    std::vector<std::string> refused;
};

/// Looks for the sockets of `owner`. Nothing if the directory cannot be read just now (no descriptors left), which says
/// nothing about the instances.
std::optional<Sockets> scan_directory(const std::filesystem::path& directory, uid_t owner);

/// The endpoint, if the host is an IP address.
std::optional<boost::asio::ip::tcp::endpoint> literal_endpoint(const HostPort& host);

/// gRPC target that names all the endpoints, e.g. "ipv4:10.0.0.1:50061,10.0.0.2:50061". Sorted and without
/// repetition, so that equal sets give equal targets. One target holds one family: beside IPv6 endpoints IPv4 ones are
/// written as mapped addresses. Empty for no endpoints.
std::string to_target(std::vector<boost::asio::ip::tcp::endpoint> endpoints);
/// The same for sockets: "unix:/run/loan-manager/fleet/1.sock,/run/loan-manager/fleet/2.sock".
std::string to_target(std::vector<std::filesystem::path> sockets);

}  // namespace loan_manager::rpc
