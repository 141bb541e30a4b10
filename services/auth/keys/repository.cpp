#include "auth/keys/repository.hpp"

namespace loan_manager::auth::keys {
namespace {

namespace asio = boost::asio;
using postgres::Params;
using postgres::Result;
using postgres::Rows;
using postgres::Statement;

constexpr Statement select_keys{
    "auth.keys.list",
    "SELECT k.kid, k.public_jwk, k.activates_at, k.valid_until, k.retired_at FROM auth.signing_keys k"
    " ORDER BY k.activates_at, k.kid"};

// A new or retired key is news to verifiers, hence the epoch.
constexpr Statement insert_key{
    "auth.keys.publish",
    "WITH fresh AS (INSERT INTO auth.signing_keys (kid, public_jwk, created_at, activates_at, valid_until)"
    " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (kid) DO NOTHING RETURNING kid)"
    " UPDATE auth.trust_state SET epoch = epoch + 1 WHERE EXISTS (SELECT FROM fresh)"};

constexpr Statement extend_key{
    "auth.keys.extend",
    "UPDATE auth.signing_keys SET valid_until = $2 WHERE kid = $1 AND retired_at IS NULL AND valid_until < $2"};

constexpr Statement retire_key{"auth.keys.retire",
                               "WITH gone AS (UPDATE auth.signing_keys SET retired_at = $2"
                               " WHERE kid = $1 AND (retired_at IS NULL OR retired_at > $2) RETURNING kid)"
                               " UPDATE auth.trust_state SET epoch = epoch + 1 WHERE EXISTS (SELECT FROM gone)"};

// least() passes over what is NULL.
constexpr Statement bring_back_key{
    "auth.keys.bring_back",
    "UPDATE auth.signing_keys SET activates_at = least(activates_at, $2), valid_until = least(valid_until, $3),"
    " retired_at = CASE WHEN retired_at IS NULL THEN NULL ELSE least(retired_at, $4) END WHERE kid = $1"};

asio::awaitable<Result<void>> run(postgres::Connection& connection, const Statement& statement, Params params) {
    const Result<Rows> rows = co_await connection.execute(statement, params);
    if (!rows) co_return rows.error();
    co_return Result<void>();
}

}  // namespace

asio::awaitable<Result<std::vector<KeyRecord>>> list(postgres::Connection& connection) {
    const Result<Rows> rows = co_await connection.execute(select_keys);
    if (!rows) co_return rows.error();
    co_return read_list(*rows);
}

void add_list(postgres::Batch& batch) { batch.add(select_keys); }

std::vector<KeyRecord> read_list(const Rows& rows) {
    std::vector<KeyRecord> records;
    for (const postgres::Row row : rows) {
        records.push_back({.kid = row.get<std::string>("kid"),
                           .public_jwk = row.get<std::string>("public_jwk"),
                           .activates_at = row.get<WallTime>("activates_at"),
                           .valid_until = row.get<WallTime>("valid_until"),
                           .retired_at = row.get<std::optional<WallTime>>("retired_at")});
    }
    return records;
}

asio::awaitable<Result<void>> bring_back(postgres::Connection& connection, const KeyRecord& record) {
    return run(connection, bring_back_key,
               Params(record.kid, record.activates_at, record.valid_until, record.retired_at));
}

asio::awaitable<Result<void>> publish(postgres::Connection& connection, const KeyRecord& record, WallTime now) {
    Params params(record.kid, record.public_jwk, now, record.activates_at, record.valid_until);
    return run(connection, insert_key, std::move(params));
}

asio::awaitable<Result<void>> extend(postgres::Connection& connection, const std::string& kid, WallTime valid_until) {
    return run(connection, extend_key, Params(kid, valid_until));
}

asio::awaitable<Result<void>> retire(postgres::Connection& connection, const std::string& kid, WallTime at) {
    return run(connection, retire_key, Params(kid, at));
}

}  // namespace loan_manager::auth::keys
