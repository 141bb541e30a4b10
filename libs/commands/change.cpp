#include "commands/change.hpp"

#include <array>
#include <string_view>
#include <vector>

namespace loan_manager::commands {

std::string event_type_of(std::string_view action) {
    std::string event;
    event.reserve(action.size());
    bool dotted = false;
    for (const char c : action) {
        if (c == '_' && !dotted) {
            event += '.';
            dotted = true;
        } else {
            event += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        }
    }
    return event;
}

void keep_changed(boost::json::object& before, boost::json::object& after) {
    std::vector<std::string> same;
    for (const auto& [key, value] : after) {
        const auto* old_value = before.if_contains(key);
        if (old_value != nullptr && *old_value == value) {
            same.emplace_back(key);
        }
    }
    for (const auto& key : same) {
        before.erase(key);
        after.erase(key);
    }
}

}  // namespace loan_manager::commands
