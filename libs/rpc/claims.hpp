#pragma once

#include <grpcpp/support/string_ref.h>
#include <map>

namespace loan_manager::rpc {

/// The metadata of a call without what it says of others: client address, user agent, request id and trace, the
/// fingerprint and the issues of an HTTP request. The gateway alone can know these. What remains is what a call says
/// for itself, whoever makes it: token, If-Match and Idempotency-Key.
std::multimap<grpc::string_ref, grpc::string_ref> without_claims(
    const std::multimap<grpc::string_ref, grpc::string_ref>& metadata);

}  // namespace loan_manager::rpc
