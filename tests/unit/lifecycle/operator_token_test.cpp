#include "lifecycle-refresher/control/operator_token.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "testing/error_codes.hpp"
#include "token/jwt.hpp"
#include "token/key.hpp"

using namespace loan_manager;
using namespace std::chrono_literals;

namespace {

const std::string secret = "an operator secret of 32 bytes or more";
const auto now = std::chrono::system_clock::now();

bool refused(const std::string& with, const std::string& token, std::chrono::system_clock::time_point at = now) {
    const rpc::Result<void> checked = lifecycle::check_operator_token(with, token, at);
    return !checked && checked.error().code == "FORBIDDEN";
}

}  // namespace

TEST_CASE("the operator token: good for a minute, for one secret, for nothing else") {
    const std::string token = lifecycle::sign_operator_token(secret, now);
    CHECK(lifecycle::check_operator_token(secret, token, now));
    CHECK(lifecycle::check_operator_token(secret, token, now + 60s));
    CHECK(refused(secret, token, now + 120s));
    CHECK(refused("another secret of at least 32 bytes!", token));
    CHECK(refused(secret, ""));
    CHECK(refused(secret, token + "x"));
    CHECK(refused(secret, "eyJhbGciOiJub25lIn0.e30."));
    CHECK(refused("", token));
    CHECK_THROWS_AS(lifecycle::sign_operator_token("short", now), std::invalid_argument);
}

TEST_CASE("an access token signed with the same secret is no operator token") {
    token::Claims claims;
    claims.issuer = "loan-manager";
    claims.audience = "loan-manager-api";
    claims.subject = "somebody";
    claims.issued_at = std::chrono::floor<std::chrono::seconds>(now);
    claims.not_before = claims.issued_at;
    claims.expires_at = claims.issued_at + 60s;
    const token::Key key = token::Key::hs256(secret).value();
    CHECK(refused(secret, token::sign(claims, "at+jwt", key).value()));
}
