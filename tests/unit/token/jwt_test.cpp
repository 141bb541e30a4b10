#include <doctest/doctest.h>

#include "support.hpp"

using namespace loan_manager::token;
using namespace loan_manager::token::testing;
using std::chrono::seconds;

namespace {

const Expectations expected{.type = "at+jwt", .issuer = "iss-1", .audience = "aud-1"};

Claims claims() {
    return {.issuer = "iss-1",
            .audience = "aud-1",
            .subject = "user-1",
            .id = "jti-1",
            .issued_at = now,
            .not_before = now,
            .expires_at = now + seconds{60},
            .others = {{"extra", 7}}};
}

std::string header(const Key& key, std::string_view more = {}) {
    return std::string(R"({"alg":")") + std::string(to_string(key.algorithm())) + R"(","kid":")" + key.kid() +
           R"(","typ":"at+jwt")" + std::string(more) + "}";
}

// A payload with correct claims except for what the test gives.
std::string payload(std::string_view times = R"("iat":1800000000,"exp":1800000060)",
                    std::string_view party = R"("iss":"iss-1","aud":"aud-1","sub":"user-1")") {
    return "{" + std::string(party) + "," + std::string(times) + "}";
}

Errc refusal(const std::string& token, const KeySet& keys, Seconds at = now) {
    const auto verified = verify(token, keys, expected, at);
    REQUIRE(verified.has_error());
    return static_cast<Errc>(verified.error().value());
}

}  // namespace

TEST_CASE("JWT: signed and verified, EdDSA and HS256") {
    for (const Key& key : {Key::generate_ed25519(), secret_key(), secret_key("named")}) {
        const std::string token = sign(claims(), "at+jwt", key).value();
        const Claims read = verify(token, set_of({key}), expected, now).value();
        CHECK(read.subject == "user-1");
        CHECK(read.id == "jti-1");
        CHECK(read.issued_at == now);
        CHECK(read.not_before == now);
        CHECK(read.expires_at == now + seconds{60});
        CHECK(read.others == boost::json::object{{"extra", 7}});
    }
}

TEST_CASE("JWT: the verifier needs only the public part, and finds it by kid during a rotation") {
    const Key old_key = Key::generate_ed25519();
    const Key new_key = Key::generate_ed25519();
    const KeySet keys = set_of({new_key.public_part().value(), old_key.public_part().value()});
    CHECK(verify(sign(claims(), "at+jwt", old_key).value(), keys, expected, now).has_value());
    CHECK(verify(sign(claims(), "at+jwt", new_key).value(), keys, expected, now).has_value());
    // Once the old key has left the set, its tokens stop working.
    CHECK(refusal(sign(claims(), "at+jwt", old_key).value(), set_of({new_key})) == Errc::unknown_key);
}

TEST_CASE("JWT: algorithm 'none' in any spelling, and algorithms of other keys") {
    const Key key = Key::generate_ed25519();
    const KeySet keys = set_of({key});
    const std::string kid = R"(","kid":")" + key.kid() + R"(","typ":"at+jwt"})";
    for (const char* alg :
         {"none", "None", "NONE", "nOnE", "", "HS256", "HS512", "RS256", "ES256", "eddsa", "Ed25519"}) {
        CAPTURE(alg);
        const std::string forged = forge(R"({"alg":")" + std::string(alg) + kid, payload(), key);
        CHECK(refusal(forged, keys) == Errc::wrong_algorithm);
        // The same with an empty signature, as `none` prescribes.
        CHECK(refusal(forged.substr(0, forged.rfind('.') + 1), keys) == Errc::wrong_algorithm);
    }
    CHECK(refusal(forge(R"({"alg":["EdDSA"],"kid":")" + key.kid() + R"("})", payload(), key), keys) ==
          Errc::wrong_algorithm);
    CHECK(refusal(forge(R"({"kid":")" + key.kid() + R"("})", payload(), key), keys) == Errc::wrong_algorithm);
}

