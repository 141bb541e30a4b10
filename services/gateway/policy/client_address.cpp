#include "gateway/policy/client_address.hpp"

#include "gateway/http/peer_address.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>
#include <stdexcept>

namespace loan_manager::gateway {

namespace ip = boost::asio::ip;
using boost::beast::iequals;
using http::plain_address;

namespace {

constexpr std::string_view forwarded_for = "X-Forwarded-For";
constexpr std::string_view real_ip_name = "X-Real-IP";
// The longest form: a bracketed IPv6 address with an embedded IPv4 one, a zone and a port.
constexpr std::size_t max_entry = 80;

std::string_view trim(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_port(std::string_view text) {
    if (text.empty() || text.size() > 5) {
        return false;
    }
    unsigned value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') {
            return false;
        }
        value = value * 10 + static_cast<unsigned>(c - '0');
    }
    return value <= 65'535;
}

std::optional<ip::address> parse_v4(std::string_view text) {
    boost::system::error_code error;
    const auto address = ip::make_address_v4(std::string(text), error);
    return error ? std::nullopt : std::optional<ip::address>(address);
}

std::optional<ip::address> parse_v6(std::string_view text) {
    const std::size_t zone = text.find('%');
    if (zone == text.size() - 1) {
        return std::nullopt;
    }
    boost::system::error_code error;
    const auto address = ip::make_address_v6(std::string(text.substr(0, zone)), error);
    return error ? std::nullopt : std::optional<ip::address>(plain_address(address));
}

// Takes the last entry off the list.
std::string_view take_last(std::string_view& list) {
    const std::size_t comma = list.rfind(',');
    const std::string_view entry = comma == std::string_view::npos ? list : list.substr(comma + 1);
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(0, comma);
    return trim(entry);
}

// A network of IPv4 addresses wrapped in IPv6 would never meet an address, since those are unwrapped.
std::optional<ip::network_v4> unwrapped(const ip::network_v6& network) {
    constexpr unsigned short prefix = 96;
    if (!network.address().is_v4_mapped() || network.prefix_length() < prefix) {
        return std::nullopt;
    }
    const auto length = static_cast<unsigned short>(network.prefix_length() - prefix);
    return ip::network_v4(ip::make_address_v4(ip::v4_mapped, network.address()), length);
}

}  // namespace

std::optional<ip::address> forwarded_address(std::string_view entry) {
    if (entry.empty() || entry.size() > max_entry) {
        return std::nullopt;
    }
    if (entry.front() == '[') {
        const std::size_t close = entry.find(']');
        if (close == std::string_view::npos || close == 1) {
            return std::nullopt;
        }
        const std::string_view rest = entry.substr(close + 1);
        if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) {
            return std::nullopt;
        }
        return parse_v6(entry.substr(1, close - 1));
    }
    const std::size_t colon = entry.find(':');
    if (colon == std::string_view::npos) {
        return parse_v4(entry);
    }
    // One colon is a port; an IPv6 address has two at least.
    if (entry.find(':', colon + 1) == std::string_view::npos) {
        return is_port(entry.substr(colon + 1)) ? parse_v4(entry.substr(0, colon)) : std::nullopt;
    }
    return parse_v6(entry);
}

TrustedProxies::TrustedProxies(const std::vector<std::string>& entries, bool real_ip) : real_ip_(real_ip) {
    for (const std::string& entry : entries) {
        const bool is_network = entry.find('/') != std::string::npos;
        boost::system::error_code no_v4;
        const auto v4 = ip::make_network_v4(is_network ? entry : entry + "/32", no_v4);
        if (!no_v4) {
            v4_.push_back(v4.canonical());
            continue;
        }
        boost::system::error_code no_v6;
        const auto v6 = ip::make_network_v6(is_network ? entry : entry + "/128", no_v6);
        if (no_v6) {
            throw std::invalid_argument("\"" + entry + "\" is neither an IP address nor a network such as 10.0.0.0/8");
        }
        if (const auto wrapped = unwrapped(v6)) {
            v4_.push_back(wrapped->canonical());
        } else {
            v6_.push_back(v6.canonical());
        }
    }
}

bool TrustedProxies::contains(const ip::address& address) const {
    const ip::address plain = plain_address(address);
    if (plain.is_v4()) {
        const auto v4 = plain.to_v4();
        return std::any_of(v4_.begin(), v4_.end(), [&](const ip::network_v4& network) {
            return ip::network_v4(v4, network.prefix_length()).canonical() == network;
        });
    }
    const auto v6 = plain.to_v6();
    return std::any_of(v6_.begin(), v6_.end(), [&](const ip::network_v6& network) {
        return ip::network_v6(v6, network.prefix_length()).canonical() == network;
    });
}

TrustedProxies::Walk TrustedProxies::walk(const ip::address& peer, const http::Request& request) const {
    Walk walk{plain_address(peer), 0};
    if (!contains(walk.client)) {
        return walk;
    }
    bool forwarded = false;
    for (auto line = request.fields.rbegin(); line != request.fields.rend(); ++line) {
        if (!iequals(line->name, forwarded_for)) {
            continue;
        }
        for (std::string_view list = line->value; !list.empty();) {
            const std::string_view entry = take_last(list);
            if (++walk.entries > max_hops) {
                return walk;
            }
            if (entry.empty()) {
                continue;
            }
            forwarded = true;
            const auto hop = forwarded_address(entry);
            if (!hop) {
                return walk;
            }
            walk.client = *hop;
            if (!contains(*hop)) {
                return walk;
            }
        }
    }
    if (!forwarded && real_ip_ && request.count(real_ip_name) == 1) {
        walk.client = forwarded_address(trim(request.header(real_ip_name))).value_or(walk.client);
    }
    return walk;
}

ip::address TrustedProxies::client(const ip::address& peer, const http::Request& request) const {
    return walk(peer, request).client;
}

}  // namespace loan_manager::gateway
