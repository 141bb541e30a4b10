#pragma once

#include <span>
#include <string_view>

namespace loan_manager::ctl {

struct SeedCompany {
    std::string_view code, name, district;
};

struct SeedBranch {
    std::string_view code, name, company, district;
    int weight;  ///< Percent of the demo procurements.
    bool is_repair_center = false;
};

/// D-304.
std::span<const SeedCompany> seed_companies();
/// D-305, in display order.
std::span<const SeedBranch> seed_branches();

}  // namespace loan_manager::ctl
