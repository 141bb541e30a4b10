// Lets a test compare codes and tokens with the text that a client sees: CHECK(error.code == "BIKE_SOLD"). The programs
// themselves compare with names that the compiler looks up.
#pragma once

#include <cstddef>
#include <ostream>
#include <string_view>

#include "errors/code.hpp"
#include "validate/issue.hpp"

namespace loan_manager::errors {

template <std::size_t N>
bool operator==(const Code& code, const char (&name)[N]) {
    return code.name() == std::string_view(name, N - 1);
}
inline bool operator==(const Code& code, std::string_view name) { return code.name() == name; }

}  // namespace loan_manager::errors

namespace loan_manager::validate {

template <std::size_t N>
bool operator==(const IssueToken& token, const char (&name)[N]) {
    return token.name() == std::string_view(name, N - 1);
}
inline bool operator==(const IssueToken& token, std::string_view name) { return token.name() == name; }
inline std::ostream& operator<<(std::ostream& out, IssueToken token) { return out << token.name(); }

}  // namespace loan_manager::validate
