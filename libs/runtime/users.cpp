#include "runtime/users.hpp"

#include <pwd.h>

#include <array>
#include <charconv>

namespace loan_manager::runtime {
namespace {

// Entries of users are short; one that does not fit counts as unknown.
using Buffer = std::array<char, 16'384>;

}  // namespace

std::optional<uid_t> user_id(const std::string& name) {
    uid_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (!name.empty() && error == std::errc() && end == name.data() + name.size()) {
        return number;
    }
    Buffer buffer;
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) {
        return std::nullopt;
    }
    return found->pw_uid;
}

std::string user_text(uid_t user) {
    Buffer buffer;
    passwd entry{};
    passwd* found = nullptr;
    const std::string number = std::to_string(user);
    if (::getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) {
        return "user " + number;
    }
    return std::string(found->pw_name) + " (" + number + ")";
}

}  // namespace loan_manager::runtime
