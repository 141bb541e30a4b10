// Addresses of the other ends of connections.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <array>
#include <cstdint>

namespace loan_manager::gateway::http {

/// The one form of an address: IPv4 where IPv6 only wraps it, and no zone, which means something on its own host only.
boost::asio::ip::address plain_address(boost::asio::ip::address address);

/// What one client owns and cannot vary: an IPv4 address, or the /64 of an IPv6 one.
using PeerNetwork = std::array<std::uint64_t, 2>;

PeerNetwork network_of(const boost::asio::ip::address& address);

}  // namespace loan_manager::gateway::http
