#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "runtime/common_settings.hpp"
#include "runtime/settings.hpp"
#include "trust/settings.hpp"

namespace loan_manager::fleet {

/// What only the fleet service is told.
struct Settings {
    runtime::DatabaseSettings database;
    trust::TokenSettings tokens;
    std::string auth_address;
    std::int32_t stock_number_max = 0;  ///< D-601
    std::int32_t prices_a_day = 0;      ///< For those who may not see costs; 0: as many as they like.
    std::chrono::seconds audit_seal_interval{0};
    std::int32_t outbox_keep_days = 0;
};

void add_settings(runtime::SettingsTable& table, Settings& settings);

}  // namespace loan_manager::fleet
