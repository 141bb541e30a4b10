#include "fleet/bikes/list_query.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "fleet/bikes/bike_row.hpp"
#include "fleet/bikes/rules.hpp"
#include "fleet/bikes/scope.hpp"
#include "fleet/values/proto_values.hpp"
#include "money/money.hpp"
#include "validate/vehicle_number.hpp"

namespace loan_manager::fleet::bikes {
namespace {

constexpr const char* live = "b.status NOT IN ('SOLD', 'WRITTEN_OFF')";

/// A field of the sort whitelist: the indexed expression, its type, and its text form in a cursor.
struct SortField {
    std::string_view name;
    const char* expression;
    const char* type;
    const char* key;
};
constexpr std::array sort_fields{
    SortField{"created_at", "b.created_at", "timestamptz",
              "(extract(epoch FROM b.created_at) * 1000000)::bigint::text"},
    SortField{"procurement_date", "b.procurement_date", "date", "b.procurement_date::text"},
    SortField{"brand", "b.brand", "text", "b.brand"},
    SortField{"year", "b.year", "integer", "b.year::text"},
    SortField{"current_stock_number", "coalesce(b.current_stock_number, '')", "text",
              "coalesce(b.current_stock_number, '')"},
    SortField{"purchase_price", "b.purchase_price", "numeric", "b.purchase_price::text"},
};
constexpr std::string_view default_sort = "-created_at";

// Text for LIKE that matches itself only.
std::string escape_like(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\') {
            out += '\\';
        }
        out += c;
    }
    return out;
}

std::string contains(std::string_view text) { return '%' + escape_like(text) + '%'; }

/// Collects conditions and their parameters.
class Filters {
public:
    explicit Filters(postgres::Params& params) : params_(params) {}

    template <class T>
    std::string parameter(const T& value) {
        params_.add(value);
        return "$" + std::to_string(params_.size());
    }
    void add(std::string condition) { conditions_.push_back(std::move(condition)); }
    std::string text() const {
        std::string out;
        for (const auto& condition : conditions_) {
            out += " AND " + condition;
        }
        return out;
    }

    /// What `b` stands for. A closed range of dates is read first, fenced off by OFFSET 0: the planner believes that
    /// dates are spread evenly over the default order, but the two run together, and walking that order to a range far
    /// back reads the whole table.
    void set_table(std::string table) { table_ = std::move(table); }
    const std::string& table() const { return table_; }

    // Text searches look at search_text, which has the trigram index; `exact` then decides on the one column.
    void add_search(std::string_view text, const char* exact) {
        const auto pattern = parameter(contains(text));
        std::string condition = "b.search_text LIKE lower(" + pattern + ")";
        if (exact != nullptr) {
            condition += std::string(" AND ") + exact + " ILIKE " + pattern;
        }
        add("(" + condition + ")");
    }

    // Plates are compared without their separators, so that it does not matter how they are typed (D-208). If nothing
    // but separators was typed, there is no plate to look for.
    void add_plate_search(const std::string& plate) {
        if (plate.empty()) {
            return add("false");
        }
        add_search(plate, "replace(b.license_plate, '-', '')");
    }

    // As typed, for titles and stock numbers; and as plates and numbers are stored.
    void add_search_everywhere(const std::string& text) {
        const auto numbers = validate::as_searched(text);
        std::set<std::string> patterns{contains(text)};
        for (const auto* number : {&numbers.plate, &numbers.number}) {
            if (!number->empty()) {
                patterns.insert(contains(*number));
            }
        }
        std::string condition;
        for (const auto& pattern : patterns) {
            condition +=
                (condition.empty() ? "" : " OR ") + std::string("b.search_text LIKE lower(") + parameter(pattern) + ")";
        }
        add("(" + condition + ")");
    }

private:
    postgres::Params& params_;
    std::vector<std::string> conditions_;
    std::string table_ = "fleet.bicycles";
};

// By id or code; checked separately to exist.
std::string branch_reference(const std::string& parameter) {
    return "(SELECT r.id FROM fleet.branches r WHERE r.code = " + parameter + " OR r.id::text = " + parameter + ")";
}
std::string company_reference(const std::string& parameter) {
    return "(SELECT c.id FROM fleet.companies c WHERE c.code = " + parameter + " OR c.id::text = " + parameter + ")";
}

void add_status(Filters& filters, const v1::ListBikesRequest& request) {
    if (request.status().empty()) {
        return;
    }
    std::vector<std::string> tokens;
    bool all_live = true;
    bool all_written_off = true;
    for (const auto status : request.status()) {
        tokens.push_back(token_of(static_cast<v1::BikeStatus>(status)));
        all_live = all_live && is_live(static_cast<v1::BikeStatus>(status));
        all_written_off = all_written_off && status == v1::BIKE_STATUS_WRITTEN_OFF;
    }
    filters.add("b.status = ANY (" + filters.parameter(tokens) + "::text[])");
    // These say no more, but let the small indexes of the rarer states be used.
    if (all_live) {
        filters.add(live);
    } else if (all_written_off) {
        filters.add("b.status = 'WRITTEN_OFF'");
    }
}

