#pragma once

#include <cstdint>
#include <vector>

namespace loan_manager::lifecycle {

/// What was known about the change sequence just before a snapshot was taken (lifecycle.change_horizon()).
struct ChangeHorizon {
    /// A transaction that has taken, or is about to take, change numbers and had not ended.
    struct Writer {
        std::int64_t first_seq = 0;  ///< Its first number; while not `exact`, a number it cannot fall below.
        bool exact = false;
    };

    std::int64_t last_seq = 0;  ///< The last number anybody had taken.
    std::vector<Writer> writers;
};

/// What the snapshot itself shows.
struct SnapshotChanges {
    std::int64_t max_seq = 0;           ///< The largest visible number; 0 when there is none.
    std::vector<std::int64_t> settled;  ///< First numbers of the horizon's writers whose row is visible: they committed
                                        ///< between the two looks.
};

struct Coverage {
    std::int64_t seq = 0;  ///< covers_seq: safe in any case.
    /// It is also the largest such number. False when somebody wrote between the two looks in a way that leaves
    /// doubt: take another snapshot and try again.
    bool exact = false;
};

/// The largest s such that every change numbered ≤ s was committed before the snapshot (D-1003). Pure.
///
/// Why it is right: a writer that had not committed when the snapshot was taken either announced itself before the
/// horizon was read – then it is in `writers`, and s stays below its first number – or it announced itself later. The
/// announcement precedes the taking of a number, and `last_seq` was read before the writers were, so in the second case
/// all its numbers are larger than `last_seq`, and s never exceeds `last_seq`. An aborted writer leaves a number
/// without a row, which no snapshot needs to cover.
Coverage coverage(const ChangeHorizon& horizon, const SnapshotChanges& snapshot);

}  // namespace loan_manager::lifecycle
