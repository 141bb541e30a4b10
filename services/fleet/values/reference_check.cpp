#include "fleet/values/reference_check.hpp"

namespace loan_manager::fleet {
namespace {

constexpr postgres::Statement unknown_references{
    "values.unknown_references",
    "SELECT g.field FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY g(kind, field, value, place) "
    "WHERE NOT CASE g.kind "
    "WHEN 'company' THEN EXISTS (SELECT FROM fleet.companies c WHERE c.code = g.value OR c.id::text = g.value) "
    "WHEN 'branch' THEN EXISTS (SELECT FROM fleet.branches r WHERE r.code = g.value OR r.id::text = g.value) "
    "WHEN 'bike' THEN EXISTS (SELECT FROM fleet.bicycles b WHERE b.id = g.value::uuid) "
    "WHEN 'sale' THEN EXISTS (SELECT FROM fleet.sales s WHERE s.id = g.value::uuid) "
    "ELSE EXISTS (SELECT FROM auth.users u WHERE u.id = g.value::uuid) END ORDER BY g.place"};

}  // namespace

void ReferenceCheck::add(std::string_view kind, std::string_view field, const std::optional<std::string>& value) {
    if (value) {
        kinds_.emplace_back(kind);
        fields_.emplace_back(field);
        values_.push_back(*value);
    }
}

void ReferenceCheck::add_to(postgres::Batch& batch) const {
    if (!values_.empty()) {
        batch.add(unknown_references, postgres::Params(kinds_, fields_, values_));
    }
}

rpc::Result<void> ReferenceCheck::read(const std::vector<postgres::Rows>& results) const {
    std::vector<rpc::FieldIssue> issues;
    if (!values_.empty()) {
        for (const auto row : results.back()) {
            issues.emplace_back(row.get<std::string>(0), validate::issue::not_found);
        }
    }
    if (!issues.empty()) {
        return rpc::validation(std::move(issues));
    }
    return {};
}

}  // namespace loan_manager::fleet
