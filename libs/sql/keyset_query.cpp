#include "sql/keyset_query.hpp"

#include <algorithm>
#include <stdexcept>

namespace loan_manager::sql {
namespace {

// Rows asked for: a few numbers instead of every limit, so that a connection prepares a few texts instead of hundreds.
int rows_asked_for(int limit) {
    for (const int step : {11, 26, 51, 101}) {
        if (limit < step) {
            return step;
        }
    }
    return paging::max_limit + 1;
}

// Instants travel as microseconds: exactly what the database holds.
std::string key_text(const SortField& field) {
    const std::string expression = field.expression;
    return field.type == KeyType::time ? "(extract(epoch FROM " + expression + ") * 1000000)::bigint" : expression;
}

std::string key_parameter(postgres::Params& params, KeyType type, const std::string& key) {
    switch (type) {
        case KeyType::time:
            return "(timestamptz 'epoch' + " + parameter(params, key) + "::bigint * interval '1 microsecond')";
        case KeyType::date:
            return parameter(params, key) + "::date";
        case KeyType::integer:
            return parameter(params, key) + "::integer";
        case KeyType::bigint:
            return parameter(params, key) + "::bigint";
        case KeyType::numeric:
            return parameter(params, key) + "::numeric";
        case KeyType::text:
            break;
    }
    return parameter(params, key) + "::text";
}

}  // namespace

std::string pattern_containing(std::string_view text) {
    std::string pattern = "%";
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\') {
            pattern += '\\';
        }
        pattern += c;
    }
    return pattern + '%';
}

rpc::Result<void> KeysetQuery::sort_by(std::span<const SortField> fields, std::string_view sort,
                                       const access::Identity& caller) {
    const auto wanted = paging::parse_sort(sort);
    const auto found =
        std::find_if(fields.begin(), fields.end(), [&](const SortField& field) { return field.name == wanted.field; });
    if (found == fields.end()) {
        throw std::logic_error("the contract allows a sort that the list does not know");
    }
    if (found->guard && !access::allowed(caller, *found->guard)) {
        return rpc::forbidden(caller);
    }
    field_ = &*found;
    descending_ = wanted.descending;
    return {};
}

std::string KeysetQuery::branch(std::string_view field, const std::string& id_or_code) {
    references_.add(Entity::branch, field, id_or_code);
    return branch_id_of(parameter(id_or_code));
}

std::string KeysetQuery::company(std::string_view field, const std::string& id_or_code) {
    references_.add(Entity::company, field, id_or_code);
    return company_id_of(parameter(id_or_code));
}

std::string KeysetQuery::reference(Entity entity, std::string_view field, const std::string& id) {
    references_.add(entity, field, id);
    return parameter(id) + "::uuid";
}

void KeysetQuery::one_of(std::string_view column, const std::vector<std::string>& tokens) {
    if (!tokens.empty()) {
        where(std::string(column) + " = ANY (" + parameter(tokens) + "::text[])");
    }
}

void KeysetQuery::between_days(std::string_view column, const std::optional<std::string>& from,
                               const std::optional<std::string>& to) {
    if (from) {
        where(std::string(column) + " >= (" + parameter(*from) + "::date)::timestamp AT TIME ZONE 'Asia/Colombo'");
    }
    if (to) {
        where(std::string(column) + " < (" + parameter(*to) + "::date + 1)::timestamp AT TIME ZONE 'Asia/Colombo'");
    }
}

void KeysetQuery::between_dates(std::string_view column, const std::optional<std::string>& from,
                                const std::optional<std::string>& to) {
    if (from) {
        where(std::string(column) + " >= " + parameter(*from) + "::date");
    }
    if (to) {
        where(std::string(column) + " <= " + parameter(*to) + "::date");
    }
}

void KeysetQuery::total(std::string name, std::string aggregate) {
    totals_wanted_.push_back({std::move(name), std::move(aggregate)});
}

void KeysetQuery::sum(std::string name, const std::string& expression, const std::string& also) {
    const std::string filter = also.empty() ? "" : " FILTER (WHERE " + also + ")";
    total(std::move(name), "coalesce(sum(" + expression + ")" + filter + ", 0)::numeric(20,2)");
}

const std::string& KeysetQuery::total_of(std::string_view name) const {
    for (std::size_t i = 0; i < totals_wanted_.size(); ++i) {
        if (totals_wanted_[i].name == name) {
            return totals_.at(i);
        }
    }
    throw std::logic_error("the list was not asked for the total " + std::string(name));
}

std::vector<std::string> KeysetQuery::arms() const { return arms_.empty() ? std::vector<std::string>{"true"} : arms_; }

std::string KeysetQuery::matches(const std::string& condition) const {
    std::string text = " WHERE " + condition;
    for (const auto& further : conditions_) {
        text += " AND " + further;
    }
    return text;
}

