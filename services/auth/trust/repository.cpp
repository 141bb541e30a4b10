#include "auth/trust/repository.hpp"

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
    "SELECT s.epoch, r.user_id::text, r.min_ver FROM auth.trust_state s LEFT JOIN auth.revocations r"
    " ON r.epoch > CASE WHEN $1 > s.epoch THEN 0 ELSE $1 END AND r.revoked_at > $2"};

}  // namespace

asio::awaitable<Result<TrustState>> read(postgres::Pool& pool, std::int64_t since,
                                         std::chrono::system_clock::time_point not_before,
                                         postgres::OptionalDeadline deadline) {
    const Params params(since, not_before);
    const Result<Rows> rows = co_await pool.execute(select_trust, params, deadline);
    if (!rows) co_return rows.error();
    TrustState state;
    for (const postgres::Row row : *rows) {
        state.epoch = row.get<std::int64_t>(0);
        if (row.is_null(1)) continue;
        state.revocations.push_back({.user_id = row.get<std::string>(1), .min_ver = row.get<std::int32_t>(2)});
    }
    co_return state;
}

}  // namespace loan_manager::auth::trust
