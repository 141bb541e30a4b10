#include "lifecycle-refresher/control/operator_token.hpp"

#include <stdexcept>
#include <utility>

#include "runtime/uuid.hpp"
#include "token/jwt.hpp"
#include "token/key.hpp"
#include "token/key_set.hpp"

namespace loan_manager::lifecycle {
namespace {

constexpr std::string_view issuer = "loan-managerctl";
constexpr std::string_view audience = "loan-manager-operator";
constexpr std::string_view type = "operator+jwt";
constexpr std::chrono::seconds lifetime{60};

token::Seconds whole_seconds(std::chrono::system_clock::time_point time) {
    return std::chrono::floor<std::chrono::seconds>(time);
}

rpc::Error refused(std::string message) { return rpc::Error("FORBIDDEN", std::move(message)); }

}  // namespace

std::string sign_operator_token(std::string_view secret, std::chrono::system_clock::time_point now) {
    const token::result<token::Key> key = token::Key::hs256(secret);
    if (!key) {
        throw std::invalid_argument("SECRET_KEY must have at least 32 bytes");
    }
    token::Claims claims;
    claims.issuer = issuer;
    claims.audience = audience;
    claims.subject = "operator";
    claims.id = runtime::new_uuid().to_string();
    claims.issued_at = whole_seconds(now);
    claims.not_before = claims.issued_at;
    claims.expires_at = claims.issued_at + lifetime;
    return token::sign(claims, type, *key).value();
}

rpc::Result<void> check_operator_token(std::string_view secret, std::string_view token,
                                       std::chrono::system_clock::time_point now) {
    if (secret.empty()) {
        return refused("The service has no SECRET_KEY, so it takes no orders from the command line.");
    }
    if (token.empty()) {
        return refused("This call needs the operator token: give loan-managerctl the service's SECRET_KEY.");
    }
    const token::result<token::Key> key = token::Key::hs256(secret);
    if (!key) {
        return refused("The service's SECRET_KEY is too short.");
    }
    token::Expectations expected;
    expected.type = type;
    expected.issuer = issuer;
    expected.audience = audience;
    token::KeySet keys;
    if (!keys.add(*key) || !token::verify(token, keys, expected, whole_seconds(now))) {
        return refused("The operator token is not good: loan-managerctl and the service need the same SECRET_KEY.");
    }
    return {};
}

}  // namespace loan_manager::lifecycle