std::string KeysetQuery::page_text(postgres::Params& params) const {
    const std::string key = field_->expression;
    const std::string direction = descending_ ? " DESC" : " ASC";
    const auto order = [&](const std::string& first, const std::string& second) {
        return " ORDER BY " + first + direction + ", " + second + direction;
    };
    const std::string limit = " LIMIT " + std::to_string(rows_asked_for(page_.limit));
    std::string after;
    if (page_.cursor) {
        after = " AND (" + key + ", " + source_.id + ") " + (descending_ ? "<" : ">") + " (" +
                key_parameter(params, field_->type, page_.cursor->key) + ", " +
                sql::parameter(params, page_.cursor->id) + "::uuid)";
    }
    const std::string shown = "SELECT " + source_.columns + ", " + source_.id + ", " + key_text(*field_) + " FROM ";
    if (arms().size() == 1 && !keys_first_) {
        return shown + source_.tables + matches(arms().front()) + after + order(key, source_.id) + limit;
    }
    std::string keys;
    for (const auto& arm : arms()) {
        keys += (keys.empty() ? "(SELECT " : " UNION (SELECT ") + key + " AS k, " + source_.id + " AS id FROM " +
                key_tables() + matches(arm) + after + order(key, source_.id) + limit + ")";
    }
    return "WITH keys AS (" + keys + "), page AS (SELECT k, id FROM keys" + order("k", "id") + limit + ") " + shown +
           source_.tables + " JOIN page p ON p.id = " + source_.id + order("p.k", "p.id");
}

std::string KeysetQuery::count_text() const {
    const std::string limit = " LIMIT " + std::to_string(paging::total_cap + 1);
    std::string found;
    for (const auto& arm : arms()) {
        found += (found.empty() ? "(SELECT " : " UNION (SELECT ") + source_.id + " AS id FROM " + key_tables() +
                 matches(arm) + limit + ")";
    }
    return "SELECT count(*) FROM (SELECT id FROM (" + found + ") m" + limit + ") c";
}

std::string KeysetQuery::totals_text() const {
    std::string totals, any;
    for (const auto& wanted : totals_wanted_) {
        totals += (totals.empty() ? "" : ", ") + wanted.aggregate;
    }
    for (const auto& arm : arms()) {
        any += (any.empty() ? "" : " OR ") + arm;
    }
    return "SELECT " + totals + " FROM " + source_.tables + matches("(" + any + ")");
}

void KeysetQuery::add_to(RoundTrip& trip) {
    const auto add = [&](std::string text, postgres::Params params) {
        return plan_anew_ ? trip.add_planned_anew(std::move(text), std::move(params))
                          : trip.add_composed(std::move(text), std::move(params));
    };
    if (parent_) {
        parent_rows_ = trip.add(parent_->statement, parent_->params);
    }
    postgres::Params page_params = params_;
    std::string page = page_text(page_params);
    page_rows_ = add(std::move(page), std::move(page_params));
    if (page_.count) {
        count_rows_ = add(count_text(), params_);
    }
    if (!totals_wanted_.empty() && !page_.cursor) {
        total_rows_ = add(totals_text(), params_);
    }
    references_.add_to(trip);
}

rpc::Result<void> KeysetQuery::check(const RoundTrip& trip) const {
    if (parent_ && parent_rows_ && trip[*parent_rows_].empty()) {
        return parent_->missing;
    }
    auto issues = issues_;
    for (auto& unknown : references_.read(trip)) {
        issues.push_back(std::move(unknown));
    }
    if (!issues.empty()) {
        return rpc::validation(std::move(issues));
    }
    return {};
}

void KeysetQuery::finish(const RoundTrip& trip) {
    if (page_.cursor) {
        total_ = page_.cursor->total;
        capped_ = page_.cursor->total_capped;
        totals_ = page_.cursor->totals;
    }
    if (count_rows_) {
        const auto counted = trip[*count_rows_].front().get<std::int64_t>(0);
        capped_ = counted > paging::total_cap;
        total_ = std::min<std::int64_t>(counted, paging::total_cap);
    }
    if (total_rows_) {
        const auto row = trip[*total_rows_].front();
        totals_.clear();
        for (int i = 0; i < row.width(); ++i) {
            totals_.push_back(row.get<std::string>(i));
        }
    }
}

std::string KeysetQuery::cursor_after(const postgres::Row& row) const {
    paging::Cursor cursor;
    cursor.id = row.get<std::string>(row.width() - 2);
    cursor.key = row.get<std::string>(row.width() - 1);
    cursor.total = total_;
    cursor.total_capped = capped_;
    cursor.totals = totals_;
    return paging::encode(cursor, page_);
}

}  // namespace loan_manager::sql
