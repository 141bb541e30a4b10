#include "gateway/http/peer_address.hpp"

#include <cstring>

namespace loan_manager::gateway::http {

namespace ip = boost::asio::ip;

ip::address plain_address(ip::address address) {
    if (!address.is_v6()) {
        return address;
    }
    auto v6 = address.to_v6();
    if (v6.is_v4_mapped()) {
        return ip::make_address_v4(ip::v4_mapped, v6);
    }
    v6.scope_id(0);
    return v6;
}

PeerNetwork network_of(const ip::address& address) {
    if (address.is_v4()) {
        return {4, address.to_v4().to_uint()};
    }
    PeerNetwork network{6, 0};
    const auto bytes = address.to_v6().to_bytes();
    std::memcpy(&network[1], bytes.data(), sizeof network[1]);
    return network;
}

}  // namespace loan_manager::gateway::http
