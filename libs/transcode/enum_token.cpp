#include "transcode/enum_token.hpp"

#include <string>

namespace loan_manager::transcode {
namespace {

bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }

// BikeStatus → BIKE_STATUS_, the prefix of every value by the style guide of protobuf.
std::string prefix_of(const google::protobuf::EnumDescriptor* type) {
    const std::string& name = type->name();
    std::string prefix;
    prefix.reserve(name.size() + 8);
    for (std::size_t i = 0; i < name.size(); ++i) {
        const bool word_starts =
            i > 0 && is_upper(name[i]) && (!is_upper(name[i - 1]) || (i + 1 < name.size() && is_lower(name[i + 1])));
        if (word_starts) prefix += '_';
        prefix += is_lower(name[i]) ? static_cast<char>(name[i] - 'a' + 'A') : name[i];
    }
    prefix += '_';
    return prefix;
}

std::string_view without_prefix(std::string_view name, std::string_view prefix) noexcept {
    return name.starts_with(prefix) ? name.substr(prefix.size()) : name;
}

}  // namespace

std::string_view enum_token(const google::protobuf::EnumDescriptor* type, int number) {
    if (number == 0) return {};
    const auto* value = type->FindValueByNumber(number);
    return value == nullptr ? std::string_view{} : without_prefix(value->name(), prefix_of(type));
}

const google::protobuf::EnumValueDescriptor* enum_value_of(const google::protobuf::EnumDescriptor* type,
                                                           std::string_view token) {
    const std::string prefix = prefix_of(type);
    const auto* value = type->FindValueByName(prefix + std::string(token));
    if (value == nullptr) value = type->FindValueByName(std::string(token));
    const bool is_token = value != nullptr && value->number() != 0 && without_prefix(value->name(), prefix) == token;
    return is_token ? value : nullptr;
}

}  // namespace loan_manager::transcode
