// Private signing keys on disk.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "token/key.hpp"

namespace loan_manager::auth::keys {

/// What an operator has to put right.
class KeyDirectoryError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Files `ed25519-<kid>.pem` (PKCS#8) of mode 0600 in a directory of mode 0700. Files appear complete or not at all and
/// are on disk before their name is; a lock file keeps two processes from making a first key each. Blocking, for start
/// and operators. Every function throws KeyDirectoryError.
class KeyDirectory {
public:
    /// Creates the directory if it is missing; refuses one that others may enter.
    explicit KeyDirectory(std::filesystem::path path);

    /// All keys; makes a first one if there is none. Refuses files that others may read, that hold no Ed25519 key, or
    /// whose name is not their kid.
    std::vector<token::Key> load_or_create() const;

    /// Makes another key.
    token::Key add() const;

    /// The key of this kid if its file exists, e.g. one that another process has just added.
    std::vector<token::Key> load(std::string_view kid) const;

    /// Deletes a key for ever.
    void remove(std::string_view kid) const;

private:
    std::filesystem::path file(std::string_view kid) const;
    std::vector<token::Key> load_all() const;
    token::Key create() const;

    std::filesystem::path path_;
};

}  // namespace loan_manager::auth::keys
