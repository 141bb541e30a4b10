#include "rpc/targets.hpp"

#include <sys/stat.h>
#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <cstdio>
#include <stdexcept>

#include "runtime/instance_socket.hpp"
#include "runtime/owned_directory.hpp"
#include "runtime/users.hpp"

namespace loan_manager::rpc {
namespace ip = boost::asio::ip;
namespace fs = std::filesystem;
namespace {

constexpr std::string_view dns_scheme = "dns:";
constexpr std::string_view socket_scheme = "unix:";

std::optional<unsigned short> port_of(std::string_view text) {
    unsigned short port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (text.empty() || error != std::errc() || end != text.data() + text.size() || port == 0) {
        return std::nullopt;
    }
    return port;
}

bool is_host_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
}

std::string text_of(const ip::tcp::endpoint& endpoint, bool as_v6) {
    const std::string port = ":" + std::to_string(endpoint.port());
    if (!as_v6) {
        return endpoint.address().to_string() + port;
    }
    const ip::address_v6 address = endpoint.address().is_v6()
                                       ? endpoint.address().to_v6()
                                       : ip::make_address_v6(ip::v4_mapped, endpoint.address().to_v4());
    return "[" + address.to_string() + "]" + port;
}

/// Why a socket does not count; nothing if it does.
std::optional<std::string> problem_of(const fs::path& path, const struct stat& status, uid_t owner) {
    if (!S_ISSOCK(status.st_mode)) {
        return "is no socket";
    }
    if (status.st_uid != owner) {
        return "belongs to " + runtime::user_text(status.st_uid) + ", not to " + runtime::user_text(owner);
    }
    if (path.native().size() > runtime::longest_socket_path()) {
        return "has a path too long for a socket";
    }
    return std::nullopt;
}

/// As a part of a URI: everything but the plainest characters is escaped.
std::string escaped(const std::string& path) {
    std::string text;
    for (const char c : path) {
        if (is_host_char(c) || c == '/') {
            text += c;
        } else {
            char escape[4];
            std::snprintf(escape, sizeof escape, "%%%02X", static_cast<unsigned char>(c));
            text += escape;
        }
    }
    return text;
}

}  // namespace

std::optional<HostPort> parse_host_port(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || !port_of(text.substr(colon + 1))) {
        return std::nullopt;
    }
    std::string_view host = text.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
        boost::system::error_code error;
        ip::make_address_v6(host, error);
        if (error) {
            return std::nullopt;
        }
    } else if (host.empty() || !std::all_of(host.begin(), host.end(), is_host_char)) {
        return std::nullopt;
    }
    return HostPort{std::string(host), std::string(text.substr(colon + 1))};
}

Address parse_address(const std::string& text) {
    Address address;
    if (text.starts_with(socket_scheme)) {
        address.kind = Address::Kind::directory;
        address.directory = text.substr(socket_scheme.size());
        // gRPC takes a comma for the end of a path.
        if (!address.directory.is_absolute() || address.directory.native().find(',') != std::string::npos) {
            throw std::invalid_argument("address '" + text + "' is not unix:/directory, without a comma");
        }
        return address;
    }
    if (text.starts_with(dns_scheme)) {
        address.kind = Address::Kind::dns;
        address.target = text;
        const std::size_t name = text.find_last_of('/') + 1;
        if (!parse_host_port(std::string_view(text).substr(std::max(name, dns_scheme.size())))) {
            throw std::invalid_argument("address '" + text + "' is not dns:///name:port");
        }
        return address;
    }
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t comma = std::min(text.find(',', begin), text.size());
        const std::optional<HostPort> host = parse_host_port(std::string_view(text).substr(begin, comma - begin));
        if (!host) {
            throw std::invalid_argument("address '" + text +
                                        "' is neither unix:/directory nor host:port[,host:port…] nor dns:///name:port");
        }
        address.hosts.push_back(*host);
        begin = comma + 1;
    }
    return address;
}

std::optional<Sockets> scan_directory(const fs::path& directory, uid_t owner) {
    Sockets sockets;
    if (std::optional<std::string> problem = runtime::ownership_problem(directory, owner)) {
        sockets.refused.push_back(std::move(*problem));
        return sockets;
    }
    std::error_code error;
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
        const fs::path& path = entry->path();
        if (path.extension() != runtime::socket_suffix || !runtime::is_instance_name(path.stem().native())) {
            continue;
        }
        struct stat status {};
        if (::lstat(path.c_str(), &status) != 0) {
            continue;  // withdrawn meanwhile
        }
        if (std::optional<std::string> problem = problem_of(path, status, owner)) {
            sockets.refused.push_back(path.string() + " " + *problem);
        } else {
            sockets.paths.push_back(path);
        }
    }
    if (error && error != std::errc::no_such_file_or_directory) {
        return std::nullopt;
    }
    std::sort(sockets.paths.begin(), sockets.paths.end());
    std::sort(sockets.refused.begin(), sockets.refused.end());
    return sockets;
}

std::optional<ip::tcp::endpoint> literal_endpoint(const HostPort& host) {
    boost::system::error_code error;
    const ip::address address = ip::make_address(host.host, error);
    const std::optional<unsigned short> port = port_of(host.port);
    if (error || !port) {
        return std::nullopt;
    }
    return ip::tcp::endpoint(address, *port);
}

std::string to_target(std::vector<ip::tcp::endpoint> endpoints) {
    if (endpoints.empty()) {
        return {};
    }
    std::sort(endpoints.begin(), endpoints.end());
    endpoints.erase(std::unique(endpoints.begin(), endpoints.end()), endpoints.end());
    const bool as_v6 = std::any_of(endpoints.begin(), endpoints.end(),
                                   [](const ip::tcp::endpoint& endpoint) { return endpoint.address().is_v6(); });
    std::string target = as_v6 ? "ipv6:" : "ipv4:";
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
        target += (i == 0 ? "" : ",") + text_of(endpoints[i], as_v6);
    }
    return target;
}

std::string to_target(std::vector<fs::path> sockets) {
    std::sort(sockets.begin(), sockets.end());
    std::string target;
    for (const fs::path& socket : sockets) {
        target += (target.empty() ? std::string(socket_scheme) : ",") + escaped(socket.native());
    }
    return target;
}

}  // namespace loan_manager::rpc
