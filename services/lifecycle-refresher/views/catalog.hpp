#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace loan_manager::lifecycle {

/// One materialized view this service owns (D-1001).
struct ViewDefinition {
    std::string_view name;  ///< Unqualified; the schema is `lifecycle`.
    /// What makes it out of date: exact event types, or a prefix ending in ".*" (D-1002).
    std::span<const std::string_view> relevant;
};

/// All views, in the order in which they are listed and refreshed. Adding one here and in database/ is all it takes
/// to have it refreshed, listed and recorded.
std::span<const ViewDefinition> views();

/// Null for a name that is no view.
const ViewDefinition* find_view(std::string_view name);

/// Whether an outbox row of that event type changes what the view shows.
bool is_relevant(const ViewDefinition& view, std::string_view event_type);

/// The same as patterns for SQL's `event_type LIKE ANY ($n)`.
std::vector<std::string> like_patterns(const ViewDefinition& view);

}  // namespace loan_manager::lifecycle
