#pragma once

#include <stdexcept>
#include <string>

namespace loan_manager::ctl {

/// What the shell learns. The texts are in the help of every command.
enum ExitCode : int {
    exit_ok = 0,
    exit_failed = 1,       ///< It was tried and failed: a refresh, a migration, a violated invariant.
    exit_usage = 2,        ///< The command line makes no sense; nothing was done.
    exit_unreachable = 3,  ///< The service or the database cannot be reached.
    exit_refused = 4,      ///< Reached, but it does not let us: wrong SECRET_KEY, missing privilege.
    exit_timeout = 5,      ///< Not finished within --timeout; it goes on by itself.
};

inline constexpr const char* exit_code_help =
    "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 service or database unreachable, 4 refused (wrong SECRET_KEY or\n"
    "missing privilege), 5 not finished within --timeout.\n";

/// Ends the program with a line for the operator.
class Failure : public std::runtime_error {
public:
    Failure(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
    ExitCode code() const { return code_; }

private:
    ExitCode code_;
};

}  // namespace loan_manager::ctl
