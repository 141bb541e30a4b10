#include "gateway/policy/fingerprint.hpp"

#include "digest/sha256.hpp"

namespace loan_manager::gateway {

std::string command_fingerprint(std::string_view method, std::string_view target, std::string_view body) {
    return digest::sha256_hex({method, "\n", target, "\n", body});
}

}  // namespace loan_manager::gateway
