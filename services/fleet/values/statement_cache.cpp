#include "fleet/values/statement_cache.hpp"

namespace loan_manager::fleet {

std::optional<postgres::Statement> StatementCache::find(const std::string& sql) {
    const std::lock_guard lock(mutex_);
    auto found = entries_.find(sql);
    if (found == entries_.end()) {
        if (entries_.size() >= capacity_) {
            return std::nullopt;
        }
        auto entry = std::make_unique<const Entry>(Entry{prefix_ + std::to_string(entries_.size()), sql});
        const std::string_view key = entry->sql;
        found = entries_.emplace(key, std::move(entry)).first;
    }
    return postgres::Statement(found->second->name.c_str(), found->second->sql.c_str());
}

}  // namespace loan_manager::fleet