TEST_CASE("JWT: algorithm confusion, HS256 with the public key as secret") {
    const Key key = Key::generate_ed25519();
    const Key confused =
        Key::hs256({reinterpret_cast<const char*>(key.public_bytes().data()), key.public_bytes().size()}, key.kid())
            .value();
    CHECK(refusal(sign(claims(), "at+jwt", confused).value(), set_of({key})) == Errc::wrong_algorithm);
    // Claiming EdDSA in the header does not help either.
    CHECK(refusal(forge(header(key), payload(), confused), set_of({key})) == Errc::bad_signature);
    // And a set with only a shared secret does not accept an EdDSA header.
    const Key secret = secret_key("k");
    CHECK(refusal(forge(R"({"alg":"EdDSA","kid":"k","typ":"at+jwt"})", payload(), secret), set_of({secret})) ==
          Errc::wrong_algorithm);
}

TEST_CASE("JWT: an EdDSA token must name its key") {
    const Key key = Key::generate_ed25519();
    const KeySet keys = set_of({key});
    CHECK(refusal(forge(R"({"alg":"EdDSA","typ":"at+jwt"})", payload(), key), keys) == Errc::unknown_key);
    CHECK(refusal(forge(R"({"alg":"EdDSA","kid":"","typ":"at+jwt"})", payload(), key), keys) == Errc::malformed);
    CHECK(refusal(forge(R"({"alg":"EdDSA","kid":1,"typ":"at+jwt"})", payload(), key), keys) == Errc::malformed);
    CHECK(refusal(forge(R"({"alg":"EdDSA","kid":"../../etc/passwd","typ":"at+jwt"})", payload(), key), keys) ==
          Errc::unknown_key);
}

TEST_CASE("JWT: any altered character refuses the token") {
    const Key stranger = Key::hs256(std::string(32, 'z')).value();
    for (const Key& key : {Key::generate_ed25519(), secret_key("k")}) {
        const std::string token = sign(claims(), "at+jwt", key).value();
        const KeySet keys = set_of({key});
        for (std::size_t i = 0; i < token.size(); ++i) {
            std::string altered = token;
            altered[i] = altered[i] == 'A' ? 'B' : 'A';
            CHECK(verify(altered, keys, expected, now).has_error());
        }
        CHECK(refusal(forge(header(key), payload(), stranger), keys) == Errc::bad_signature);
    }
}

TEST_CASE("JWT: expired and not yet valid, with bounded leeway") {
    const Key key = Key::generate_ed25519();
    const KeySet keys = set_of({key});
    const std::string token = sign(claims(), "at+jwt", key).value();
    CHECK(verify(token, keys, expected, now + seconds{89}).has_value());
    CHECK(refusal(token, keys, now + seconds{90}) == Errc::expired);
    CHECK(verify(token, keys, expected, now - seconds{30}).has_value());
    CHECK(refusal(token, keys, now - seconds{31}) == Errc::not_yet_valid);

    Expectations generous = expected;
    generous.leeway = seconds{86400};
    CHECK(verify(token, keys, generous, now + seconds{60} + max_leeway).error() == Errc::expired);

    const std::string late = payload(R"("iat":1800000000,"nbf":1800000040,"exp":1800000060)");
    CHECK(refusal(forge(header(key), late, key), keys) == Errc::not_yet_valid);
    CHECK(verify(forge(header(key), late, key), keys, expected, now + seconds{10}).has_value());
}

TEST_CASE("JWT: wrong issuer, audience or type") {
    const Key key = Key::generate_ed25519();
    const KeySet keys = set_of({key});
    const auto with = [&](std::string_view party) {
        return forge(header(key), payload(R"("iat":1800000000,"exp":1800000060)", party), key);
    };
    CHECK(refusal(with(R"("iss":"iss-2","aud":"aud-1","sub":"u")"), keys) == Errc::wrong_issuer);
    CHECK(refusal(with(R"("aud":"aud-1","sub":"u")"), keys) == Errc::wrong_issuer);
    CHECK(refusal(with(R"("iss":["iss-1"],"aud":"aud-1","sub":"u")"), keys) == Errc::wrong_issuer);
    CHECK(refusal(with(R"("iss":"iss-1","aud":"aud-2","sub":"u")"), keys) == Errc::wrong_audience);
    CHECK(refusal(with(R"("iss":"iss-1","sub":"u")"), keys) == Errc::wrong_audience);
    CHECK(refusal(with(R"("iss":"iss-1","aud":["aud-2"],"sub":"u")"), keys) == Errc::wrong_audience);
    CHECK(verify(with(R"("iss":"iss-1","aud":["aud-2","aud-1"],"sub":"u")"), keys, expected, now).has_value());

    const std::string alg_kid = R"({"alg":"EdDSA","kid":")" + key.kid() + '"';
    CHECK(refusal(forge(alg_kid + "}", payload(), key), keys) == Errc::wrong_type);
    CHECK(refusal(forge(alg_kid + R"(,"typ":"JWT"})", payload(), key), keys) == Errc::wrong_type);
    CHECK(verify(forge(alg_kid + R"(,"typ":"application/AT+JWT"})", payload(), key), keys, expected, now).has_value());
}

