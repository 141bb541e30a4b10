#include "rpc/credentials.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace loan_manager::rpc {
namespace {

// gRPC tells of each call which credentials its connection was accepted with: "local" or "insecure".
constexpr const char* type_property = "transport_security_type";
constexpr std::string_view gateway_type = "local";

}  // namespace

std::shared_ptr<grpc::ChannelCredentials> channel_credentials(const Address& address,
                                                              const std::shared_ptr<grpc::ChannelCredentials>& tcp) {
    if (address.kind == Address::Kind::directory) {
        return grpc::InsecureChannelCredentials();
    }
    if (!tcp) {
        throw std::invalid_argument(
            "a TCP address needs mutual TLS, which this version does not have; on one host use unix:/directory");
    }
    return tcp;
}

std::shared_ptr<grpc::ServerCredentials> socket_credentials(Peer peer) {
    return peer == Peer::gateway ? grpc::experimental::LocalServerCredentials(UDS) : grpc::InsecureServerCredentials();
}

bool is_gateway(const grpc::AuthContext& context) {
    const std::vector<grpc::string_ref> types = context.FindPropertyValues(type_property);
    return std::any_of(types.begin(), types.end(), [](const grpc::string_ref& type) {
        return std::string_view(type.data(), type.size()) == gateway_type;
    });
}

}  // namespace loan_manager::rpc
