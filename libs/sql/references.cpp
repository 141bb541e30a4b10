#include "sql/references.hpp"

namespace loan_manager::sql {
namespace {

constexpr postgres::Statement unknown_references{
    "sql.unknown_references",
    "SELECT g.field FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY g(kind, field, value, place) "
    "WHERE NOT CASE g.kind "
    "WHEN 'company' THEN EXISTS (SELECT FROM fleet.companies c WHERE c.code = g.value OR c.id::text = g.value) "
    "WHEN 'branch' THEN EXISTS (SELECT FROM fleet.branches r WHERE r.code = g.value OR r.id::text = g.value) "
    "WHEN 'bike' THEN EXISTS (SELECT FROM fleet.bicycles b WHERE b.id = g.value::uuid) "
    "WHEN 'sale' THEN EXISTS (SELECT FROM fleet.sales s WHERE s.id = g.value::uuid) "
    "ELSE EXISTS (SELECT FROM auth.users u WHERE u.id = g.value::uuid) END ORDER BY g.place"};

const char* kind_of(Entity entity) {
    switch (entity) {
        case Entity::company:
            return "company";
        case Entity::branch:
            return "branch";
        case Entity::bike:
            return "bike";
        case Entity::sale:
            return "sale";
        case Entity::user:
            return "user";
    }
    return "";
}

}  // namespace

void ReferenceCheck::add(Entity entity, std::string_view field, const std::string& value) {
    kinds_.emplace_back(kind_of(entity));
    fields_.emplace_back(field);
    values_.push_back(value);
}

void ReferenceCheck::add_to(RoundTrip& trip) {
    if (!values_.empty()) {
        handle_ = trip.add(unknown_references, postgres::Params(kinds_, fields_, values_));
    }
}

rpc::Result<void> ReferenceCheck::read(const RoundTrip& trip) const {
    std::vector<rpc::FieldIssue> issues;
    if (handle_) {
        for (const auto row : trip[*handle_]) {
            issues.emplace_back(row.get<std::string>(0), std::string(validate::issue::not_found));
        }
    }
    if (!issues.empty()) {
        return rpc::validation(std::move(issues));
    }
    return {};
}

std::string branch_id_of(const std::string& parameter) {
    return "(SELECT s.id FROM fleet.branches s WHERE s.code = " + parameter + " OR s.id::text = " + parameter + ")";
}

std::string company_id_of(const std::string& parameter) {
    return "(SELECT s.id FROM fleet.companies s WHERE s.code = " + parameter + " OR s.id::text = " + parameter + ")";
}

}  // namespace loan_manager::sql
