#pragma once

#include <string>
#include <vector>

namespace loan_manager::testing {

/// How people, scanners and spreadsheets spell vehicle numbers, and what each is stored as. The rule in C++ and the one
/// in SQL are held against the same list.
struct PlateSpelling {
    std::string typed;
    std::string stored;  ///< Empty: no plate.
    std::string key;
    bool unusual = false;
};
std::vector<PlateSpelling> plate_spellings();

struct NumberSpelling {
    std::string typed;
    std::string stored;  ///< Empty: no number.
};
std::vector<NumberSpelling> number_spellings();

/// Code points that separate two groups: spaces, dashes, dots, slashes, other punctuation, and what nobody sees.
std::vector<std::string> separators();
/// Of those, the ones that show nothing.
std::vector<std::string> invisible_separators();

}  // namespace loan_manager::testing
