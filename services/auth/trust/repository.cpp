#include "auth/trust/repository.hpp"

#include "auth/keys/repository.hpp"

namespace loan_manager::auth::trust {
namespace {

namespace asio = boost::asio;
using postgres::Params;
using postgres::Result;
using postgres::Rows;

// One statement, one snapshot: the epoch belongs to the revocations. The outer join keeps the epoch when there are
// none.
constexpr postgres::Statement select_trust{
    "auth.trust.read",
    "SELECT s.epoch, n.user_id, n.min_ver, n.jti"
    " FROM (SELECT t.epoch, CASE WHEN $1 > t.epoch THEN 0 ELSE $1 END AS since FROM auth.trust_state t) s"
    " LEFT JOIN LATERAL"
    " (SELECT r.user_id::text, r.min_ver, NULL::text AS jti FROM auth.revocations r"
    " WHERE r.epoch > s.since AND r.revoked_at > $2"
    " UNION ALL SELECT NULL, NULL, d.jti::text FROM auth.revoked_tokens d"
    " WHERE d.epoch > s.since AND d.revoked_at > $3) n ON true"};

}  // namespace

asio::awaitable<Result<TrustState>> read(postgres::Pool& pool, std::int64_t since, const Relevance& relevance,
                                         postgres::OptionalDeadline deadline) {
    // In this order: a key that was published or retired with the epoch that is read must not be missed.
    postgres::Batch batch;
    batch.add(select_trust, Params(since, relevance.users_after, relevance.tokens_after));
    keys::add_list(batch);
    const Result<std::vector<Rows>> rows = co_await pool.run(batch, deadline);
    if (!rows) co_return rows.error();
    TrustState state;
    state.keys = keys::read_list(rows->at(1));
    for (const postgres::Row row : rows->at(0)) {
        state.epoch = row.get<std::int64_t>("epoch");
        if (const auto user_id = row.get<std::optional<std::string>>("user_id")) {
            state.revocations.push_back({.user_id = *user_id, .min_ver = row.get<std::int32_t>("min_ver")});
        } else if (auto jti = row.get<std::optional<std::string>>("jti")) {
            state.revoked_tokens.push_back(*std::move(jti));
        }
    }
    co_return state;
}

}  // namespace loan_manager::auth::trust
