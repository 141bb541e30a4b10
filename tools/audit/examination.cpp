#include "tools/audit/examination.hpp"

#include <map>
#include <string>
#include <utility>

#include "audit/chain.hpp"
#include "digest/sha256.hpp"

namespace loan_manager::ctl {
namespace {

using audit::Finding;

constexpr std::size_t shown = 20;
constexpr int rows_at_once = 5000;

const std::string next_entries =
    "SELECT c.position, c.audit_id, c.row_hash, c.chain_hash, CASE WHEN a.id IS NOT NULL THEN " +
    std::string(audit::row_text) +
    " END AS row FROM fleet.audit_chain c LEFT JOIN fleet.audit_log a ON a.id = c.audit_id"
    " WHERE c.position > $1 ORDER BY c.position LIMIT $2";

// Every row that is committed has been sealed or waits for it: queue and row are one transaction.
constexpr const char* neither_sealed_nor_waiting =
    "SELECT a.id::text FROM fleet.audit_log a"
    " WHERE NOT EXISTS (SELECT FROM fleet.audit_chain c WHERE c.audit_id = a.id)"
    " AND NOT EXISTS (SELECT FROM fleet.audit_unsealed q WHERE q.audit_id = a.id) ORDER BY a.at, a.id";

constexpr const char* waiting_without_row =
    "SELECT q.audit_id::text FROM fleet.audit_unsealed q"
    " WHERE NOT EXISTS (SELECT FROM fleet.audit_log a WHERE a.id = q.audit_id) ORDER BY q.seq";

constexpr const char* pruned_until =
    "SELECT until::text AS until, to_char(until AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') AS shown FROM "
    "fleet.outbox_pruned";

// D-220: as many events as audit rows of one change and one entity, but for the actions that have none. Rows of the
// same change are counted, not paired: nothing in them tells which belongs to which. What is older than $1 may have
// lost its event to pruning, and need not: such rows excuse others, but are not missed themselves.
constexpr const char* changes_and_events =
    "SELECT event_type, entity_type, coalesce(entity_id::text, 'no id') AS entity,"
    " written, recently_written, told, recently_told FROM ("
    "SELECT event_type, entity_type, entity_id, sum(written) AS written, sum(told) AS told,"
    " coalesce(sum(written) FILTER (WHERE recent), 0) AS recently_written,"
    " coalesce(sum(told) FILTER (WHERE recent), 0) AS recently_told FROM ("
    "SELECT regexp_replace(lower(a.action), '_', '.') AS event_type, a.entity_type, a.entity_id, 1 AS written,"
    " 0 AS told, a.at > $1::timestamptz AS recent FROM fleet.audit_log a"
    " WHERE a.action NOT IN ('LOGIN', 'LOGIN_FAILED', 'EXPORTED', 'VIEW_REFRESH')"
    " UNION ALL SELECT o.event_type, o.entity_type, o.entity_id, 0, 1, o.at > $1::timestamptz FROM fleet.outbox o"
    " WHERE o.event_type <> 'stock_number.low') AS change"
    " GROUP BY event_type, entity_type, entity_id) AS counted"
    " WHERE recently_written > told OR recently_told > written ORDER BY 1, 2, 3";

std::string bytes_of(const postgres::Row& row, std::string_view column) {
    const auto bytes = row.get<postgres::Bytes>(column);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class Examination {
public:
    Examination(Database& database, const std::optional<AuditHead>& known, const HeadLog& logged)
        : database_(database) {
        report_.log_sources = logged.sources;
        for (const LoggedHead& head : logged.heads) {
            heads_.emplace(head.head.position, head);
        }
        if (known) {
            heads_.emplace(known->position, LoggedHead{*known, {}, "--head"});
        }
        report_.compared = heads_.size();
    }

    void walk_chain() {
        audit::ChainVerifier verifier;
        for (bool more = true; more;) {
            const postgres::Rows rows =
                database_.query(next_entries, postgres::Params(verifier.position(), rows_at_once));
            more = rows.size() == rows_at_once;
            for (const postgres::Row row : rows) {
                audit::Entry entry;
                entry.position = row.get<std::int64_t>("position");
                entry.audit_id = row.get<std::string>("audit_id");
                entry.row_hash = bytes_of(row, "row_hash");
                entry.chain_hash = bytes_of(row, "chain_hash");
                entry.row = row.get<std::optional<std::string>>("row");
                if (auto finding = verifier.step(entry)) add(*std::move(finding));
                ++report_.sealed;
                compare(entry);
            }
        }
        if (verifier.position() > 0) {
            report_.head = to_string(AuditHead{verifier.position(), digest::to_hex(verifier.head())});
        }
        for (const auto& [position, head] : heads_) {
            add({position, "", "chain entry missing: the head that was written down" + origin(head)});
        }
    }

    void look_beside_chain() {
        report_.waiting = database_.query("SELECT count(*) FROM fleet.audit_unsealed").front().get<std::int64_t>(0);
        add_rows(neither_sealed_nor_waiting, "row inserted behind the chain's back");
        add_rows(waiting_without_row, "row missing before it was sealed");
    }

    void compare_with_events() {
        std::string until = "-infinity";
        if (const postgres::Rows pruned = database_.query(pruned_until); !pruned.empty()) {
            until = pruned.front().get<std::string>("until");
            report_.events_pruned_until = pruned.front().get<std::string>("shown");
        }
        for (const postgres::Row row : database_.query(changes_and_events, postgres::Params(until))) {
            const auto number = [&](const char* column) { return row.get<std::int64_t>(column); };
            const bool lacks_event = number("recently_written") > number("told");
            const auto written = number(lacks_event ? "recently_written" : "written");
            const auto told = number(lacks_event ? "told" : "recently_told");
            add({0, "",
                 (lacks_event ? "audit row without its event: " : "event without its audit row: ") +
                     row.get<std::string>("event_type") + " of " + row.get<std::string>("entity_type") + ' ' +
                     row.get<std::string>("entity") + " (" + std::to_string(written) + " rows, " +
                     std::to_string(told) + " events)"});
        }
    }

    AuditReport take() { return std::move(report_); }

private:
    static std::string origin(const LoggedHead& head) {
        return head.at.empty() ? std::string() : " (" + head.source + ", " + head.at + ")";
    }

    // What was written down about this entry. Heads that remain in the end have no entry.
    void compare(const audit::Entry& entry) {
        const auto [first, last] = heads_.equal_range(entry.position);
        for (auto head = first; head != last; ++head) {
            if (head->second.head.hash == digest::to_hex(entry.chain_hash)) {
                report_.anchor = head->second;
            } else {
                add({entry.position, entry.audit_id, "not the head that was written down" + origin(head->second)});
            }
        }
        heads_.erase(first, last);
    }

    void add(Finding finding) {
        ++report_.found;
        if (report_.findings.size() < shown) report_.findings.push_back(std::move(finding));
    }

    void add_rows(const char* sql, const char* what) {
        for (const postgres::Row row : database_.query(sql)) add({0, row.get<std::string>(0), what});
    }

    Database& database_;
    std::multimap<std::int64_t, LoggedHead> heads_;
    AuditReport report_;
};

}  // namespace

AuditReport examine_audit(Database& database, const std::optional<AuditHead>& known, const HeadLog& logged) {
    Examination examination(database, known, logged);
    examination.walk_chain();
    examination.look_beside_chain();
    examination.compare_with_events();
    return examination.take();
}

}  // namespace loan_manager::ctl
