#include "sql/references.hpp"

#include <algorithm>
#include <array>

namespace loan_manager::sql {
namespace {

struct Kind {
    const char* name;
    const char* known;  ///< Whether g.value names one.
};
constexpr std::array<Kind, 5> kinds{
    Kind{"company", "EXISTS (SELECT FROM fleet.companies c WHERE c.code = g.value OR c.id::text = g.value)"},
    Kind{"branch", "EXISTS (SELECT FROM fleet.branches r WHERE r.code = g.value OR r.id::text = g.value)"},
    Kind{"bike", "EXISTS (SELECT FROM fleet.bicycles b WHERE b.id = g.value::uuid)"},
    Kind{"sale", "EXISTS (SELECT FROM fleet.sales s WHERE s.id = g.value::uuid)"},
    Kind{"user", "EXISTS (SELECT FROM auth.users u WHERE u.id = g.value::uuid)"},
};

const Kind& kind_of(Entity entity) { return kinds.at(static_cast<std::size_t>(entity)); }

// Only the tables that are asked about: not every service may read every one.
std::string unknown_references(const std::vector<std::string>& named) {
    std::string known;
    for (const auto& kind : kinds) {
        if (std::find(named.begin(), named.end(), kind.name) != named.end()) {
            known += std::string(" WHEN '") + kind.name + "' THEN " + kind.known;
        }
    }
    return "SELECT g.field FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY g(kind, field, value, "
           "place) "
           "WHERE NOT CASE g.kind" +
           known + " END ORDER BY g.place";
}

}  // namespace

void ReferenceCheck::add(Entity entity, std::string_view field, const std::string& value) {
    kinds_.emplace_back(kind_of(entity).name);
    fields_.emplace_back(field);
    values_.push_back(value);
}

void ReferenceCheck::add_to(RoundTrip& trip) {
    if (!values_.empty()) {
        handle_ = trip.add_composed(unknown_references(kinds_), postgres::Params(kinds_, fields_, values_));
    }
}

std::vector<rpc::FieldIssue> ReferenceCheck::read(const RoundTrip& trip) const {
    std::vector<rpc::FieldIssue> issues;
    if (handle_) {
        for (const auto row : trip[*handle_]) {
            issues.emplace_back(row.get<std::string>("field"), validate::issue::not_found);
        }
    }
    return issues;
}

std::string branch_id_of(const std::string& parameter) {
    return "(SELECT s.id FROM fleet.branches s WHERE s.code = " + parameter + " OR s.id::text = " + parameter + ")";
}

std::string company_id_of(const std::string& parameter) {
    return "(SELECT s.id FROM fleet.companies s WHERE s.code = " + parameter + " OR s.id::text = " + parameter + ")";
}

}  // namespace loan_manager::sql
