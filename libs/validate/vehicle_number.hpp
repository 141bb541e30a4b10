// The numbers a motorcycle is known by – licence plate (D-207), frame and engine number (D-208) – in the one form in
// which they are stored, compared and searched. The migration that came with these rules says the same in SQL
// (database/deploy/fleet_vehicle_numbers.sql); a test holds the two together.
#pragma once

#include <string>
#include <string_view>

namespace loan_manager::validate {

/// A licence plate as it is stored.
struct Plate {
    /// Groups of letters, digits and their marks in upper case, one hyphen between two. Empty: there is no plate.
    std::string text;
    /// Without a leading province group if two groups remain; what must be unique.
    std::string key;
    /// The key is not of the form the registry issues.
    bool unusual = false;
};

/// Whatever is typed between two groups – any Unicode space, dash, dot, slash, other punctuation, symbol or invisible
/// character, in any number – is one hyphen. A plain plate is hyphenated where nobody did (`WPCAB1234`). What only says
/// that there is none (`-`, `n/a`, `unregistered`) is no plate. Never fails; text longer than any field takes is none.
Plate normalise_plate(std::string_view typed);

/// Frame and engine numbers: letters and digits in upper case, nothing else. Empty for what only says that there is
/// none.
std::string normalise_vehicle_number(std::string_view typed);

/// What "contains" searches compare, with plates and numbers stored likewise: without separators. Part of a number may
/// be typed, so nothing is taken for a placeholder. Either is empty if nothing of it remains.
struct NumberSearch {
    std::string plate;   ///< Against the stored plate without its hyphens.
    std::string number;  ///< Against the stored frame and engine number.
};
NumberSearch as_searched(std::string_view typed);

}  // namespace loan_manager::validate
