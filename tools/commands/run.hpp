#pragma once

#include "tools/commands/command.hpp"
#include "tools/support/settings.hpp"

namespace loan_manager::ctl {

/// Each does one command, writes what happens to standard output, and returns the exit code. Failures are thrown.
int run(const ShowText& command, const Settings& settings);
int run(const Refresh& command, const Settings& settings);
int run(const Migrate& command, const Settings& settings);
int run(const Check& command, const Settings& settings);
int run(const AuditVerify& command, const Settings& settings);
int run(const SeedBase& command, const Settings& settings);
int run(const SeedDemo& command, const Settings& settings);
int run(const UserCreate& command, const Settings& settings);
int run(const UserResetPassword& command, const Settings& settings);

}  // namespace loan_manager::ctl
