#include "rpc/credentials.hpp"

#include <stdexcept>

namespace loan_manager::rpc {
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

std::shared_ptr<grpc::ServerCredentials> socket_credentials(const std::shared_ptr<grpc::AuthMetadataProcessor>& door) {
    std::shared_ptr<grpc::ServerCredentials> credentials = grpc::experimental::LocalServerCredentials(UDS);
    credentials->SetAuthMetadataProcessor(door);
    return credentials;
}

}  // namespace loan_manager::rpc
