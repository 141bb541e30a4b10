#include "tools/commands/audit.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>

#include "digest/sha256.hpp"
#include "tools/commands/run.hpp"

namespace loan_manager::ctl {
namespace {

namespace json = boost::json;
using audit::Finding;

constexpr std::size_t shown = 20;
constexpr int rows_at_once = 5000;

const std::string next_entries =
    "SELECT c.position, c.audit_id::text, c.row_hash, c.chain_hash, CASE WHEN a.id IS NOT NULL THEN " +
    std::string(audit::row_text) +
    " END FROM fleet.audit_chain c LEFT JOIN fleet.audit_log a ON a.id = c.audit_id"
    " WHERE c.position > $1 ORDER BY c.position LIMIT $2";

// Every row that is committed has been sealed or waits for it: queue and row are one transaction.
constexpr const char* neither_sealed_nor_waiting =
    "SELECT a.id::text FROM fleet.audit_log a"
    " WHERE NOT EXISTS (SELECT FROM fleet.audit_chain c WHERE c.audit_id = a.id)"
    " AND NOT EXISTS (SELECT FROM fleet.audit_unsealed q WHERE q.audit_id = a.id) ORDER BY a.at, a.id";

constexpr const char* waiting_without_row =
    "SELECT q.audit_id::text FROM fleet.audit_unsealed q"
    " WHERE NOT EXISTS (SELECT FROM fleet.audit_log a WHERE a.id = q.audit_id) ORDER BY q.seq";

std::string bytes_of(const postgres::Row& row, int column) {
    const auto bytes = row.get<postgres::Bytes>(column);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string head_text(std::int64_t position, const std::string& hash) {
    return std::to_string(position) + ':' + digest::to_hex(hash);
}

class Examination {
public:
    explicit Examination(Database& database) : database_(database) {}

    void walk_chain(const std::optional<AuditHead>& known) {
        audit::Walk walk;
        bool met_known = !known;
        for (bool more = true; more;) {
            const postgres::Rows rows = database_.query(next_entries, postgres::Params(walk.position(), rows_at_once));
            more = rows.size() == rows_at_once;
            for (const postgres::Row row : rows) {
                audit::Entry entry;
                entry.position = row.get<std::int64_t>(0);
                entry.audit_id = row.get<std::string>(1);
                entry.row_hash = bytes_of(row, 2);
                entry.chain_hash = bytes_of(row, 3);
                entry.row = row.get<std::optional<std::string>>(4);
                if (auto finding = walk.step(entry)) add(*std::move(finding));
                ++report_.sealed;
                if (known && known->position == entry.position) {
                    met_known = true;
                    if (known->hash != digest::to_hex(entry.chain_hash)) {
                        add({entry.position, entry.audit_id, "not the head that was written down"});
                    }
                }
            }
        }
        if (walk.position() > 0) report_.head = head_text(walk.position(), walk.head());
        if (!met_known) add({known->position, "", "chain entry missing: the head that was written down"});
    }

    void look_beside_chain() {
        report_.waiting = database_.query("SELECT count(*) FROM fleet.audit_unsealed").front().get<std::int64_t>(0);
        add_rows(neither_sealed_nor_waiting, "row inserted behind the chain's back");
        add_rows(waiting_without_row, "row missing before it was sealed");
    }

    AuditReport take() { return std::move(report_); }

private:
    void add(Finding finding) {
        ++report_.found;
        if (report_.findings.size() < shown) report_.findings.push_back(std::move(finding));
    }

    void add_rows(const char* sql, const char* what) {
        for (const postgres::Row row : database_.query(sql)) add({0, row.get<std::string>(0), what});
    }

    Database& database_;
    AuditReport report_;
};

}  // namespace

AuditReport examine_audit(Database& database, const std::optional<AuditHead>& known) {
    Examination examination(database);
    examination.walk_chain(known);
    examination.look_beside_chain();
    return examination.take();
}

json::object as_json(const AuditReport& report) {
    json::array findings;
    for (const Finding& finding : report.findings) {
        json::object entry;
        entry["position"] = finding.position == 0 ? json::value() : json::value(finding.position);
        entry["audit_id"] = finding.audit_id.empty() ? json::value() : json::value(finding.audit_id);
        entry["what"] = finding.what;
        findings.push_back(std::move(entry));
    }
    json::object out;
    out["status"] = report.good() ? "ok" : "violated";
    out["sealed"] = report.sealed;
    out["head"] = report.head.empty() ? json::value() : json::value(report.head);
    out["waiting"] = report.waiting;
    out["found"] = report.found;
    out["findings"] = std::move(findings);
    return out;
}

void print_findings(const AuditReport& report) {
    for (const Finding& finding : report.findings) {
        std::cout << "        ";
        if (finding.position != 0) std::cout << "position " << finding.position << ": ";
        std::cout << finding.what;
        if (!finding.audit_id.empty()) std::cout << " (" << finding.audit_id << ")";
        std::cout << '\n';
    }
    const auto rest = report.found - static_cast<std::int64_t>(report.findings.size());
    if (rest > 0) std::cout << "        … and " << rest << " more\n";
}

std::string summary(const AuditReport& report) {
    std::string text = std::to_string(report.sealed) + " rows sealed";
    if (!report.head.empty()) text += ", head " + report.head;
    return text + ", " + std::to_string(report.waiting) + " waiting";
}

int run(const AuditVerify& command, const Settings& settings) {
    Database database(database_url(settings, command.database_url));
    const Transaction snapshot(database, "ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    const AuditReport report = examine_audit(database, command.head);
    if (command.json) {
        std::cout << json::serialize(as_json(report)) << '\n';
    } else {
        std::cout << summary(report) << '\n';
        print_findings(report);
        std::cout << (report.good() ? "The audit log is as it was written.\n" : "The audit log has been altered.\n");
    }
    return report.good() ? exit_ok : exit_failed;
}

}  // namespace loan_manager::ctl
