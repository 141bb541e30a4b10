// What the auth service can be told beyond the settings of every service.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "auth/passwords/argon2.hpp"
#include "auth/sessions/throttle.hpp"
#include "runtime/common_settings.hpp"
#include "runtime/settings.hpp"

namespace loan_manager::auth {

struct Settings {
    runtime::DatabaseSettings database;

    std::string algorithm;       ///< "EdDSA" or "HS256"
    std::string jwt_secret_key;  ///< HS256 only
    std::string key_directory;   ///< EdDSA only
    std::chrono::minutes access_token_expire{0};
    std::uint32_t refresh_token_expire_days = 0;

    std::uint32_t one_time_password_expire_hours = 0;
    passwords::Cost argon2;
    std::size_t argon2_threads = 0;
    std::size_t argon2_queue = 0;

    sessions::ThrottleLimits throttle;
};

/// Declares all of it. The settings must outlive the parsing.
void add_settings(runtime::SettingsTable& table, Settings& settings);

/// Only what the command `rotate-key` needs.
void add_key_settings(runtime::SettingsTable& table, Settings& settings);

}  // namespace loan_manager::auth
