#include "token/key.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <stdexcept>

#include "token/jwk.hpp"

namespace loan_manager::token {
namespace {

constexpr std::size_t ed25519_key_size = 32;
constexpr std::size_t ed25519_signature_size = 64;
constexpr std::size_t hs256_size = 32;

struct PkeyDelete {
    void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};
using Pkey = std::unique_ptr<EVP_PKEY, PkeyDelete>;

struct DigestDelete {
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
using Digest = std::unique_ptr<EVP_MD_CTX, DigestDelete>;

const unsigned char* data(std::string_view text) noexcept {
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::array<std::uint8_t, hs256_size> hmac(const Bytes& secret, std::string_view message) {
    std::array<std::uint8_t, hs256_size> mac{};
    unsigned int size = 0;
    if (HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), data(message), message.size(), mac.data(),
             &size) == nullptr) {
        throw std::runtime_error("HMAC-SHA256 is not available");
    }
    return mac;
}

}  // namespace

std::string_view to_string(Algorithm algorithm) noexcept { return algorithm == Algorithm::eddsa ? "EdDSA" : "HS256"; }

struct Key::Material {
    Algorithm algorithm = Algorithm::eddsa;
    std::string kid;
    Pkey pkey;           // Ed25519
    Bytes public_bytes;  // Ed25519
    Bytes secret;        // HS256
    bool can_sign = false;

    Material() = default;
    Material(const Material&) = delete;
    Material& operator=(const Material&) = delete;
    ~Material() { OPENSSL_cleanse(secret.data(), secret.size()); }
};

Key::Key(std::shared_ptr<const Material> material) noexcept : material_(std::move(material)) {}

Key Key::generate_ed25519() {
    const Pkey fresh(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    std::array<std::uint8_t, ed25519_key_size> seed{};
    std::size_t size = seed.size();
    if (!fresh || EVP_PKEY_get_raw_private_key(fresh.get(), seed.data(), &size) != 1) {
        throw std::runtime_error("cannot generate an Ed25519 key");
    }
    auto key = ed25519_private(seed);
    OPENSSL_cleanse(seed.data(), seed.size());
    return std::move(key).value();
}

result<Key> Key::ed25519_private(std::span<const std::uint8_t> seed, std::string kid) {
    if (seed.size() != ed25519_key_size) return Errc::bad_key;
    auto material = std::make_shared<Material>();
    material->pkey.reset(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
    if (!material->pkey) return Errc::bad_key;
    material->public_bytes.resize(ed25519_key_size);
    std::size_t size = ed25519_key_size;
    if (EVP_PKEY_get_raw_public_key(material->pkey.get(), material->public_bytes.data(), &size) != 1) {
        return Errc::bad_key;
    }
    material->kid = kid.empty() ? thumbprint(material->public_bytes) : std::move(kid);
    material->can_sign = true;
    return Key(std::move(material));
}

result<Key> Key::ed25519_public(std::span<const std::uint8_t> point, std::string kid) {
    if (point.size() != ed25519_key_size) return Errc::bad_key;
    auto material = std::make_shared<Material>();
    material->pkey.reset(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, point.data(), point.size()));
    if (!material->pkey) return Errc::bad_key;
    material->public_bytes.assign(point.begin(), point.end());
    material->kid = kid.empty() ? thumbprint(material->public_bytes) : std::move(kid);
    return Key(std::move(material));
}

result<Key> Key::hs256(std::string_view secret, std::string kid) {
    if (secret.size() < min_secret_size) return Errc::bad_key;
    auto material = std::make_shared<Material>();
    material->algorithm = Algorithm::hs256;
    material->kid = std::move(kid);
    material->secret.assign(secret.begin(), secret.end());
    material->can_sign = true;
    return Key(std::move(material));
}

Algorithm Key::algorithm() const noexcept { return material_->algorithm; }
const std::string& Key::kid() const noexcept { return material_->kid; }
bool Key::can_sign() const noexcept { return material_->can_sign; }
const Bytes& Key::public_bytes() const noexcept { return material_->public_bytes; }

result<Key> Key::public_part() const {
    if (material_->algorithm != Algorithm::eddsa) return Errc::bad_key;
    return ed25519_public(material_->public_bytes, material_->kid);
}

Bytes Key::private_seed() const {
    if (material_->algorithm != Algorithm::eddsa || !material_->can_sign) return {};
    Bytes seed(ed25519_key_size);
    std::size_t size = seed.size();
    if (EVP_PKEY_get_raw_private_key(material_->pkey.get(), seed.data(), &size) != 1) return {};
    return seed;
}

result<Bytes> Key::sign(std::string_view message) const {
    if (!material_->can_sign) return Errc::cannot_sign;
    if (material_->algorithm == Algorithm::hs256) {
        const auto mac = hmac(material_->secret, message);
        return Bytes(mac.begin(), mac.end());
    }
    Bytes signature(ed25519_signature_size);
    std::size_t size = signature.size();
    const Digest context(EVP_MD_CTX_new());
    if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, material_->pkey.get()) != 1 ||
        EVP_DigestSign(context.get(), signature.data(), &size, data(message), message.size()) != 1) {
        return Errc::cannot_sign;
    }
    return signature;
}

bool Key::verify(std::string_view message, std::span<const std::uint8_t> signature) const {
    if (material_->algorithm == Algorithm::hs256) {
        if (signature.size() != hs256_size) return false;
        const auto mac = hmac(material_->secret, message);
        return CRYPTO_memcmp(mac.data(), signature.data(), mac.size()) == 0;
    }
    if (signature.size() != ed25519_signature_size) return false;
    const Digest context(EVP_MD_CTX_new());
    return context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, material_->pkey.get()) == 1 &&
           EVP_DigestVerify(context.get(), signature.data(), signature.size(), data(message), message.size()) == 1;
}

}  // namespace loan_manager::token
