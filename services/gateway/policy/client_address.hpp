// Who the client is when proxies stand in between.
#pragma once

#include "gateway/http/message.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loan_manager::gateway {

/// Addresses and networks (CIDR) whose word about the client is believed. Immutable; safe from every thread.
class TrustedProxies {
public:
    /// Most entries of X-Forwarded-For that are looked at, so that a head full of them costs no more than a chain of
    /// proxies somebody might really run.
    static constexpr std::size_t max_hops = 64;

    TrustedProxies() = default;
    /// Throws std::invalid_argument naming the entry that is neither an address nor a network.
    /// `real_ip`: X-Real-IP of a trusted proxy counts when there is no X-Forwarded-For.
    explicit TrustedProxies(const std::vector<std::string>& entries, bool real_ip = false);

    [[nodiscard]] bool contains(const boost::asio::ip::address& address) const;

    /// The client's address: the peer itself unless it is a trusted proxy. Then all lines of X-Forwarded-For are one
    /// list, read from its end, since only what trusted proxies appended is true: the client is the first entry that is
    /// not a trusted proxy. An entry that is no address ends the reading, and nothing left of it is believed; the
    /// client is then the proxy nearest to it. Empty entries are skipped (RFC 9110 5.6.1).
    [[nodiscard]] boost::asio::ip::address client(const boost::asio::ip::address& peer,
                                                  const http::Request& request) const;

    /// The same, and how many entries were looked at.
    struct Walk {
        boost::asio::ip::address client;
        std::size_t entries = 0;
    };
    [[nodiscard]] Walk walk(const boost::asio::ip::address& peer, const http::Request& request) const;

private:
    std::vector<boost::asio::ip::network_v4> v4_;
    std::vector<boost::asio::ip::network_v6> v6_;
    bool real_ip_ = false;
};

/// An entry of X-Forwarded-For: `198.51.100.7`, `198.51.100.7:51234`, `2001:db8::7`, `[2001:db8::7]`,
/// `[2001:db8::7]:443`; a zone (`fe80::1%eth0`) is dropped. Nothing when it is anything else.
std::optional<boost::asio::ip::address> forwarded_address(std::string_view entry);

}  // namespace loan_manager::gateway
