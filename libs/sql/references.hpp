#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rpc/error.hpp"
#include "sql/round_trip.hpp"

namespace loan_manager::sql {

/// What a reference in a filter names; in the order of the table in references.cpp.
enum class Entity { company, branch, bike, sale, user };

/// References in the filters of a list. One that names nothing is a field issue (D-210), and the rest of the answer is
/// moot, so the check travels with the page in one round trip. Companies and branches are named by id or code.
class ReferenceCheck {
public:
    void add(Entity entity, std::string_view field, const std::string& value);

    /// Adds one statement, or none if nothing is referred to.
    void add_to(RoundTrip& trip);
    /// An issue for every field that refers to nothing.
    std::vector<rpc::FieldIssue> read(const RoundTrip& trip) const;

private:
    std::vector<std::string> kinds_, fields_, values_;
    std::optional<Handle<const postgres::Rows&>> handle_;
};

/// The id of a branch or company given by id or code in a parameter; NULL if there is none.
std::string branch_id_of(const std::string& parameter);
std::string company_id_of(const std::string& parameter);

}  // namespace loan_manager::sql
