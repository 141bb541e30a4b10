#include "commands/change.hpp"

#include <array>
#include <string_view>
#include <vector>

namespace loan_manager::commands {

Change change_of(const char* action, const char* entity_type, const std::string& entity_id,
                 sql::Difference difference) {
    Change change;
    change.action = action;
    change.entity_type = entity_type;
    change.entity_id = entity_id;
    change.old_values = std::move(difference.before);
    change.new_values = std::move(difference.after);
    return change;
}

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
