#include <doctest/doctest.h>

#include "support.hpp"
#include "token/pem.hpp"

using namespace loan_manager::token;
using namespace loan_manager::token::testing;

namespace {

const std::string rfc8037_d = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
const std::string rfc8037_x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const std::string rfc8037_signing_input = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
const std::string rfc8037_signature =
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

}  // namespace

TEST_CASE("RFC 8037 appendix A: key, thumbprint, signature and its verification") {
    const Key key = Key::ed25519_private(base64url_decode(rfc8037_d).value()).value();
    CHECK(base64url_encode(key.public_bytes()) == rfc8037_x);
    CHECK(key.kid() == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    CHECK(base64url_encode(key.sign(rfc8037_signing_input).value()) == rfc8037_signature);

    const Key verifier = Key::ed25519_public(base64url_decode(rfc8037_x).value()).value();
    CHECK(verifier.kid() == key.kid());
    CHECK(verifier.verify(rfc8037_signing_input, base64url_decode(rfc8037_signature).value()));
    CHECK_FALSE(verifier.verify(rfc8037_signing_input + "x", base64url_decode(rfc8037_signature).value()));
    CHECK(verifier.sign("x").error() == Errc::cannot_sign);
}

TEST_CASE("RFC 7515 appendix A.1: HS256") {
    const auto secret =
        base64url_decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
            .value();
    const Key key = Key::hs256({reinterpret_cast<const char*>(secret.data()), secret.size()}).value();
    const std::string input =
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    CHECK(base64url_encode(key.sign(input).value()) == "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    CHECK(key.verify(input, base64url_decode("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").value()));
}

TEST_CASE("keys: unusable material is refused") {
    CHECK(Key::hs256(std::string(31, 'x')).error() == Errc::bad_key);
    CHECK(Key::hs256(std::string(32, 'x')).has_value());
    CHECK(Key::ed25519_private(Bytes(31)).error() == Errc::bad_key);
    CHECK(Key::ed25519_public(Bytes(33)).error() == Errc::bad_key);
    CHECK(secret_key().public_part().error() == Errc::bad_key);
}

TEST_CASE("keys: a signature of another length never verifies") {
    for (const Key& key : {Key::generate_ed25519(), secret_key()}) {
        Bytes signature = key.sign("text").value();
        CHECK(key.verify("text", signature));
        signature.push_back(0);
        CHECK_FALSE(key.verify("text", signature));
        signature.pop_back();
        signature.pop_back();
        CHECK_FALSE(key.verify("text", signature));
        CHECK_FALSE(key.verify("text", {}));
    }
}

TEST_CASE("keys: generated keys differ, and their public part verifies") {
    const Key first = Key::generate_ed25519();
    const Key second = Key::generate_ed25519();
    CHECK(first.kid() != second.kid());
    const Key verifier = first.public_part().value();
    CHECK_FALSE(verifier.can_sign());
    CHECK(verifier.private_seed().empty());
    CHECK(verifier.verify("text", first.sign("text").value()));
    CHECK_FALSE(verifier.verify("text", second.sign("text").value()));
}

TEST_CASE("PEM: a private key survives the disk; other keys are refused") {
    const Key key = Key::generate_ed25519();
    const std::string pem = write_private_pem(key).value();
    CHECK(pem.starts_with("-----BEGIN PRIVATE KEY-----"));
    const Key again = parse_private_pem(pem).value();
    CHECK(again.kid() == key.kid());
    CHECK(again.can_sign());
    CHECK(write_private_pem(key.public_part().value()).error() == Errc::cannot_sign);
    CHECK(write_private_pem(secret_key()).error() == Errc::bad_key);

    // RFC 8410 §10.3: the PKCS#8 form other tools write.
    const Key rfc8410 = parse_private_pem(
                            "-----BEGIN PRIVATE KEY-----\n"
                            "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
                            "-----END PRIVATE KEY-----\n")
                            .value();
    CHECK(base64url_encode(rfc8410.public_bytes()) == "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE");

    CHECK(parse_private_pem("").error() == Errc::bad_key);
    CHECK(parse_private_pem(pem.substr(0, pem.size() / 2)).error() == Errc::bad_key);
    // X25519 has the same shape but cannot sign.
    CHECK(parse_private_pem("-----BEGIN PRIVATE KEY-----\n"
                            "MC4CAQAwBQYDK2VuBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
                            "-----END PRIVATE KEY-----\n")
              .error() == Errc::bad_key);
}

TEST_CASE("key set: a kid names at most one key") {
    const Key key = Key::generate_ed25519();
    KeySet set = set_of({key, secret_key("shared")});
    CHECK(set.add(key).error() == Errc::bad_key);
    CHECK(set.find(key.kid())->kid() == key.kid());
    CHECK(set.find("nobody") == nullptr);
    // Without kid: only the sole shared secret, never an Ed25519 key.
    CHECK(set.find("")->algorithm() == Algorithm::hs256);
    set.add(secret_key("other")).value();
    CHECK(set.find("") == nullptr);
    CHECK(set_of({key}).find("") == nullptr);
}
