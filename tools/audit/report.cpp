#include "tools/audit/report.hpp"

#include <boost/json/array.hpp>
#include <iostream>

namespace loan_manager::ctl {
namespace {

namespace json = boost::json;
using audit::Finding;

json::value or_null(const std::string& text) { return text.empty() ? json::value() : json::value(text); }

std::string rows_from_to(std::int64_t from, std::int64_t to) {
    return from == to ? "row " + std::to_string(to) : "rows " + std::to_string(from) + " to " + std::to_string(to);
}

std::string name_of(const LoggedHead& head) {
    return to_string(head.head) + " (" + head.source + (head.at.empty() ? "" : ", " + head.at) + ")";
}

}  // namespace

std::vector<std::string> not_proved(const AuditReport& report) {
    std::vector<std::string> lines;
    if (report.compared == 0) {
        lines.emplace_back(
            "that the end of the log is there and that log and chain were not made anew: no head from outside the "
            "database was compared (--head, --log)");
    } else if (!report.good()) {
        lines.emplace_back(
            "anything else about the log: where one thing was altered, more could have been replaced or cut off");
    } else if (report.sealed > report.proved()) {
        lines.push_back(rows_from_to(report.proved() + 1, report.sealed) +
                        ": sealed after the newest head that was compared; they could have been replaced, or more of "
                        "them cut off");
    }
    if (report.waiting > 0) {
        lines.push_back(std::to_string(report.waiting) + (report.waiting == 1 ? " row that is" : " rows that are") +
                        " not sealed yet: could have been altered");
    }
    if (!report.events_pruned_until.empty()) {
        lines.push_back("that each change up to " + report.events_pruned_until +
                        " had its event: those were pruned from the outbox");
    }
    lines.emplace_back("rows that somebody added with the rights of a service: they look genuine");
    return lines;
}

std::vector<std::string> proof(const AuditReport& report) {
    std::vector<std::string> lines;
    for (const LogSource& source : report.log_sources) {
        lines.push_back(
            "log " + source.path + ": " +
            (source.problem.empty() ? std::to_string(source.heads) + " heads" : "not read: " + source.problem));
    }
    lines.push_back(std::to_string(report.compared) + " heads compared" +
                    (report.anchor ? ", the furthest that the chain contains is " + name_of(*report.anchor) : ""));
    if (report.good()) {
        lines.push_back("log and chain agree with each other");
        if (report.proved() > 0) {
            lines.push_back("proved: " + rows_from_to(1, report.proved()) +
                            " are as they were when that head was written down");
        }
    }
    for (const std::string& line : not_proved(report)) {
        lines.push_back("not proved: " + line);
    }
    return lines;
}

json::object as_json(const AuditReport& report) {
    json::array findings;
    for (const Finding& finding : report.findings) {
        json::object entry;
        entry["position"] = finding.position == 0 ? json::value() : json::value(finding.position);
        entry["audit_id"] = or_null(finding.audit_id);
        entry["what"] = finding.what;
        findings.push_back(std::move(entry));
    }
    json::array logs;
    for (const LogSource& source : report.log_sources) {
        logs.push_back(
            json::object{{"path", source.path}, {"heads", source.heads}, {"problem", or_null(source.problem)}});
    }
    const std::vector<std::string> open = not_proved(report);
    json::object out;
    out["status"] = report.good() ? "ok" : "violated";
    out["sealed"] = report.sealed;
    out["head"] = or_null(report.head);
    out["waiting"] = report.waiting;
    out["found"] = report.found;
    out["findings"] = std::move(findings);
    out["heads_compared"] = report.compared;
    out["proved_head"] = report.proved() > 0 ? json::value(to_string(report.anchor->head)) : json::value();
    out["proved_rows"] = report.proved();
    out["not_proved"] = json::array(open.begin(), open.end());
    out["logs"] = std::move(logs);
    out["events_pruned_until"] = or_null(report.events_pruned_until);
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

}  // namespace loan_manager::ctl
