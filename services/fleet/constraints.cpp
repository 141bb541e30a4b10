#include "fleet/constraints.hpp"

#include "validate/issue.hpp"

namespace loan_manager::fleet {

std::vector<commands::Constraint> constraints() {
    using validate::issue::duplicate;
    return {
        // D-208. The look-up before a write finds nearly all of them; of two that come at the same moment the index
        // finds
        // one.
        {"bicycles_live_plate_key", "DUPLICATE", "license_plate", duplicate,
         "Another live bike has the same license_plate."},
        {"bicycles_live_frame_key", "DUPLICATE", "frame_number", duplicate,
         "Another live bike has the same frame_number."},
        {"bicycles_live_engine_key", "DUPLICATE", "engine_number", duplicate,
         "Another live bike has the same engine_number."},
        {"companies_code_key", "DUPLICATE", "code", duplicate, "Another record has the same code."},
        {"branches_code_key", "DUPLICATE", "code", duplicate, "Another record has the same code."},
        // Requests of one bike are serialised by its row lock; the index is what would stop anything else.
        {"transfers_open_key", "OPEN_TRANSFER"},
        {"commission_rules_overlap_excl", "RULE_OVERLAP"},
    };
}

}  // namespace loan_manager::fleet
