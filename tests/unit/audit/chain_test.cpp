#include "audit/chain.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "digest/sha256.hpp"

using namespace loan_manager;
using audit::Entry;

namespace {

// A sound chain over `length` rows.
std::vector<Entry> chain(int length) {
    std::vector<Entry> entries;
    std::string previous = audit::no_hash;
    for (int i = 1; i <= length; ++i) {
        Entry entry;
        entry.position = i;
        entry.audit_id = "id-" + std::to_string(i);
        entry.row = "row " + std::to_string(i);
        entry.row_hash = audit::row_hash(*entry.row);
        entry.chain_hash = previous = audit::chain_hash(previous, entry.row_hash);
        entries.push_back(std::move(entry));
    }
    return entries;
}

// Findings as "position what".
std::vector<std::string> findings(const std::vector<Entry>& entries) {
    audit::ChainVerifier verifier;
    std::vector<std::string> found;
    for (const auto& entry : entries) {
        if (const auto finding = verifier.step(entry)) {
            found.push_back(std::to_string(finding->position) + " " + finding->what);
        }
    }
    return found;
}

using Found = std::vector<std::string>;

}  // namespace

TEST_CASE("SHA-256 of parts is that of their concatenation") {
    CHECK(digest::sha256_hex({"ab", "c"}) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(digest::to_hex(std::string("\0\xff", 2)) == "00ff");
}

TEST_CASE("audit chain: a sound chain has no findings, and each head depends on every row before") {
    CHECK(findings(chain(50)).empty());
    auto other = chain(50);
    other[3].row_hash = audit::row_hash("another");
    std::string previous = audit::no_hash;
    for (auto& entry : other) entry.chain_hash = previous = audit::chain_hash(previous, entry.row_hash);
    CHECK(other.back().chain_hash != chain(50).back().chain_hash);
}

TEST_CASE("audit chain: one alteration is one finding") {
    for (const std::size_t at : {std::size_t{0}, std::size_t{4}, std::size_t{9}}) {
        CAPTURE(at);
        const std::string position = std::to_string(at + 1);
        auto row = chain(10);
        row[at].row = "another row";
        CHECK(findings(row) == Found{position + " row altered"});
        auto gone = chain(10);
        gone[at].row.reset();
        CHECK(findings(gone) == Found{position + " row missing"});
        auto copy = chain(10);
        copy[at].row_hash = audit::row_hash("x");
        CHECK(findings(copy) == Found{position + " chain entry altered"});
        auto link = chain(10);
        link[at].chain_hash = audit::row_hash("x");
        CHECK(findings(link) == Found{position + " chain entry altered"});
        auto both = chain(10);
        both[at].row = "another row";
        both[at].row_hash = audit::row_hash("another row");
        CHECK(findings(both) == Found{position + " chain entry altered"});
    }
    auto missing = chain(10);
    missing.erase(missing.begin() + 4);
    CHECK(findings(missing) == Found{"5 chain entry missing"});
}
