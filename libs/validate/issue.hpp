// What is wrong with one field of a request: the `details` entry of the error answer (D-211).
// Header-only and free of dependencies, so that the gateway's transcoder, the services' checks and the
// rpc error type speak of the same thing.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loan_manager::validate {

/// (Constructors rather than an aggregate: g++ 12 destroys aggregate temporaries twice inside co_await.)
struct Issue {
    Issue() = default;
    Issue(std::string field_path, std::string issue_token)
        : field(std::move(field_path)), issue(std::move(issue_token)) {}

    /// Path of the field as the client wrote it: `purchase_price`, `trade_in.brand`, `items[2].x`.
    std::string field;
    /// One of the tokens of `namespace issue`.
    std::string issue;

    friend bool operator==(const Issue&, const Issue&) = default;
};

/// The closed list of D-211.
namespace issue {
inline constexpr std::string_view required = "required";
inline constexpr std::string_view type = "type";
inline constexpr std::string_view format = "format";
inline constexpr std::string_view too_short = "too_short";
inline constexpr std::string_view too_long = "too_long";
inline constexpr std::string_view out_of_range = "out_of_range";
inline constexpr std::string_view not_allowed = "not_allowed";
inline constexpr std::string_view not_found = "not_found";
inline constexpr std::string_view mismatch = "mismatch";
inline constexpr std::string_view unknown = "unknown";
inline constexpr std::string_view duplicate = "duplicate";
}  // namespace issue

/// Adds an issue; the first issue of a field is the one that stays.
inline void add_issue(std::vector<Issue>& issues, std::string_view field, std::string_view what) {
    const auto known = [&](const Issue& i) { return i.field == field; };
    if (std::none_of(issues.begin(), issues.end(), known)) {
        issues.emplace_back(std::string(field), std::string(what));
    }
}

}  // namespace loan_manager::validate
