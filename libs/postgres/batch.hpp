#pragma once

#include "postgres/params.hpp"
#include "postgres/statement.hpp"

#include <string>
#include <vector>

namespace loan_manager::postgres {

/// Statements that travel in one round trip and are answered together (libpq pipeline, one sync):
///     Batch batch;
///     batch.begin().add(insert_bike, Params(id, stock)).add(insert_audit, Params(…)).commit();
///     auto rows = co_await connection.run(batch);
/// The first error aborts everything after it. Without begin()/commit() and outside a transaction a batch is one
/// implicit transaction: all or nothing.
class Batch {
public:
    /// A prepared statement. The Statement's texts must outlive the batch.
    Batch& add(const Statement& statement, Params params = Params());
    /// A statement that is parsed every time, for SQL that is composed at run time.
    Batch& query(std::string sql, Params params = Params());
    /// BEGIN and COMMIT inside the batch; they produce no entry in the results.
    Batch& begin();
    Batch& commit();

    /// Number of results that run() will return.
    [[nodiscard]] std::size_t size() const { return results_; }
    [[nodiscard]] bool empty() const { return entries_.empty(); }

private:
    friend class Connection;
    enum class Role { statement, begin, commit };
    struct Entry {
        Entry(Statement entry_statement, std::string entry_sql, Params entry_params, Role entry_role)
            : statement(entry_statement),
              sql(std::move(entry_sql)),
              params(std::move(entry_params)),
              role(entry_role) {}
        Statement statement;
        std::string sql;  // used instead of the statement if not empty
        Params params;
        Role role;
    };
    std::vector<Entry> entries_;
    std::size_t results_ = 0;
};

}  // namespace loan_manager::postgres