// Returns whether a free text takes part.
bool add_filters(Filters& filters, const v1::ListBikesRequest& request, runtime::Date today) {
    if (request.has_company_id()) {
        filters.add("b.company_id = " + company_reference(filters.parameter(request.company_id())));
    }
    if (request.has_branch_id()) {
        filters.add("b.current_branch_id = " + branch_reference(filters.parameter(request.branch_id())));
    }
    if (request.has_acquisition_branch_id()) {
        filters.add("b.acquisition_branch_id = " +
                    branch_reference(filters.parameter(request.acquisition_branch_id())));
    }
    add_status(filters, request);
    if (request.has_allocation_kind()) {
        filters.add("b.allocation_kind = " + filters.parameter(token_of(request.allocation_kind())));
        filters.add(live);
    }
    if (request.has_procured_from() && request.has_procured_to()) {
        filters.set_table("(SELECT * FROM fleet.bicycles WHERE procurement_date BETWEEN " +
                          filters.parameter(request.procured_from()) + "::date AND " +
                          filters.parameter(request.procured_to()) + "::date OFFSET 0)");
    } else if (request.has_procured_from()) {
        filters.add("b.procurement_date >= " + filters.parameter(request.procured_from()) + "::date");
    } else if (request.has_procured_to()) {
        filters.add("b.procurement_date <= " + filters.parameter(request.procured_to()) + "::date");
    }
    if (request.has_year_from()) {
        filters.add("b.year >= " + filters.parameter(request.year_from()));
    }
    if (request.has_year_to()) {
        filters.add("b.year <= " + filters.parameter(request.year_to()));
    }
    if (request.has_age_over()) {
        const auto oldest = std::chrono::sys_days(today) - std::chrono::days(request.age_over());
        filters.add("b.procurement_date < " +
                    filters.parameter(runtime::format_date(std::chrono::year_month_day(oldest))) + "::date");
    }

    bool searches = false;
    if (request.has_brand()) {
        filters.add("b.brand = " + filters.parameter(request.brand()));
        searches = true;
    }
    if (request.has_model()) {
        filters.add("b.model = " + filters.parameter(request.model()));
        searches = true;
    }
    if (request.has_stock_number()) {
        filters.add_search(request.stock_number(), "b.current_stock_number");
        searches = true;
    }
    if (request.has_license_plate()) {
        filters.add_plate_search(validate::as_searched(request.license_plate()).plate);
        searches = true;
    }
    if (request.has_q()) {
        filters.add_search_everywhere(request.q());
        searches = true;
    }
    return searches;
}

// The cursor's key must be a value of the sort column's type, or the database would answer with an error.
bool is_key(const SortField& field, const std::string& key) {
    const std::string_view type = field.type;
    if (type == "timestamptz") {
        return paging::read_time_key(key).has_value();
    }
    if (type == "date") {
        return runtime::parse_date(key).has_value();
    }
    if (type == "integer") {
        const auto number = paging::read_number_key(key);
        return number && *number >= INT32_MIN && *number <= INT32_MAX;
    }
    if (type == "numeric") {
        return money::Money::parse(key).has_value();
    }
    return true;
}

std::string after_cursor(Filters& filters, const SortField& field, const paging::Cursor& cursor, bool descending) {
    std::string key;
    if (std::string_view(field.type) == "timestamptz") {
        key = filters.parameter(*paging::read_time_key(cursor.key));
    } else {
        key = filters.parameter(cursor.key) + "::" + field.type;
    }
    return std::string("(") + field.expression + ", b.id) " + (descending ? "<" : ">") + " (" + key + ", " +
           filters.parameter(cursor.id) + "::uuid)";
}

}  // namespace

rpc::Result<ListQuery> compose_list(const v1::ListBikesRequest& request, const paging::PageRequest& page,
                                    const access::Reach& readable, bool may_see_costs, runtime::Date today) {
    const auto sort = paging::parse_sort(request.has_sort() ? std::string_view(request.sort()) : default_sort);
    const auto* field = std::find_if(sort_fields.begin(), sort_fields.end(),
                                     [&](const SortField& candidate) { return candidate.name == sort.field; });
    if (field == sort_fields.end()) {
        return rpc::internal_error();  // the declarative whitelist and this table have drifted apart
    }
    if (field->name == "purchase_price" && !may_see_costs) {
        return rpc::forbidden();
    }
    if (page.cursor && !is_key(*field, page.cursor->key)) {
        return paging::bad_cursor();
    }

    ListQuery query;
    const std::string direction = sort.descending ? " DESC" : " ASC";
    const auto order = [&](const std::string& key, const std::string& id) {
        return " ORDER BY " + key + direction + ", " + id + direction;
    };

    {
        Filters filters(query.page_params);
        const auto arms = readable_arms(readable, query.page_params);
        query.reusable = !add_filters(filters, request, today);
        if (page.cursor) {
            filters.add(after_cursor(filters, *field, *page.cursor, sort.descending));
        }
        const std::string limit = " LIMIT " + std::to_string(page.limit + 1);
        std::string keys;
        for (const auto& arm : arms) {
            keys += (keys.empty() ? "(" : " UNION (") + std::string("SELECT ") + field->expression +
                    " AS k, b.id FROM " + filters.table() + " b WHERE " + arm + filters.text() +
                    order(field->expression, "b.id") + limit + ")";
        }
        query.page_sql = "WITH keys AS (" + keys + ") SELECT " + bike_columns() + ", " + field->key +
                         " FROM (SELECT k, id FROM keys" + order("k", "id") + limit +
                         ") p JOIN fleet.bicycles b ON b.id = p.id" + order("p.k", "p.id");
    }
    if (page.count) {
        Filters filters(query.count_params);
        const auto arms = readable_arms(readable, query.count_params);
        add_filters(filters, request, today);
        const std::string limit = " LIMIT " + std::to_string(paging::total_cap + 1);
        std::string matches;
        for (const auto& arm : arms) {
            matches += (matches.empty() ? "(" : " UNION (") + std::string("SELECT b.id FROM ") + filters.table() +
                       " b WHERE " + arm + filters.text() + limit + ")";
        }
        query.count_sql = "SELECT count(*) FROM (SELECT m.id FROM (" + matches + ") m" + limit + ") c";
    }
    return query;
}

}  // namespace loan_manager::fleet::bikes
