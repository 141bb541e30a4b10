#include "postgres/batch.hpp"

namespace loan_manager::postgres {

Batch& Batch::add(const Statement& statement, Params params) {
    entries_.emplace_back(statement, std::string(), std::move(params), Role::statement);
    ++results_;
    return *this;
}

Batch& Batch::query(std::string sql, Params params) {
    entries_.emplace_back(Statement("", ""), std::move(sql), std::move(params), Role::statement);
    ++results_;
    return *this;
}

Batch& Batch::begin() {
    entries_.emplace_back(Statement("", "BEGIN"), std::string(), Params(), Role::begin);
    return *this;
}

Batch& Batch::commit() {
    entries_.emplace_back(Statement("", "COMMIT"), std::string(), Params(), Role::commit);
    return *this;
}

}  // namespace loan_manager::postgres
