#pragma once

#include <grpcpp/security/auth_metadata_processor.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <memory>

#include "rpc/targets.hpp"

/// The one place that decides how the ends of a connection prove to each other who they are. On one host the kernel
/// does: a client connects only to sockets that belong to the expected user, in a directory that only he can write to;
/// a server asks the kernel whose process has connected (doors.hpp). Between hosts that takes mutual TLS: its
/// credentials go in here as `tcp`, with a door that looks at the name in the certificate. Without them TCP is refused.
namespace loan_manager::rpc {

/// Of a channel to `address`. Throws std::invalid_argument for a TCP address without credentials for it.
std::shared_ptr<grpc::ChannelCredentials> channel_credentials(const Address& address,
                                                              const std::shared_ptr<grpc::ChannelCredentials>& tcp);

/// Whose process is at the other end of an accepted connection.
enum class Peer { gateway, other };

/// Of a server on a socket: `door` is asked about every call. The bytes on the wire are those of a connection without.
std::shared_ptr<grpc::ServerCredentials> socket_credentials(const std::shared_ptr<grpc::AuthMetadataProcessor>& door);

}  // namespace loan_manager::rpc
