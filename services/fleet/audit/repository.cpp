#include "fleet/audit/repository.hpp"

#include "audit/chain.hpp"
#include "digest/sha256.hpp"
#include "fleet/values/row_reader.hpp"

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

constexpr const char* columns =
    "a.id::text, a.at, a.user_id::text, a.username, a.roles, a.action, a.entity_type, a.entity_id::text, a.entity_no,"
    " a.branch_id::text, b.code, a.old::text, a.new::text, a.reason, host(a.ip), a.user_agent, a.request_id";

constexpr SortField newest_first[] = {{"at", "a.at", "timestamptz"}};

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

rpc::Result<ListQuery> compose_list(const v1::ListAuditRequest& request, const paging::PageRequest& page,
                                    const access::Reach& readable) {
    ListQuery query(columns, "fleet.audit_log a LEFT JOIN fleet.branches b ON b.id = a.branch_id", "a.id", page);
    query.where(query.covers(readable, "a.branch_id"));
    if (request.has_entity_type()) query.where("a.entity_type = " + query.parameter(request.entity_type()));
    if (request.has_entity_id()) query.where("a.entity_id = " + query.parameter(request.entity_id()) + "::uuid");
    if (request.has_user_id()) query.where("a.user_id = " + query.parameter(request.user_id()) + "::uuid");
    if (request.has_action()) query.where("a.action = " + query.parameter(request.action()));
    if (request.has_branch_id()) query.where("a.branch_id = " + query.branch(request.branch_id()));
    if (request.has_request_id()) query.where("a.request_id = " + query.parameter(request.request_id()));
    query.between_days("a.at", LM_MAYBE(request, from), LM_MAYBE(request, to));
    if (const rpc::Result<void> sorted = query.sort_by(newest_first, "-at"); !sorted) return sorted.error();
    return query;
}

v1::AuditRow read_row(const postgres::Row& row) {
    RowReader in(row);
    v1::AuditRow audit;
    audit.set_id(in.text());
    assign(*audit.mutable_at(), in.time());
    in.if_set([&](std::string id) { audit.set_user_id(std::move(id)); });
    // Names that nobody signed in with are not kept.
    if (std::string username = in.text(); !username.empty()) audit.set_username(std::move(username));
    for (auto& role : in.next<std::vector<std::string>>()) audit.add_roles(std::move(role));
    audit.set_action(in.text());
    audit.set_entity_type(in.text());
    in.if_set([&](std::string id) { audit.set_entity_id(std::move(id)); });
    in.if_set([&](std::string number) { audit.set_entity_no(std::move(number)); });
    in.if_set([&](std::string id) { audit.set_branch_id(std::move(id)); });
    in.if_set([&](std::string code) { audit.set_branch_code(std::move(code)); });
    in.if_set([&](std::string json) { audit.set_old(std::move(json)); });
    in.if_set([&](std::string json) { audit.set_new_(std::move(json)); });
    in.if_set([&](std::string reason) { audit.set_reason(std::move(reason)); });
    in.if_set([&](std::string address) { audit.set_ip(std::move(address)); });
    in.if_set([&](std::string agent) { audit.set_user_agent(std::move(agent)); });
    audit.set_request_id(in.text());
    return audit;
}

asio::awaitable<postgres::Result<std::optional<Head>>> seal(postgres::Pool& pool, int limit) {
    auto body = [&](postgres::Transaction& transaction) { return seal_in(transaction, limit); };
    const postgres::TransactionOptions options;
    co_return co_await postgres::with_transaction(pool, options, body);
}

}  // namespace loan_manager::fleet::audit
