#include "paging/seal.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <cstdint>
#include <memory>
#include <stdexcept>

#include "digest/sha256.hpp"
#include "token/base64url.hpp"

namespace loan_manager::paging {
namespace {

constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

Context make_context() { return Context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free); }

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

void require(int done) {
    if (done != 1) {
        throw std::runtime_error("OpenSSL could not seal a cursor");
    }
}

}  // namespace

Seal::Seal(std::span<const std::byte> key) {
    if (key.size() < key_.size()) {
        throw std::invalid_argument("the key of cursors is too short");
    }
    const auto digest =
        digest::sha256({"cursor", std::string_view(reinterpret_cast<const char*>(key.data()), key.size())});
    std::copy(digest.begin(), digest.end(), key_.begin());
}

std::string Seal::close(std::string_view content, std::string_view bound_to) const {
    std::string sealed(nonce_bytes + content.size() + tag_bytes, '\0');
    auto* out = bytes_of(sealed);
    require(RAND_bytes(out, nonce_bytes));
    const auto context = make_context();
    int length = 0;
    require(EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key_.data(), out));
    require(EVP_EncryptUpdate(context.get(), nullptr, &length, bytes_of(bound_to), static_cast<int>(bound_to.size())));
    require(EVP_EncryptUpdate(context.get(), out + nonce_bytes, &length, bytes_of(content),
                              static_cast<int>(content.size())));
    require(EVP_EncryptFinal_ex(context.get(), out + nonce_bytes + length, &length));
    require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes, out + nonce_bytes + content.size()));
    return token::base64url_encode(sealed);
}

std::optional<std::string> Seal::open(std::string_view sealed, std::string_view bound_to) const {
    const auto decoded = token::base64url_decode(sealed);
    if (!decoded || decoded->size() < nonce_bytes + tag_bytes) {
        return std::nullopt;
    }
    const auto* in = reinterpret_cast<const unsigned char*>(decoded->data());
    const std::size_t size = decoded->size() - nonce_bytes - tag_bytes;
    std::string content(size, '\0');
    std::string tag(reinterpret_cast<const char*>(in) + nonce_bytes + size, tag_bytes);
    const auto context = make_context();
    int length = 0;
    require(EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key_.data(), in));
    require(EVP_DecryptUpdate(context.get(), nullptr, &length, bytes_of(bound_to), static_cast<int>(bound_to.size())));
    require(EVP_DecryptUpdate(context.get(), bytes_of(content), &length, in + nonce_bytes, static_cast<int>(size)));
    require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, tag_bytes, tag.data()));
    if (EVP_DecryptFinal_ex(context.get(), bytes_of(content) + length, &length) != 1) {
        return std::nullopt;
    }
    return content;
}

}  // namespace loan_manager::paging