TEST_CASE("JWT: claims that are missing, mistyped or duplicated") {
    const Key key = Key::generate_ed25519();
    const KeySet keys = set_of({key});
    for (const char* times : {R"("iat":1800000000)", R"("exp":1800000060)", R"("iat":1800000000,"exp":"1800000060")",
                              R"("iat":1800000000,"exp":1800000060.5)", R"("iat":1800000000,"exp":-1)",
                              R"("iat":1800000000,"exp":9223372036854775807)", R"("iat":1800000000,"exp":1e300)",
                              R"("iat":1800000000,"exp":null)", R"("iat":1800000000,"exp":1800000060,"nbf":"x")"}) {
        CAPTURE(times);
        CHECK(refusal(forge(header(key), payload(times), key), keys) == Errc::bad_claim);
    }
    CHECK(refusal(forge(header(key), payload(R"("iat":1800000000,"exp":1,"exp":1800000060)"), key), keys) ==
          Errc::malformed);
    CHECK(refusal(forge(header(key, R"(,"alg":"EdDSA")"), payload(), key), keys) == Errc::malformed);
    CHECK(refusal(forge(header(key), R"({"iss":"iss-1","aud":"aud-1","iat":1800000000,"exp":1800000060})", key),
                  keys) == Errc::bad_claim);
    // A private claim cannot overwrite a registered one.
    Claims sneaky = claims();
    sneaky.others["exp"] = 1;
    CHECK(sign(sneaky, "at+jwt", key).error() == Errc::bad_claim);
}

TEST_CASE("JWT: critical extensions are not ignored") {
    const Key key = Key::generate_ed25519();
    const KeySet keys = set_of({key});
    CHECK(refusal(forge(header(key, R"(,"crit":["exp"])"), payload(), key), keys) == Errc::unsupported_header);
    CHECK(refusal(forge(header(key, R"(,"crit":["b64"],"b64":false)"), payload(), key), keys) ==
          Errc::unsupported_header);
    // Keys offered by the token itself are never looked at.
    CHECK(verify(forge(header(key, R"(,"jku":"http://127.0.0.1:1/x","jwk":{"kty":"oct"})"), payload(), key), keys,
                 expected, now)
              .has_value());
}

TEST_CASE("JWT: malformed and huge") {
    const Key key = Key::generate_ed25519();
    const KeySet keys = set_of({key});
    const std::string good = sign(claims(), "at+jwt", key).value();
    for (const std::string& token :
         {std::string(), std::string("."), std::string(".."), std::string("..."), std::string("a.b"), good + ".",
          good + ".x", "x" + good, good + "=", good + " ", " " + good, good + "\n", std::string("e30.e30.e30.e30.e30"),
          std::string("!!.e30.e30"), std::string("bnVsbA.e30."), std::string(200, '.')}) {
        CAPTURE(token);
        CHECK(refusal(token, keys) == Errc::malformed);
    }
    CHECK(refusal(forge(header(key), "not json", key), keys) == Errc::malformed);
    CHECK(refusal(forge(header(key), "[]", key), keys) == Errc::malformed);
    CHECK(refusal(std::string(max_token_size + 1, 'a'), keys) == Errc::too_large);
    CHECK(refusal(forge(header(key, R"(,"x":")" + std::string(2000, 'x') + '"'), payload(), key), keys) ==
          Errc::too_large);

    Claims big = claims();
    big.others["padding"] = std::string(max_token_size, 'x');
    CHECK(sign(big, "at+jwt", key).error() == Errc::too_large);
}
