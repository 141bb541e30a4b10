#include "auth/sessions/issue.hpp"

#include "auth/sessions/refresh_rules.hpp"
#include "auth/users/rules.hpp"
#include "runtime/log.hpp"
#include "runtime/uuid.hpp"
#include "token/access_token.hpp"

namespace loan_manager::auth::sessions {

rpc::Result<IssuedTokens> issue(const Parts& parts, const User& user, const std::string& family_id, WallTime now) {
    const std::optional<token::Key> key = parts.keyring.signing_key();
    if (!key) return rpc::unavailable();

    Grants grants = effective_grants(user);
    token::AccessToken access;
    access.user_id = user.id;
    access.username = user.username;
    access.roles = std::move(grants.roles);
    access.company_scope = std::move(grants.company_scope);
    access.branch_scope = std::move(grants.branch_scope);
    access.version = user.token_version;
    access.id = runtime::new_uuid().to_string();
    access.issued_at = std::chrono::floor<std::chrono::seconds>(now);
    access.expires_at = access.issued_at + parts.settings.access_token_expire;
    token::result<std::string> text = token::sign_access_token(access, *key);
    if (!text) {
        runtime::log::error("access token cannot be signed",
                            {{"user_id", user.id}, {"reason", text.error().message()}});
        return rpc::internal_error();
    }

    const std::string refresh_token = new_refresh_token();
    IssuedTokens tokens;
    tokens.answer.set_access_token(*std::move(text));
    tokens.answer.set_token_type("bearer");
    tokens.answer.set_expires_in(
        static_cast<std::int32_t>(std::chrono::seconds(parts.settings.access_token_expire).count()));
    tokens.answer.set_refresh_token(refresh_token);
    tokens.stored = {.id = runtime::new_uuid().to_string(),
                     .family_id = family_id,
                     .access_jti = access.id,
                     .hash = refresh_token_hash(refresh_token),
                     .issued_at = now,
                     .expires_at = now + std::chrono::days(parts.settings.refresh_token_expire_days)};
    return tokens;
}

}  // namespace loan_manager::auth::sessions
