#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace loan_manager::access {

/// Who is calling, as the verified access token says (D-221). Plain data; copied freely between threads.
///
/// An identity without `user_id` is anonymous: only routes marked `public` are called with it.
struct Identity {
    std::string user_id;                     ///< UUID of the user, lower case (claim `sub`).
    std::string username;                    ///< Sign-in name.
    std::vector<std::string> roles;          ///< Names of D-901; unknown ones grant nothing.
    std::vector<std::string> company_scope;  ///< UUIDs of companies, for roles whose reach is `C`.
    std::vector<std::string> branch_scope;   ///< UUIDs of branches, for roles whose reach is `B`.
    std::int32_t ver = 0;                    ///< Raised when roles, scope or status of the user change.
    std::string jti;                         ///< Id of this token.
    std::chrono::system_clock::time_point exp{};

    bool anonymous() const noexcept { return user_id.empty(); }
};

}  // namespace loan_manager::access
