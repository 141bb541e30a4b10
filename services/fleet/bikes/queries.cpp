#include "fleet/bikes/queries.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "fleet/bikes/rows.hpp"
#include "fleet/bikes/rules.hpp"
#include "fleet/bikes/scope.hpp"
#include "sql/proto_values.hpp"
#include "validate/vehicle_number.hpp"

namespace loan_manager::fleet::bikes {
namespace {

using sql::KeyType;

constexpr const char* live = "b.status NOT IN ('SOLD', 'WRITTEN_OFF')";

constexpr std::array sort_fields{
    sql::SortField{"created_at", "b.created_at", KeyType::time},
    sql::SortField{"procurement_date", "b.procurement_date", KeyType::date},
    sql::SortField{"brand", "b.brand", KeyType::text},
    sql::SortField{"year", "b.year", KeyType::integer},
    sql::SortField{"current_stock_number", "coalesce(b.current_stock_number, '')", KeyType::text},
    sql::SortField{"purchase_price", "b.purchase_price", KeyType::numeric, access::Permission::costs_read},
};
constexpr std::string_view newest_first = "-created_at";

// Text searches look at search_text, which has the trigram index; `exact` then decides on the one column.
void search(sql::KeysetQuery& query, std::string_view text, const char* exact) {
    const auto pattern = query.parameter(sql::pattern_containing(text));
    query.where("b.search_text LIKE lower(" + pattern + ")");
    query.where(std::string(exact) + " ILIKE " + pattern);
}

// Plates are compared without their separators, so that it does not matter how they are typed (D-208). If nothing but
// separators was typed, there is no plate to look for.
void search_plate(sql::KeysetQuery& query, const std::string& typed) {
    const auto plate = validate::as_searched(typed).plate;
    if (plate.empty()) {
        return query.where("false");
    }
    search(query, plate, "replace(b.license_plate, '-', '')");
}

// As typed, for titles and stock numbers; and as plates and numbers are stored.
void search_everywhere(sql::KeysetQuery& query, const std::string& text) {
    const auto numbers = validate::as_searched(text);
    std::set<std::string> patterns{sql::pattern_containing(text)};
    for (const auto* number : {&numbers.plate, &numbers.number}) {
        if (!number->empty()) {
            patterns.insert(sql::pattern_containing(*number));
        }
    }
    std::string condition;
    for (const auto& pattern : patterns) {
        condition += (condition.empty() ? "" : " OR ") + std::string("b.search_text LIKE lower(") +
                     query.parameter(pattern) + ")";
    }
    query.where("(" + condition + ")");
}

// The further condition of a set of statuses says no more, but lets the small indexes of the rarer states be used.
void filter_status(sql::KeysetQuery& query, const v1::ListBikesRequest& request) {
    query.one_of("b.status", sql::tokens_of<v1::BikeStatus>(request.status()));
    const auto all = [&](auto holds) {
        return std::all_of(request.status().begin(), request.status().end(),
                           [&](int status) { return holds(static_cast<v1::BikeStatus>(status)); });
    };
    if (request.status().empty()) {
        return;
    }
    if (all([](v1::BikeStatus status) { return is_live(status); })) {
        query.where(live);
    } else if (all([](v1::BikeStatus status) { return status == v1::BIKE_STATUS_WRITTEN_OFF; })) {
        query.where("b.status = 'WRITTEN_OFF'");
    }
}

// A closed range of dates is read first, fenced off by OFFSET 0: the planner believes that dates are spread evenly over
// the default order, but the two run together, and walking that order to a range far back reads the whole table.
void filter_procured(sql::KeysetQuery& query, const v1::ListBikesRequest& request) {
    if (request.has_procured_from() && request.has_procured_to()) {
        query.keys_from("(SELECT * FROM fleet.bicycles WHERE procurement_date BETWEEN " +
                        query.parameter(request.procured_from()) + "::date AND " +
                        query.parameter(request.procured_to()) + "::date OFFSET 0) b");
    } else {
        query.between_dates("b.procurement_date", LM_MAYBE(request, procured_from), LM_MAYBE(request, procured_to));
    }
}

void filter(sql::KeysetQuery& query, const v1::ListBikesRequest& request, runtime::Date today) {
    if (request.has_company_id()) {
        query.where("b.company_id = " + query.company("company_id", request.company_id()));
    }
    if (request.has_branch_id()) {
        query.where("b.current_branch_id = " + query.branch("branch_id", request.branch_id()));
    }
    if (request.has_acquisition_branch_id()) {
        query.where("b.acquisition_branch_id = " +
                    query.branch("acquisition_branch_id", request.acquisition_branch_id()));
    }
    filter_status(query, request);
    if (request.has_allocation_kind()) {
        query.where("b.allocation_kind = " + query.parameter(sql::token_of(request.allocation_kind())));
        query.where(live);
    }
    filter_procured(query, request);
    if (request.has_year_from()) {
        query.where("b.year >= " + query.parameter(request.year_from()));
    }
    if (request.has_year_to()) {
        query.where("b.year <= " + query.parameter(request.year_to()));
    }
    if (request.has_age_over()) {
        const auto oldest = std::chrono::sys_days(today) - std::chrono::days(request.age_over());
        query.where("b.procurement_date < " +
                    query.parameter(runtime::format_date(std::chrono::year_month_day(oldest))) + "::date");
    }
    if (request.has_brand() || request.has_model() || request.has_stock_number() || request.has_license_plate() ||
        request.has_q()) {
        query.plan_anew();
    }
    if (request.has_brand()) {
        query.where("b.brand = " + query.parameter(request.brand()));
    }
    if (request.has_model()) {
        query.where("b.model = " + query.parameter(request.model()));
    }
    if (request.has_stock_number()) {
        search(query, request.stock_number(), "b.current_stock_number");
    }
    if (request.has_license_plate()) {
        search_plate(query, request.license_plate());
    }
    if (request.has_q()) {
        search_everywhere(query, request.q());
    }
}

}  // namespace

rpc::Result<sql::KeysetQuery> list(const v1::ListBikesRequest& request, paging::PageRequest page,
                                   const access::Identity& caller, const runtime::Clock& clock) {
    sql::KeysetQuery query(std::move(page), {bike_columns(), "fleet.bicycles b", "b.id"});
    if (auto sorted = query.sort_by(sort_fields, sql::order_of(request, newest_first), caller); !sorted) {
        return sorted.error();
    }
    // Whoever sees the costs of a bike may read the bike, so the narrower reach is the whole condition.
    const auto permission = query.guard().value_or(access::Permission::bikes_read);
    for (auto& arm : readable_arms(query, access::reach(caller, permission))) {
        query.arm(std::move(arm));
    }
    filter(query, request, runtime::colombo_date(clock.now()));
    return query;
}

v1::Bike read_item(const postgres::Row& row, const access::Identity& caller) {
    return visible_to(caller, read_bike(row));
}

}  // namespace loan_manager::fleet::bikes
