// Forged tokens at every door: the gateway, and the services behind it.
#include <doctest/doctest.h>

#include <chrono>

#include "support/suite.hpp"
#include "token/access_token.hpp"
#include "token/base64url.hpp"

using namespace loan_manager::testing;
namespace token = loan_manager::token;

namespace {

const std::string secret = "an-integration-test-secret-of-more-than-32-bytes";

token::Seconds now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

token::AccessToken claims(Suite& suite) {
    auto row = suite.database().rows("select id::text, token_version::text from users where username = 'admin'").at(0);
    token::AccessToken access;
    access.user_id = row[0];
    access.username = "admin";
    access.roles = {"admin"};
    access.version = std::stoi(row[1]);
    access.id = "01900000-0000-7000-8000-000000000001";
    access.issued_at = now();
    access.expires_at = now() + std::chrono::minutes(5);
    return access;
}

std::string encode(const std::string& text) { return token::base64url_encode(std::string_view(text)); }

}  // namespace

TEST_CASE("forged EdDSA tokens: altered, none, confused algorithm, foreign key") {
    auto& suite = Suite::shared();
    auto good = suite.token("auditor");
    REQUIRE(suite.get("/v1/me", good).status == 200);
    auto refused = [&](const std::string& forged) {
        auto answer = suite.get("/v1/me", forged);
        CHECK(answer.status == 401);
        CHECK(answer.code() == "UNAUTHENTICATED");
        CHECK(!answer.header("www-authenticate").empty());
    };
    auto first = good.find('.');
    auto second = good.rfind('.');
    refused(good.substr(0, good.size() - 4) + (good.ends_with("AAAA") ? "BBBB" : "AAAA"));
    refused(good.substr(0, second + 1));
    refused(encode(R"({"alg":"none","typ":"at+jwt"})") + good.substr(first, second - first) + ".");
    refused(encode(R"({"alg":"HS256","typ":"at+jwt"})") + good.substr(first));
    refused("not.a.token");
    refused(std::string(20000, 'a'));
    auto foreign = token::sign_access_token(claims(suite), token::Key::generate_ed25519());
    REQUIRE(foreign);
    refused(*foreign);
    // The public key misused as a shared secret.
    auto jwks = suite.get("/.well-known/jwks.json");
    REQUIRE(jwks.status == 200);
    auto public_key = std::string(jwks.json().at("keys").at(0).at("x").as_string());
    auto confused = token::sign_access_token(claims(suite), token::Key::hs256(public_key).value());
    REQUIRE(confused);
    refused(*confused);
}

TEST_CASE("HS256: good tokens work, wrong times, issuer, audience and type do not") {
    const Environment shared_secret{{"ALGORITHM", "HS256"}, {"JWT_SECRET_KEY", secret}};
    Suite suite({.extra = {{"auth", shared_secret},
                           {"fleet", shared_secret},
                           {"lifecycle-refresher", shared_secret},
                           {"gateway", shared_secret}}});
    CHECK(suite.get("/v1/bikes?limit=1", suite.token("admin")).status == 200);
    CHECK(suite.get("/.well-known/jwks.json").json().at("keys").as_array().empty());

    auto key = token::Key::hs256(secret).value();
    auto status = [&](const token::AccessToken& access) {
        auto signed_token = token::sign_access_token(access, key);
        REQUIRE(signed_token);
        return suite.get("/v1/bikes?limit=1", *signed_token);
    };
    auto good = claims(suite);
    CHECK(status(good).status == 200);
    auto expired = good;
    expired.issued_at -= std::chrono::hours(2);
    expired.expires_at = now() - std::chrono::hours(1);
    CHECK(status(expired).status == 401);
    CHECK(status(expired).code() == "TOKEN_EXPIRED");

    auto verbatim = [&](auto change) {
        token::Claims raw;
        raw.issuer = std::string(token::access_token_issuer);
        raw.audience = std::string(token::access_token_audience);
        raw.subject = good.user_id;
        raw.id = good.id;
        raw.issued_at = raw.not_before = now();
        raw.expires_at = now() + std::chrono::minutes(5);
        raw.others = {{"username", "admin"},
                      {"roles", {"admin"}},
                      {"company_scope", boost::json::array{}},
                      {"branch_scope", boost::json::array{}},
                      {"ver", good.version}};
        std::string type(token::access_token_type);
        change(raw, type);
        return suite.get("/v1/bikes?limit=1", token::sign(raw, type, key).value()).status;
    };
    CHECK(verbatim([](auto&, auto&) {}) == 200);
    CHECK(verbatim([](auto& raw, auto&) { raw.issuer = "somebody else"; }) == 401);
    CHECK(verbatim([](auto& raw, auto&) { raw.audience = "another-api"; }) == 401);
    CHECK(verbatim([](auto&, auto& type) { type = "JWT"; }) == 401);
    CHECK(verbatim([](auto& raw, auto&) { raw.not_before = now() + std::chrono::hours(1); }) == 401);
}

TEST_CASE("D-221 a changed user: older tokens stop working within a second, at the gateway and behind it") {
    Suite suite;
    auto viewer = suite.user_with_role("viewer");
    auto token = suite.token(viewer);
    REQUIRE(suite.get("/v1/bikes?limit=1", token).status == 200);
    // A password change raises `ver`.
    auto me = suite.get("/v1/me", token);
    auto changed =
        suite.post("/v1/me/password",
                   R"({"current_password":")" + suite.password(viewer) + R"(","new_password":"another good password"})",
                   token, {{"if-match", me.header("etag")}});
    REQUIRE(changed.status == 204);
    CHECK(eventually([&] { return suite.get("/v1/bikes?limit=1", token).status == 401; },
                     std::chrono::milliseconds(1500)));
}

TEST_CASE("D-217 sign-in: five failures make the pair of account and address wait") {
    Suite suite;
    auto attempt = [&](const std::string& password) {
        return http(suite.gateway_port(), "POST", "/v1/auth/login", {},
                    R"({"username":"md.manager","password":")" + password + R"("})");
    };
    for (int i = 0; i < 5; ++i) CHECK(attempt("wrong password").status == 401);
    auto throttled = attempt("wrong password");
    CHECK(throttled.status == 429);
    CHECK(throttled.code() == "LOGIN_THROTTLED");
    CHECK(!throttled.header("retry-after").empty());
}
