#include "rpc/claims.hpp"

namespace loan_manager::rpc {

std::multimap<grpc::string_ref, grpc::string_ref> without_claims(
    const std::multimap<grpc::string_ref, grpc::string_ref>& metadata) {
    // A list of what counts: a header that somebody adds is a claim until it is named here.
    std::multimap<grpc::string_ref, grpc::string_ref> own;
    for (const char* key : {"authorization", "if-match", "idempotency-key"}) {
        const auto [begin, end] = metadata.equal_range(key);
        own.insert(begin, end);
    }
    return own;
}

}  // namespace loan_manager::rpc
