#include "audit/chain.hpp"

#include "digest/sha256.hpp"

namespace loan_manager::audit {

std::string row_hash(std::string_view text) { return digest::sha256({text}); }

std::string chain_hash(std::string_view previous, std::string_view row_hash) {
    return digest::sha256({previous, row_hash});
}

std::optional<Finding> ChainVerifier::step(const Entry& entry) {
    const std::int64_t expected = position_ + 1;
    position_ = entry.position;
    if (entry.position != expected) {
        stored_ = computed_ = entry.chain_hash;
        return Finding{expected, "", "chain entry missing"};
    }
    // After an altered entry, either of the two is what this one was made from.
    const std::string from_computed = chain_hash(computed_, entry.row_hash);
    const bool linked = entry.chain_hash == from_computed || entry.chain_hash == chain_hash(stored_, entry.row_hash);
    computed_ = linked ? entry.chain_hash : from_computed;
    if (!linked && entry.row && entry.chain_hash == chain_hash(stored_, row_hash(*entry.row))) {
        computed_ = entry.chain_hash;  // only the entry's copy of the row hash was altered
    }
    stored_ = entry.chain_hash;
    if (!linked) return Finding{entry.position, entry.audit_id, "chain entry altered"};
    if (!entry.row) return Finding{entry.position, entry.audit_id, "row missing"};
    if (row_hash(*entry.row) != entry.row_hash) return Finding{entry.position, entry.audit_id, "row altered"};
    return std::nullopt;
}

}  // namespace loan_manager::audit
