#include <doctest/doctest.h>

#include "support.hpp"
#include "token/jwk.hpp"

using namespace loan_manager::token;
using namespace loan_manager::token::testing;

namespace {

const std::string x = R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")";

std::string jwk(const std::string& more) { return R"({"kty":"OKP","crv":"Ed25519",)" + x + more + "}"; }

}  // namespace

TEST_CASE("JWKS: what is written can be read, and holds nothing secret") {
    const Key first = Key::generate_ed25519();
    const Key second = Key::generate_ed25519();
    const std::string text = write_jwks(set_of({first, second, secret_key("shared")}));
    CHECK(text.find("\"d\"") == std::string::npos);
    CHECK(text.find("shared") == std::string::npos);

    const KeySet read = parse_jwks(text).value();
    REQUIRE(read.keys().size() == 2);
    CHECK_FALSE(read.find(first.kid())->can_sign());
    CHECK(read.find(second.kid())->verify("text", second.sign("text").value()));
    CHECK(write_jwks(read) == text);
    CHECK(write_jwks({}) == R"({"keys":[]})");
    CHECK(parse_jwks(R"({"keys":[]})").value().empty());
}

TEST_CASE("JWK: RFC 8037 appendix A.2") {
    const Key key = parse_jwk(jwk(R"(,"kid":"a")")).value();
    CHECK(thumbprint(key.public_bytes()) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    CHECK(parse_jwk(write_jwk(key).value()).value().kid() == "a");
    CHECK(write_jwk(secret_key()).error() == Errc::bad_key);
}

TEST_CASE("JWK: a key for something else is refused") {
    for (const std::string& text :
         {jwk(""), jwk(R"(,"kid":"")"), jwk(R"(,"kid":7)"), jwk(R"(,"kid":"a","alg":"HS256")"),
          jwk(R"(,"kid":"a","alg":null)"), jwk(R"(,"kid":"a","use":"enc")"), jwk(R"(,"kid":"a","key_ops":["sign"])"),
          jwk(R"(,"kid":"a","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")"),
          std::string(R"({"kty":"oct","k":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY","kid":"a"})"),
          std::string(R"({"kty":"OKP","crv":"X25519","kid":"a",)" + x + "}"),
          std::string(R"({"kty":"OKP","crv":"Ed25519","kid":"a","x":"AAAA"})"),
          std::string(R"({"kty":"OKP","crv":"Ed25519","kid":"a","x":"***"})")}) {
        CAPTURE(text);
        CHECK(parse_jwk(text).error() == Errc::bad_key);
    }
}

TEST_CASE("JWKS: keys of other kinds are skipped, broken ones refuse the document") {
    const std::string good = jwk(R"(,"kid":"a","use":"sig","key_ops":["verify"])");
    const std::string rsa = R"({"kty":"RSA","kid":"r","n":"AQAB","e":"AQAB"})";
    CHECK(parse_jwks(R"({"keys":[)" + rsa + "," + good + "]}").value().keys().size() == 1);
    CHECK(parse_jwks(R"({"keys":[)" + good + "," + good + "]}").error() == Errc::bad_key);
    CHECK(parse_jwks(R"({"keys":[)" + jwk("") + "]}").error() == Errc::bad_key);
    CHECK(parse_jwks(R"({"keys":[1]})").error() == Errc::malformed);
    CHECK(parse_jwks(R"({"keys":{}})").error() == Errc::malformed);
    CHECK(parse_jwks("{}").error() == Errc::malformed);
    CHECK(parse_jwks("[]").error() == Errc::malformed);
    CHECK(parse_jwks(R"({"keys":[],"keys":[]})").error() == Errc::malformed);
    CHECK(parse_jwks(std::string(max_jwks_size + 1, ' ')).error() == Errc::too_large);
}
