#include "tools/seed/organisation.hpp"

#include <array>

namespace loan_manager::ctl {
namespace {

constexpr std::array<SeedCompany, 2> companies{{
    {"MA", "SK Management", "Monaragala"},
    {"IN", "SK Investment", "Badulla"},
}};

constexpr std::array<SeedBranch, 19> branches{{
    {"WW", "Walasmulla", "MA", "Hambantota", 9},
    {"MO", "Monaragala", "MA", "Monaragala", 9},
    {"BW", "Bandarawela", "MA", "Badulla", 8},
    {"BT", "Buttala", "MA", "Monaragala", 7},
    {"WL", "Wellawaya", "MA", "Monaragala", 7},
    {"BK", "Badalkumbura", "MA", "Monaragala", 5},
    {"KA", "Kataragama", "MA", "Monaragala", 5},
    {"BI", "Bibile", "MA", "Monaragala", 5},
    {"SB", "Siyambalanduwa", "MA", "Monaragala", 4},
    {"MD", "Medagama", "MA", "Monaragala", 3},
    {"TN", "Thanamalwila", "MA", "Monaragala", 4},
    {"BD", "Badulla", "IN", "Badulla", 9},
    {"MH", "Mahiyanganaya", "IN", "Badulla", 6},
    {"HP", "Haputale", "MA", "Badulla", 5},
    {"WM", "Welimada", "IN", "Badulla", 4},
    {"PS", "Passara", "IN", "Badulla", 4},
    {"DY", "Diyatalawa", "IN", "Badulla", 3},
    {"EL", "Ella", "IN", "Badulla", 2},
    {"BRC", "Bike Repair Centre", "IN", "Badulla", 1, true},
}};

}  // namespace

std::span<const SeedCompany> seed_companies() { return companies; }
std::span<const SeedBranch> seed_branches() { return branches; }

}  // namespace loan_manager::ctl
