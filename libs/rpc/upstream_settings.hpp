#pragma once

#include <sys/types.h>
#include <unistd.h>
#include <string>

#include "runtime/settings.hpp"

namespace loan_manager::rpc {

/// Where a peer service is found, as an operator tells it.
struct UpstreamSettings {
    std::string address;        ///< as UpstreamOptions::address
    uid_t owner = ::geteuid();  ///< as UpstreamOptions::owner
};

/// Adds NAME_ADDRESS, by default `unix:/run/loan-manager/SERVICE`, and NAME_USER. The settings must outlive the
/// parsing.
void add_upstream_settings(runtime::SettingsTable& table, const std::string& name, const std::string& service,
                           UpstreamSettings& settings);

}  // namespace loan_manager::rpc
