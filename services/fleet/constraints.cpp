#include "fleet/constraints.hpp"

#include "fleet/bikes/rows.hpp"
#include "fleet/commissions/rule_rows.hpp"
#include "fleet/organisation/rows.hpp"
#include "fleet/transfers/rows.hpp"

namespace loan_manager::fleet {

std::vector<commands::Constraint> constraints() {
    std::vector<commands::Constraint> all;
    for (const commands::Constraints of_area :
         {commands::Constraints(bikes::constraints), commands::Constraints(organisation::constraints),
          commands::Constraints(transfers::constraints), commands::Constraints(commissions::constraints)}) {
        all.insert(all.end(), of_area.begin(), of_area.end());
    }
    return all;
}

}  // namespace loan_manager::fleet
