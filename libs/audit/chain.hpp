// The hash chain over fleet.audit_log: how a row is hashed, how hashes are chained, and how a chain is checked.
// Shared by the fleet service, which seals, and loan-managerctl, which verifies: nothing in the database takes part, so
// nobody who can write there can teach it to lie. docs/decisions/0007-audit-chain.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loan_manager::audit {

/// SQL: the whole row of `fleet.audit_log a` as one text, the same under every session setting. A JSON array has one
/// text for each list of values; time is spelled out in UTC, addresses with their prefix length.
inline constexpr std::string_view row_text =
    "jsonb_build_array(a.id, to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), a.user_id, a.username,"
    " a.roles, a.action, a.entity_type, a.entity_id, a.entity_no, a.branch_id, a.old, a.new, a.reason, a.ip::text,"
    " a.user_agent, a.request_id)::text";

/// Raw SHA-256 hashes of 32 bytes.
std::string row_hash(std::string_view text);
std::string chain_hash(std::string_view previous, std::string_view row_hash);

/// What precedes the first entry.
inline const std::string no_hash = std::string(32, '\0');

/// An entry of fleet.audit_chain with the audit row it names.
struct Entry {
    std::int64_t position = 0;
    std::string audit_id;
    std::string row_hash;
    std::string chain_hash;
    std::optional<std::string> row;  ///< row_text; absent: there is no such row.
};

struct Finding {
    std::int64_t position = 0;  ///< 0: not in the chain.
    std::string audit_id;       ///< "" where nobody knows.
    std::string what;           ///< "row altered", "row missing", "chain entry altered", "chain entry missing" …
};

/// Verifies the chain from its first position, one entry after the other. A single alteration is found once: it goes
/// on from what can still be trusted.
class ChainVerifier {
public:
    /// `Nothing` is wrong: no value.
    std::optional<Finding> step(const Entry& entry);

    std::int64_t position() const { return position_; }
    /// Of the last entry, as stored.
    const std::string& head() const { return stored_; }

private:
    std::int64_t position_ = 0;
    std::string stored_ = no_hash;
    /// What the chain hash should have been. Differs from the stored one only after an altered entry.
    std::string computed_ = no_hash;
};

}  // namespace loan_manager::audit
