#include "rpc/targets.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <stdexcept>

namespace loan_manager::rpc {
namespace ip = boost::asio::ip;
namespace {

constexpr std::string_view dns_scheme = "dns:";
constexpr std::string_view directory_scheme = "dir:";

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
    if (text.starts_with(directory_scheme)) {
        address.kind = Address::Kind::directory;
        address.directory = text.substr(directory_scheme.size());
        if (address.directory.empty()) {
            throw std::invalid_argument("address '" + text + "' names no directory");
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
                                        "' is neither host:port[,host:port…] nor dns:///name:port nor dir:/path");
        }
        address.hosts.push_back(*host);
        begin = comma + 1;
    }
    return address;
}

std::optional<std::vector<HostPort>> scan_directory(const std::filesystem::path& directory) {
    std::vector<HostPort> hosts;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error)) {
        if (std::optional<HostPort> host = parse_host_port(entry->path().filename().string())) {
            hosts.push_back(std::move(*host));
        }
    }
    if (error && error != std::errc::no_such_file_or_directory) {
        return std::nullopt;
    }
    std::sort(hosts.begin(), hosts.end());
    return hosts;
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

}  // namespace loan_manager::rpc
