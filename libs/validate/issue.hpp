// What is wrong with one field of a request: the `details` entry of the error answer (D-211).
// Header-only and free of dependencies, so that the gateway's transcoder, the services' checks and the
// rpc error type speak of the same thing.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loan_manager::validate {

/// What can be wrong with a field: one of the closed list of D-211, checked by the compiler, or nothing.
class IssueToken {
public:
    /// Nothing is wrong.
    constexpr IssueToken() = default;
    /// Literals only; a word that is not in the list does not compile.
    template <std::size_t N>
    consteval IssueToken(const char (&name)[N])  // NOLINT: a token reads as its name
        : name_(name, N - 1) {
        if (std::find(all.begin(), all.end(), name_) == all.end()) {
            throw std::logic_error("there is no such issue token");
        }
    }

    constexpr bool empty() const noexcept { return name_.empty(); }
    constexpr std::string_view name() const noexcept { return name_; }

    friend constexpr bool operator==(IssueToken, IssueToken) = default;

    static constexpr std::array<std::string_view, 12> all = {"required", "type",         "format",      "too_short",
                                                             "too_long", "out_of_range", "not_allowed", "not_found",
                                                             "mismatch", "unknown",      "duplicate",   "too_common"};

private:
    std::string_view name_;
};

namespace issue {
inline constexpr IssueToken required = "required";
inline constexpr IssueToken type = "type";
inline constexpr IssueToken format = "format";
inline constexpr IssueToken too_short = "too_short";
inline constexpr IssueToken too_long = "too_long";
inline constexpr IssueToken out_of_range = "out_of_range";
inline constexpr IssueToken not_allowed = "not_allowed";
inline constexpr IssueToken not_found = "not_found";
inline constexpr IssueToken mismatch = "mismatch";
inline constexpr IssueToken unknown = "unknown";
inline constexpr IssueToken duplicate = "duplicate";
inline constexpr IssueToken too_common = "too_common";
}  // namespace issue

/// (Constructors rather than an aggregate: g++ 12 destroys aggregate temporaries twice inside co_await.)
struct Issue {
    Issue() = default;
    Issue(std::string field_path, IssueToken what, std::string broken_limit = {})
        : field(std::move(field_path)), issue(what.name()), limit(std::move(broken_limit)) {}

    /// As another service sent it, which may know more tokens than this one.
    static Issue received(std::string field_path, std::string token) {
        Issue issue;
        issue.field = std::move(field_path);
        issue.issue = std::move(token);
        return issue;
    }

    /// Path of the field as the client wrote it: `purchase_price`, `trade_in.brand`, `items[2].x`.
    std::string field;
    std::string issue;
    /// The limit that was broken, as the client would write it: a length, a number, an amount, a day. Empty: none.
    std::string limit;
    /// Of a `duplicate`: the bike in the way, if the caller may know it.
    std::string bicycle_id;
    std::string stock_number;

    friend bool operator==(const Issue&, const Issue&) = default;
};

/// Adds an issue; the first issue of a field is the one that stays.
inline void add_issue(std::vector<Issue>& issues, std::string_view field, IssueToken what, std::string limit = {}) {
    const auto known = [&](const Issue& i) { return i.field == field; };
    if (std::none_of(issues.begin(), issues.end(), known)) {
        issues.emplace_back(std::string(field), what, std::move(limit));
    }
}

}  // namespace loan_manager::validate
