// Heads of the audit chain that the fleet services logged: what the database's superuser has no hand in.
#pragma once

#include <cstddef>
#include <istream>
#include <string>
#include <vector>

#include "tools/commands/command.hpp"

namespace loan_manager::ctl {

/// A line "audit log sealed".
struct LoggedHead {
    AuditHead head;
    std::string at;      ///< RFC 3339, as logged.
    std::string source;  ///< The file, or "standard input".
};

/// One file that was looked at, or that could not be.
struct LogSource {
    std::string path;
    std::size_t heads = 0;
    std::string problem;  ///< "" or why it was not read (to its end).
};

struct HeadLog {
    std::vector<LoggedHead> heads;
    std::vector<LogSource> sources;
};

/// Where the services log when they are installed as the operating guide says.
inline constexpr const char* default_log_folder = "/var/log/loan-manager";

/// Reads what --log names: files, folders (their files fleet*.log and its rotated forms), "-" for standard input.
/// Nothing named: default_log_folder. What cannot be read is a source with a problem, never an error. Heads logged
/// before `since` (RFC 3339, "": none) are left out.
HeadLog read_heads(const std::vector<std::string>& paths, const std::string& since = {});

/// The heads of one log, JSON and console lines mixed as they come. Only the message of a line counts: a text that a
/// client smuggled into a field is none.
std::vector<LoggedHead> read_heads(std::istream& log, const std::string& source);

/// "4711:9f86d0…"; throws std::invalid_argument on anything else.
AuditHead parse_head(const std::string& text);
std::string to_string(const AuditHead& head);

}  // namespace loan_manager::ctl
