#include "auth/trust/handlers.hpp"

#include <algorithm>

#include "auth/sessions/refresh_rules.hpp"
#include "auth/trust/repository.hpp"
#include "commands/errors.hpp"
#include "rpc/timestamp.hpp"
#include "token/jwt.hpp"

namespace loan_manager::auth::trust {
namespace {

namespace asio = boost::asio;
namespace v1 = loanmanager::auth::v1;

// The longest life a token can have been given by any setting: older revocations concern nobody.
constexpr std::chrono::hours longest_token_life{24};

constexpr std::chrono::milliseconds longest_hold{30'000};
// Of the caller's time, for reading the answer and sending it.
constexpr std::chrono::milliseconds answer_margin{500};

}  // namespace

asio::awaitable<rpc::Result<v1::Trust>> Handlers::trust_since(std::int64_t epoch, std::chrono::milliseconds hold) {
    const auto until = std::chrono::steady_clock::now() + hold;
    for (bool last = false;;) {
        const EpochWatch::Ticket seen = watch_.ticket();
        rpc::Result<v1::Trust> trust = co_await look(epoch);
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        const bool news = !trust || epoch == 0 || trust->epoch() != epoch;
        if (news || last || left <= std::chrono::milliseconds{0}) co_return trust;
        // Without an announcement one more look, and the answer: an announcement may have been lost.
        last = !co_await watch_.wait(seen, left);
    }
}

asio::awaitable<rpc::Result<v1::Trust>> Handlers::look(std::int64_t epoch) {
    const bool shared_secret = parts_.keyring.uses_shared_secret();
    const auto now = parts_.clock.now();
    const Relevance relevance{.users_after = now - longest_token_life - 2 * token::max_leeway,
                              .tokens_after = sessions::oldest_access_token(now, parts_.settings.access_token_expire)};
    const postgres::Result<TrustState> state = co_await read(parts_.pools.local(), epoch, relevance, {});
    if (!state) co_return commands::to_rpc_error(state.error(), {});

    v1::Trust trust;
    trust.set_epoch(state->epoch);
    if (!shared_secret) {
        const auto is_published = [&](const keys::KeyRecord& record) { return keys::is_published(record, now); };
        if (std::none_of(state->keys.begin(), state->keys.end(), is_published)) co_return rpc::unavailable();
        trust.set_jwks(keys::write_published(state->keys, now));
    }
    for (const Revocation& revocation : state->revocations) {
        v1::Revocation& added = *trust.add_revocations();
        added.set_user_id(revocation.user_id);
        added.set_min_ver(revocation.min_ver);
    }
    for (const std::string& jti : state->revoked_tokens) trust.add_revoked_tokens(jti);
    rpc::assign(*trust.mutable_as_of(), now);
    co_return trust;
}

asio::awaitable<rpc::Result<v1::Trust>> Handlers::get_trust(rpc::CallContext& call,
                                                            const v1::GetTrustRequest& request) {
    const auto time_left = call.remaining() - answer_margin;
    const std::chrono::milliseconds wanted{request.hold_ms()};
    return trust_since(request.since_epoch(), std::min({wanted, longest_hold, time_left}));
}

asio::awaitable<rpc::Result<v1::Jwks>> Handlers::get_jwks(rpc::CallContext&, const v1::GetJwksRequest&) {
    if (!parts_.keyring.uses_shared_secret() && !parts_.keyring.signing_key()) co_return rpc::unavailable();
    v1::Jwks jwks;
    jwks.set_json(parts_.keyring.jwks());
    co_return jwks;
}

}  // namespace loan_manager::auth::trust
