#pragma once

#include "postgres/error.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loan_manager::postgres {

/// Where and as whom to connect, parsed from a libpq keyword string ("host=… dbname=…") or a URL.
/// A driver suffix as in "postgresql+asyncpg://" is accepted and ignored, with asyncpg's `ssl=` read as `sslmode=`.
class Dsn {
public:
    /// Error of kind conversion with libpq's explanation (which never contains the password).
    static Result<Dsn> parse(std::string_view text);

    /// Value of a libpq keyword such as "host", "user" or "dbname"; empty if not set.
    [[nodiscard]] std::string_view get(std::string_view keyword) const;
    void set(std::string_view keyword, std::string_view value);

    /// "user@host:port/database", without the password: for logs.
    [[nodiscard]] std::string describe() const;
    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& entries() const { return entries_; }

private:
    std::vector<std::pair<std::string, std::string>> entries_;
};

}  // namespace loan_manager::postgres
