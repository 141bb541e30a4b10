// Who the client is when proxies stand in between.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace loan_manager::gateway {

/// Addresses and networks (CIDR) whose word about the client is believed.
class TrustedProxies {
public:
    TrustedProxies() = default;
    /// Throws std::invalid_argument naming the entry that is neither an address nor a network.
    explicit TrustedProxies(const std::vector<std::string>& entries);

    [[nodiscard]] bool contains(const boost::asio::ip::address& address) const;

    /// The client's address: the peer itself unless it is a trusted proxy. Then the last entry of X-Forwarded-For that
    /// is not a trusted proxy, since only what trusted proxies appended is true; without that header, X-Real-IP.
    [[nodiscard]] boost::asio::ip::address client(const boost::asio::ip::address& peer, std::string_view forwarded_for,
                                                  std::string_view real_ip) const;

private:
    std::vector<boost::asio::ip::network_v4> v4_;
    std::vector<boost::asio::ip::network_v6> v6_;
};

}  // namespace loan_manager::gateway
