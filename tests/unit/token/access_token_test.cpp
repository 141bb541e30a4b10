#include <doctest/doctest.h>

#include "support.hpp"

using namespace loan_manager::token;
using namespace loan_manager::token::testing;

TEST_CASE("D-221 access token: claims survive the round trip") {
    for (const Key& key : {Key::generate_ed25519(), secret_key()}) {
        const AccessToken read =
            verify_access_token(sign_access_token(sample(), key).value(), set_of({key}), now).value();
        CHECK(read.user_id == sample().user_id);
        CHECK(read.username == "nimal");
        CHECK(read.roles == sample().roles);
        CHECK(read.company_scope.empty());
        CHECK(read.branch_scope == sample().branch_scope);
        CHECK(read.version == 3);
        CHECK(read.id == sample().id);
        CHECK(read.expires_at - read.issued_at == std::chrono::minutes{30});
    }
}

TEST_CASE("D-221 access token: a token for another purpose is not one") {
    const Key key = Key::generate_ed25519();
    const Claims operator_claims{.issuer = std::string(access_token_issuer),
                                 .audience = "loan-manager-operator",
                                 .subject = "root",
                                 .id = "1",
                                 .issued_at = now,
                                 .not_before = now,
                                 .expires_at = now + std::chrono::seconds{60},
                                 .others = {}};
    CHECK(verify_access_token(sign(operator_claims, access_token_type, key).value(), set_of({key}), now).error() ==
          Errc::wrong_audience);
}

TEST_CASE("D-221 access token: every claim is required with its type") {
    const Key key = Key::generate_ed25519();
    const std::string header = R"({"alg":"EdDSA","kid":")" + key.kid() + R"(","typ":"at+jwt"})";
    const std::string base =
        R"({"iss":"loan-manager","aud":"loan-manager-api","sub":"u","iat":1800000000,"exp":1800000060)";
    const auto check = [&](const std::string& claims) {
        return verify_access_token(forge(header, base + claims + "}", key), set_of({key}), now);
    };
    CHECK(check(R"(,"jti":"j","username":"n","roles":[],"company_scope":[],"branch_scope":[],"ver":1)").has_value());
    for (const char* claims :
         {R"(,"username":"n","roles":[],"company_scope":[],"branch_scope":[],"ver":1)",
          R"(,"jti":"j","roles":[],"company_scope":[],"branch_scope":[],"ver":1)",
          R"(,"jti":"j","username":"n","company_scope":[],"branch_scope":[],"ver":1)",
          R"(,"jti":"j","username":"n","roles":"admin","company_scope":[],"branch_scope":[],"ver":1)",
          R"(,"jti":"j","username":"n","roles":[1],"company_scope":[],"branch_scope":[],"ver":1)",
          R"(,"jti":"j","username":"n","roles":[],"branch_scope":[],"ver":1)",
          R"(,"jti":"j","username":"n","roles":[],"company_scope":[],"branch_scope":{},"ver":1)",
          R"(,"jti":"j","username":"n","roles":[],"company_scope":[],"branch_scope":[])",
          R"(,"jti":"j","username":"n","roles":[],"company_scope":[],"branch_scope":[],"ver":"1")",
          R"(,"jti":"j","username":"n","roles":[],"company_scope":[],"branch_scope":[],"ver":-1)",
          R"(,"jti":"j","username":"n","roles":[],"company_scope":[],"branch_scope":[],"ver":4294967297)"}) {
        CAPTURE(claims);
        CHECK(check(claims).error() == Errc::bad_claim);
    }
}
