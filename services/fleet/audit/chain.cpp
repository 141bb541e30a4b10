#include "fleet/audit/chain.hpp"

#include "audit/chain.hpp"
#include "digest/sha256.hpp"
#include "postgres/transaction.hpp"

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
    "SELECT q.seq::text, a.id::text, " + std::string(chain::row_text) +
    " FROM fleet.audit_unsealed q JOIN fleet.audit_log a ON a.id = q.audit_id"
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
    postgres::Batch look;
    look.add(try_lock).add(find_head).query(waiting_sql, Params(limit));
    const std::vector<postgres::Rows> found = (co_await transaction.run(look)).value();
    if (!found[0].front().get<bool>(0)) co_return std::optional<Head>();

    Head head;
    head.chain_hash = chain::no_hash;
    if (!found[1].empty()) {
        head.position = found[1].front().get<std::int64_t>(0);
        head.chain_hash = to_text(found[1].front().get<postgres::Bytes>(1));
    }
    std::vector<std::string> queued, ids, row_hashes, chain_hashes;
    const std::int64_t before = head.position;
    for (const postgres::Row row : found[2]) {
        const std::string row_hash = chain::row_hash(row.get<std::string_view>(2));
        head.chain_hash = chain::chain_hash(head.chain_hash, row_hash);
        ++head.position;
        ++head.sealed;
        queued.push_back(row.get<std::string>(0));
        ids.push_back(row.get<std::string>(1));
        row_hashes.push_back(digest::to_hex(row_hash));
        chain_hashes.push_back(digest::to_hex(head.chain_hash));
    }
    if (head.sealed > 0) {
        postgres::Batch write;
        write.add(append, Params(before, ids, row_hashes, chain_hashes)).add(forget, Params(queued));
        static_cast<void>((co_await transaction.run(write)).value());
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
