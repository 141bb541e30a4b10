#include "fleet/values/list_query.hpp"

#include <algorithm>

#include "money/money.hpp"
#include "runtime/colombo_time.hpp"

namespace loan_manager::fleet {
namespace {

// Text form of a sort value in a cursor.
std::string key_text(const SortField& field) {
    const std::string expression = field.expression;
    return std::string_view(field.type) == "timestamptz"
               ? "(extract(epoch FROM " + expression + ") * 1000000)::bigint::text"
               : "(" + expression + ")::text";
}

// The cursor's key must be a value of the sort column's type, or the database would answer with an error.
bool is_key(std::string_view type, const std::string& key) {
    if (type == "timestamptz") {
        return paging::read_time_key(key).has_value();
    }
    if (type == "date") {
        return runtime::parse_date(key).has_value();
    }
    if (type == "integer" || type == "bigint") {
        const auto number = paging::read_number_key(key);
        return number && (type == "bigint" || (*number >= INT32_MIN && *number <= INT32_MAX));
    }
    if (type == "numeric") {
        return money::Money::parse_signed(key).has_value();
    }
    return true;
}

}  // namespace

ListQuery::ListQuery(std::string columns, std::string from, std::string id, const paging::PageRequest& page)
    : columns_(std::move(columns)), from_(std::move(from)), id_(std::move(id)), page_(page) {}

std::string ListQuery::covers(const access::Reach& reach, std::string_view branch_column) {
    if (reach.all) {
        return "true";
    }
    const std::string column(branch_column);
    std::string condition;
    if (!reach.branches.empty()) {
        condition = column + " = ANY (" + parameter(reach.branches) + "::uuid[])";
    }
    if (!reach.companies.empty()) {
        condition += (condition.empty() ? "" : " OR ") + column +
                     " IN (SELECT s.id FROM fleet.branches s WHERE s.company_id = ANY (" + parameter(reach.companies) +
                     "::uuid[]))";
    }
    return condition.empty() ? "false" : "(" + condition + ")";
}

std::string ListQuery::branch(const std::string& id_or_code) {
    const auto value = parameter(id_or_code);
    return "(SELECT s.id FROM fleet.branches s WHERE s.code = " + value + " OR s.id::text = " + value + ")";
}

std::string ListQuery::company(const std::string& id_or_code) {
    const auto value = parameter(id_or_code);
    return "(SELECT s.id FROM fleet.companies s WHERE s.code = " + value + " OR s.id::text = " + value + ")";
}

void ListQuery::between_days(std::string_view column, const std::optional<std::string>& from,
                             const std::optional<std::string>& to) {
    if (from) {
        where(std::string(column) + " >= (" + parameter(*from) + "::date)::timestamp AT TIME ZONE 'Asia/Colombo'");
    }
    if (to) {
        where(std::string(column) + " < (" + parameter(*to) + "::date + 1)::timestamp AT TIME ZONE 'Asia/Colombo'");
    }
}

rpc::Result<void> ListQuery::sort_by(std::span<const SortField> fields, std::string_view sort) {
    const auto wanted = paging::parse_sort(sort);
    const auto field =
        std::find_if(fields.begin(), fields.end(), [&](const SortField& known) { return known.name == wanted.field; });
    if (field == fields.end()) {
        return rpc::internal_error();  // the declarative whitelist and this table have drifted apart
    }
    const std::string direction = wanted.descending ? " DESC" : " ASC";
    key_ = key_text(*field);
    order_ = std::string(" ORDER BY ") + field->expression + direction + ", " + id_ + direction;
    page_params_ = params_;
    if (page_.cursor) {
        const auto& cursor = *page_.cursor;
        if (!is_key(field->type, cursor.key)) {
            return paging::bad_cursor();
        }
        if (std::string_view(field->type) == "timestamptz") {
            page_params_.add(*paging::read_time_key(cursor.key));
        } else {
            page_params_.add(cursor.key);
        }
        page_params_.add(cursor.id);
        const auto count = page_params_.size();
        after_ = std::string(" AND (") + field->expression + ", " + id_ + ") " + (wanted.descending ? "<" : ">") +
                 " ($" + std::to_string(count - 1) + "::" + field->type + ", $" + std::to_string(count) + "::uuid)";
    }
    return {};
}

std::string ListQuery::matches() const {
    std::string sql = " FROM " + from_ + " WHERE true";
    for (const auto& condition : conditions_) {
        sql += " AND " + condition;
    }
    return sql;
}

void ListQuery::add(postgres::Batch& batch, StatementCache& statements, const std::string& sql,
                    postgres::Params params) const {
    if (const auto statement = statements.find(sql)) {
        batch.add(*statement, std::move(params));
    } else {
        batch.query(sql, std::move(params));
    }
}

void ListQuery::add_to(postgres::Batch& batch, StatementCache& statements) const {
    add(batch, statements,
        "SELECT " + columns_ + ", " + id_ + ", " + key_ + matches() + after_ + order_ + " LIMIT " +
            std::to_string(page_.limit + 1),
        page_params_);
    if (page_.count) {
        add(batch, statements,
            "SELECT count(*) FROM (SELECT" + matches() + " LIMIT " + std::to_string(paging::total_cap + 1) + ") m",
            params_);
    }
}

void ListQuery::add_sum_to(postgres::Batch& batch, StatementCache& statements, std::string_view expression) const {
    add(batch, statements, "SELECT coalesce(sum(" + std::string(expression) + "), 0.00)::text" + matches(), params_);
}

}  // namespace loan_manager::fleet
