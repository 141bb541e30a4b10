#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fleet/values/proto_values.hpp"
#include "postgres/batch.hpp"
#include "postgres/rows.hpp"
#include "rpc/error.hpp"

namespace loan_manager::fleet {

/// References in the filters of a list. One that names nothing is a field issue (D-210), and the rest of the answer is
/// moot, so the check travels with the page:
///
///     ReferenceCheck references;
///     references.branch("branch_id", LM_MAYBE(request, branch_id));
///     references.add_to(batch);  // the last statement of the batch
///     …
///     if (auto known = references.read(results); !known) co_return known.error();
class ReferenceCheck {
public:
    /// A filter that is not given refers to nothing.
    void company(std::string_view field, const std::optional<std::string>& id_or_code) {
        add("company", field, id_or_code);
    }
    void branch(std::string_view field, const std::optional<std::string>& id_or_code) {
        add("branch", field, id_or_code);
    }
    void bike(std::string_view field, const std::optional<std::string>& id) { add("bike", field, id); }
    void sale(std::string_view field, const std::optional<std::string>& id) { add("sale", field, id); }
    void user(std::string_view field, const std::optional<std::string>& id) { add("user", field, id); }

    /// Adds one statement, or none if nothing is referred to.
    void add_to(postgres::Batch& batch) const;
    /// VALIDATION naming every field that refers to nothing; reads the last result.
    rpc::Result<void> read(const std::vector<postgres::Rows>& results) const;

private:
    void add(std::string_view kind, std::string_view field, const std::optional<std::string>& value);

    std::vector<std::string> kinds_, fields_, values_;
};

}  // namespace loan_manager::fleet
