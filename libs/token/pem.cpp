#include "token/pem.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <array>
#include <memory>

namespace loan_manager::token {
namespace {

struct PkeyDelete {
    void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};
struct BioDelete {
    void operator()(BIO* bio) const noexcept { BIO_free_all(bio); }
};
using Pkey = std::unique_ptr<EVP_PKEY, PkeyDelete>;
using Bio = std::unique_ptr<BIO, BioDelete>;

// An encrypted key must fail instead of asking for a pass phrase on the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

}  // namespace

result<std::string> write_private_pem(const Key& key) {
    if (key.algorithm() != Algorithm::eddsa) return Errc::bad_key;
    Bytes seed = key.private_seed();
    if (seed.empty()) return Errc::cannot_sign;
    const Pkey pkey(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
    OPENSSL_cleanse(seed.data(), seed.size());
    // Secure memory: the BIO's buffer is wiped when it is freed.
    const Bio bio(BIO_new(BIO_s_secmem()));
    if (!pkey || !bio ||
        PEM_write_bio_PKCS8PrivateKey(bio.get(), pkey.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
        return Errc::bad_key;
    }
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return std::string(text, static_cast<std::size_t>(size));
}

result<Key> parse_private_pem(std::string_view pem) {
    const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    if (!bio) return Errc::bad_key;
    const Pkey pkey(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
    if (!pkey || EVP_PKEY_get_id(pkey.get()) != EVP_PKEY_ED25519) return Errc::bad_key;
    std::array<std::uint8_t, 32> seed{};
    std::size_t size = seed.size();
    if (EVP_PKEY_get_raw_private_key(pkey.get(), seed.data(), &size) != 1) return Errc::bad_key;
    auto key = Key::ed25519_private(seed);
    OPENSSL_cleanse(seed.data(), seed.size());
    return key;
}

}  // namespace loan_manager::token
