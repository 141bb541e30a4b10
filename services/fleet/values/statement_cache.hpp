#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "postgres/statement.hpp"

namespace loan_manager::fleet {

/// Gives composed SQL a name, so that the texts that come again and again are prepared once per connection. Bounded:
/// when it is full, further texts get no name and are parsed each time. Safe from every thread; a Statement stays valid
/// as long as the cache.
class StatementCache {
public:
    StatementCache(std::string prefix, std::size_t capacity) : prefix_(std::move(prefix)), capacity_(capacity) {}

    std::optional<postgres::Statement> find(const std::string& sql);

private:
    struct Entry {
        std::string name;
        std::string sql;
    };
    std::string prefix_;
    std::size_t capacity_;
    std::mutex mutex_;
    std::unordered_map<std::string_view, std::unique_ptr<const Entry>> entries_;
};

}  // namespace loan_manager::fleet
