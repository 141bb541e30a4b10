#include "auth/passwords/argon2.hpp"

#include <argon2.h>

#include <array>
#include <stdexcept>
#include <vector>

#include "runtime/uuid.hpp"

namespace loan_manager::auth::passwords {
namespace {

constexpr std::size_t salt_size = 16;
constexpr std::size_t hash_size = 32;

std::string prefix(const Cost& cost) {
    return "$argon2id$v=19$m=" + std::to_string(cost.memory_kib) + ",t=" + std::to_string(cost.iterations) +
           ",p=" + std::to_string(cost.parallelism) + "$";
}

}  // namespace

std::string hash(std::string_view password, const Cost& cost) {
    std::array<std::uint8_t, salt_size> salt{};
    runtime::system_random(salt);
    std::vector<char> encoded(
        argon2_encodedlen(cost.iterations, cost.memory_kib, cost.parallelism, salt_size, hash_size, Argon2_id));
    const int outcome =
        argon2id_hash_encoded(cost.iterations, cost.memory_kib, cost.parallelism, password.data(), password.size(),
                              salt.data(), salt.size(), hash_size, encoded.data(), encoded.size());
    if (outcome != ARGON2_OK) throw std::runtime_error(std::string("argon2: ") + argon2_error_message(outcome));
    return encoded.data();
}

bool verify(std::string_view password, const std::string& phc) {
    return argon2id_verify(phc.c_str(), password.data(), password.size()) == ARGON2_OK;
}

bool needs_rehash(std::string_view phc, const Cost& cost) { return !phc.starts_with(prefix(cost)); }

}  // namespace loan_manager::auth::passwords
