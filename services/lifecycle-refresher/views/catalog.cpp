#include "lifecycle-refresher/views/catalog.hpp"

#include <algorithm>

namespace loan_manager::lifecycle {
namespace {

constexpr std::array<std::string_view, 7> every_bike_event{"bike.*", "sale.*",    "commission.*",    "transfer.*",
                                                           "job.*",  "expense.*", "import.committed"};

constexpr std::array<ViewDefinition, 2> catalog{{
    {"bike_cost_summary", every_bike_event},
    {"branch_stock_summary", every_bike_event},
}};

bool is_prefix(std::string_view pattern) { return pattern.ends_with(".*"); }

bool matches(std::string_view pattern, std::string_view event_type) {
    return is_prefix(pattern) ? event_type.starts_with(pattern.substr(0, pattern.size() - 1)) : event_type == pattern;
}

}  // namespace

std::span<const ViewDefinition> views() { return catalog; }

const ViewDefinition* find_view(std::string_view name) {
    const auto found = std::ranges::find(catalog, name, &ViewDefinition::name);
    return found == catalog.end() ? nullptr : &*found;
}

bool is_relevant(const ViewDefinition& view, std::string_view event_type) {
    return std::ranges::any_of(view.relevant, [&](std::string_view pattern) { return matches(pattern, event_type); });
}

std::vector<std::string> like_patterns(const ViewDefinition& view) {
    std::vector<std::string> patterns;
    for (std::string_view pattern : view.relevant) {
        if (is_prefix(pattern)) {
            patterns.push_back(std::string(pattern.substr(0, pattern.size() - 1)) + '%');
        } else {
            patterns.emplace_back(pattern);
        }
    }
    return patterns;
}

}  // namespace loan_manager::lifecycle
