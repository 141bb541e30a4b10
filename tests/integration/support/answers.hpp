#pragma once

#include <doctest/doctest.h>
#include <boost/json/value.hpp>
#include <cstdint>
#include <set>
#include <string>

#include "support/http.hpp"

/// Looking at answers.
namespace loan_manager::testing {

/// A text member of a JSON object.
inline std::string text(const boost::json::value& value, const char* key) {
    return std::string(value.at(key).as_string());
}

/// The entity tag of a version.
inline std::string tag(std::int64_t version) { return '"' + std::to_string(version) + '"'; }
/// The entity tag of a row.
inline std::string tag(const boost::json::value& row) { return tag(row.at("version").to_number<std::int64_t>()); }

/// Issues of a 422 answer as "field:issue".
inline std::set<std::string> issues(const HttpResponse& answer) {
    std::set<std::string> found;
    const auto body = answer.json();
    for (const auto& detail : body.at("details").as_array()) {
        found.insert(text(detail, "field") + ":" + text(detail, "issue"));
    }
    return found;
}

inline void check_error(const HttpResponse& answer, int status, const char* code) {
    CHECK(answer.status == status);
    CHECK(answer.code() == code);
}

}  // namespace loan_manager::testing
