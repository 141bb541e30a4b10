#include "lifecycle-refresher/refresh/horizon.hpp"

#include <algorithm>

namespace loan_manager::lifecycle {

Coverage coverage(const ChangeHorizon& horizon, const SnapshotChanges& snapshot) {
    Coverage result{.seq = std::min(snapshot.max_seq, horizon.last_seq), .exact = snapshot.max_seq <= horizon.last_seq};
    for (const ChangeHorizon::Writer& writer : horizon.writers) {
        if (writer.first_seq > result.seq) {
            continue;
        }
        if (writer.exact && std::ranges::find(snapshot.settled, writer.first_seq) != snapshot.settled.end()) {
            continue;
        }
        result.seq = writer.first_seq - 1;
        // Its real number may be larger than the floor: a second look will tell.
        result.exact = writer.exact;
    }
    return result;
}

}  // namespace loan_manager::lifecycle
