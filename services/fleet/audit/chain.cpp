#include "fleet/audit/chain.hpp"

#include "audit/chain.hpp"
#include "digest/sha256.hpp"
#include "postgres/transaction.hpp"
#include "sql/round_trip.hpp"

namespace loan_manager::fleet::audit {
namespace {

namespace asio = boost::asio;
namespace chain = loan_manager::audit;
using postgres::Params;

constexpr postgres::Statement try_lock{"audit.try_lock_chain",
                                       "SELECT pg_try_advisory_xact_lock(hashtextextended('fleet.audit_chain', 0))"};

constexpr postgres::Statement find_head{
    "audit.head", "SELECT c.position, c.chain_hash FROM fleet.audit_chain c ORDER BY c.position DESC LIMIT 1"};

const std::string waiting_sql =
    "SELECT q.seq::text AS seq, a.id, " + std::string(chain::row_text) +
    " AS row FROM fleet.audit_unsealed q JOIN fleet.audit_log a ON a.id = q.audit_id"
    " WHERE NOT EXISTS (SELECT FROM fleet.audit_chain c WHERE c.audit_id = q.audit_id) ORDER BY q.seq LIMIT $1";

constexpr postgres::Statement append{
    "audit.append",
    "INSERT INTO fleet.audit_chain (position, audit_id, row_hash, chain_hash)"
    " SELECT $1::bigint + n.place, n.audit_id, decode(n.row_hash, 'hex'), decode(n.chain_hash, 'hex')"
    " FROM unnest($2::uuid[], $3::text[], $4::text[]) WITH ORDINALITY n (audit_id, row_hash, chain_hash, place)"};

constexpr postgres::Statement forget{"audit.forget",
                                     "DELETE FROM fleet.audit_unsealed WHERE seq = ANY ($1::text[]::bigint[])"};

std::string to_text(const postgres::Bytes& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

asio::awaitable<postgres::Result<std::optional<Head>>> seal_in(postgres::Transaction& transaction, int limit) {
    // One round trip; the later statements see what was committed when the lock had been taken.
    sql::RoundTrip look;
    const auto locked = look.add<bool>(try_lock, Params(), &sql::one_value<bool>);
    const auto last = look.add(find_head, Params());
    const auto waiting = look.add_planned_anew(waiting_sql, Params(limit));
    co_await look.run(transaction.connection());
    if (!look[locked]) co_return std::optional<Head>();

    Head head;
    head.chain_hash = chain::no_hash;
    if (const auto& rows = look[last]; !rows.empty()) {
        head.position = rows.front().get<std::int64_t>("position");
        head.chain_hash = to_text(rows.front().get<postgres::Bytes>("chain_hash"));
    }
    std::vector<std::string> queued, ids, row_hashes, chain_hashes;
    const std::int64_t before = head.position;
    for (const postgres::Row row : look[waiting]) {
        const std::string row_hash = chain::row_hash(row.get<std::string_view>("row"));
        head.chain_hash = chain::chain_hash(head.chain_hash, row_hash);
        ++head.position;
        ++head.sealed;
        queued.push_back(row.get<std::string>("seq"));
        ids.push_back(row.get<std::string>("id"));
        row_hashes.push_back(digest::to_hex(row_hash));
        chain_hashes.push_back(digest::to_hex(head.chain_hash));
    }
    if (head.sealed > 0) {
        sql::RoundTrip write;
        write.add(append, Params(before, ids, row_hashes, chain_hashes));
        write.add(forget, Params(queued));
        co_await write.run(transaction.connection());
    }
    co_return std::optional<Head>(std::move(head));
}

}  // namespace

asio::awaitable<postgres::Result<std::optional<Head>>> seal(postgres::Pool& pool, int limit) {
    auto body = [&](postgres::Transaction& transaction) { return seal_in(transaction, limit); };
    const postgres::TransactionOptions options;
    co_return co_await postgres::with_transaction(pool, options, body);
}

}  // namespace loan_manager::fleet::audit
