#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "rpc/error.hpp"

namespace loan_manager::lifecycle {

/// The token with which loan-managerctl calls RefreshControl: a JWT (HS256) signed with the SECRET_KEY both sides were
/// given, good for a minute, for nothing but this.

/// A fresh token. The secret has at least 32 bytes, otherwise std::invalid_argument.
std::string sign_operator_token(std::string_view secret, std::chrono::system_clock::time_point now);

/// Errors: FORBIDDEN, with a message that helps the operator; also when the service was given no secret.
rpc::Result<void> check_operator_token(std::string_view secret, std::string_view token,
                                       std::chrono::system_clock::time_point now);

}  // namespace loan_manager::lifecycle
