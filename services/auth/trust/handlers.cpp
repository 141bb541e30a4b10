#include "auth/trust/handlers.hpp"

#include "auth/sessions/refresh_rules.hpp"
#include "auth/trust/repository.hpp"
#include "commands/errors.hpp"
#include "token/jwt.hpp"

namespace loan_manager::auth::trust {
namespace {

namespace asio = boost::asio;
namespace v1 = loanmanager::auth::v1;

// The longest life a token can have been given by any setting: older revocations concern nobody.
constexpr std::chrono::hours longest_token_life{24};

}  // namespace

asio::awaitable<rpc::Result<v1::Trust>> Handlers::trust_since(std::int64_t epoch) {
    const bool shared_secret = parts_.keyring.uses_shared_secret();
    if (!shared_secret && !parts_.keyring.signing_key()) co_return rpc::unavailable();
    const auto now = parts_.clock.now();
    const Relevance relevance{.users_after = now - longest_token_life - 2 * token::max_leeway,
                              .tokens_after = sessions::oldest_access_token(now, parts_.settings.access_token_expire)};
    const postgres::Result<TrustState> state = co_await read(parts_.pools.local(), epoch, relevance, {});
    if (!state) co_return commands::to_rpc_error(state.error(), {});

    v1::Trust trust;
    trust.set_epoch(state->epoch);
    if (!shared_secret) trust.set_jwks(parts_.keyring.jwks());
    for (const Revocation& revocation : state->revocations) {
        v1::Revocation& added = *trust.add_revocations();
        added.set_user_id(revocation.user_id);
        added.set_min_ver(revocation.min_ver);
    }
    for (const std::string& jti : state->revoked_tokens) trust.add_revoked_tokens(jti);
    const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
    trust.mutable_as_of()->set_seconds(nanoseconds / 1'000'000'000);
    trust.mutable_as_of()->set_nanos(static_cast<std::int32_t>(nanoseconds % 1'000'000'000));
    co_return trust;
}

asio::awaitable<rpc::Result<v1::Trust>> Handlers::get_trust(rpc::CallContext&, const v1::GetTrustRequest& request) {
    return trust_since(request.since_epoch());
}

asio::awaitable<rpc::Result<v1::Jwks>> Handlers::get_jwks(rpc::CallContext&, const v1::GetJwksRequest&) {
    if (!parts_.keyring.uses_shared_secret() && !parts_.keyring.signing_key()) co_return rpc::unavailable();
    v1::Jwks jwks;
    jwks.set_json(parts_.keyring.jwks());
    co_return jwks;
}

}  // namespace loan_manager::auth::trust
