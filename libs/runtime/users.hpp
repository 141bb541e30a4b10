#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

namespace loan_manager::runtime {

/// The system user of that name, or of that number; nothing if this machine has none. A number needs no entry.
std::optional<uid_t> user_id(const std::string& name);

/// For messages: "loan-manager-auth (998)", or the number alone when the user has no name.
std::string user_text(uid_t user);

}  // namespace loan_manager::runtime
