#pragma once

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

/// An upstream's address, by its form.
struct Address {
    enum class Kind { list, dns, directory };

    Kind kind = Kind::list;
    std::vector<HostPort> hosts;      ///< list: at least one
    std::string target;               ///< dns: as gRPC takes it
    std::filesystem::path directory;  ///< directory
};

/// Throws std::invalid_argument naming the text that cannot be read.
Address parse_address(const std::string& text);

/// Instances registered in a directory, sorted; names that are no "host:port" are skipped. A missing directory is
/// empty; nothing if it cannot be read just now (no descriptors left), which says nothing about the instances.
std::optional<std::vector<HostPort>> scan_directory(const std::filesystem::path& directory);

/// The endpoint, if the host is an IP address.
std::optional<boost::asio::ip::tcp::endpoint> literal_endpoint(const HostPort& host);

/// gRPC target that names all the endpoints, e.g. "ipv4:10.0.0.1:50061,10.0.0.2:50061". Sorted and without
/// repetition, so that equal sets give equal targets. One target holds one family: beside IPv6 endpoints IPv4 ones are
/// written as mapped addresses. Empty for no endpoints.
std::string to_target(std::vector<boost::asio::ip::tcp::endpoint> endpoints);

}  // namespace loan_manager::rpc
