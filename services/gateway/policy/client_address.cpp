#include "gateway/policy/client_address.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace loan_manager::gateway {

namespace ip = boost::asio::ip;

namespace {

std::string_view trim(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<ip::address> parse(std::string_view text) {
    text = trim(text);
    if (text.size() > 64) {
        return std::nullopt;
    }
    if (text.starts_with('[') && text.ends_with(']')) {
        text = text.substr(1, text.size() - 2);
    }
    boost::system::error_code error;
    auto address = ip::make_address(std::string(text), error);
    if (error) {
        return std::nullopt;
    }
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        address = ip::make_address_v4(ip::v4_mapped, address.to_v6());
    }
    return address;
}

}  // namespace

TrustedProxies::TrustedProxies(const std::vector<std::string>& entries) {
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
        v6_.push_back(v6.canonical());
    }
}

bool TrustedProxies::contains(const ip::address& address) const {
    if (address.is_v4()) {
        const auto v4 = address.to_v4();
        return std::any_of(v4_.begin(), v4_.end(), [&](const ip::network_v4& network) {
            return ip::network_v4(v4, network.prefix_length()).canonical() == network;
        });
    }
    const auto v6 = address.to_v6();
    return std::any_of(v6_.begin(), v6_.end(), [&](const ip::network_v6& network) {
        return ip::network_v6(v6, network.prefix_length()).canonical() == network;
    });
}

ip::address TrustedProxies::client(const ip::address& peer, std::string_view forwarded_for,
                                   std::string_view real_ip) const {
    if (!contains(peer)) {
        return peer;
    }
    if (trim(forwarded_for).empty()) {
        return parse(real_ip).value_or(peer);
    }
    ip::address nearest = peer;
    while (!forwarded_for.empty()) {
        const std::size_t comma = forwarded_for.rfind(',');
        const auto hop = parse(comma == std::string_view::npos ? forwarded_for : forwarded_for.substr(comma + 1));
        if (!hop) {
            break;  // nothing to the left of a forged entry means anything
        }
        nearest = *hop;
        if (!contains(nearest) || comma == std::string_view::npos) {
            break;
        }
        forwarded_for = forwarded_for.substr(0, comma);
    }
    return nearest;
}

}  // namespace loan_manager::gateway
