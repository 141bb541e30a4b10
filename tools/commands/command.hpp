// What the command line can ask for.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace loan_manager::ctl {

/// Print this and end with 0.
struct ShowText {
    std::string text;
};

struct Refresh {
    std::vector<std::string> views;  ///< Empty: all.
    std::string address;             ///< Empty: LIFECYCLE_ADDRESS.
    std::chrono::seconds timeout{600};
    bool nightly = false;
};

struct Migrate {
    std::string database_url;  ///< Empty: DATABASE_URL. The same in every command below.
    std::string directory;     ///< Empty: where it was installed, or the source tree.
};

struct Check {
    std::string database_url;
    std::vector<std::string> logs;  ///< Where fleet logs; empty: default_log_folder.
    std::string logged_since;       ///< RFC 3339; heads logged earlier do not count. Empty: all do.
    bool json = false;
};

/// A head of the audit chain that was written down.
struct AuditHead {
    std::int64_t position = 0;
    std::string hash;  ///< 64 lower-case hex digits
};

struct AuditVerify {
    std::string database_url;
    std::optional<AuditHead> head;
    std::vector<std::string> logs;  ///< This and the next as in Check.
    std::string logged_since;
    bool json = false;
};

struct SeedBase {
    std::string database_url;
};

struct SeedDemo {
    std::string database_url;
    std::string passwords_file;
    unsigned threads = 0;  ///< 0: one per processor.
};

struct UserCreate {
    std::string database_url;
    std::string username;
    std::string full_name;  ///< Empty: the username.
    std::vector<std::string> roles;
    std::vector<std::string> companies;  ///< Codes.
    std::vector<std::string> branches;   ///< Codes.
    bool first_admin = false;
};

struct UserResetPassword {
    std::string database_url;
    std::string username;
};

using Command =
    std::variant<ShowText, Refresh, Migrate, Check, AuditVerify, SeedBase, SeedDemo, UserCreate, UserResetPassword>;

}  // namespace loan_manager::ctl
