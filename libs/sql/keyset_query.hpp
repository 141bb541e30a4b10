#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/reach.hpp"
#include "paging/page.hpp"
#include "postgres/pool.hpp"
#include "rpc/error.hpp"
#include "sql/references.hpp"
#include "sql/round_trip.hpp"
#include "sql/scope.hpp"

namespace loan_manager::sql {

enum class KeyType { time, date, integer, bigint, numeric, text };

/// A field of a list's sort whitelist. `expression` must not be NULL and should be indexed together with the id.
struct SortField {
    std::string_view name;
    const char* expression;
    KeyType type;
    /// What one must be allowed to see of a row for it to take part in a list in this order (D-904): an order tells as
    /// much as the column itself.
    std::optional<access::Permission> guard{};
};

/// Where a list comes from.
struct Source {
    std::string columns;  ///< What the reader of an item reads.
    std::string tables;   ///< "fleet.transfers t JOIN …"
    std::string id;       ///< The uuid column that breaks ties: "t.id".
    /// What the conditions and the order need of it, if that is less. Used where keys are collected first.
    std::string key_tables{};
};

/// The row a list lies below, e.g. the bike of its expenses.
struct Parent {
    postgres::Statement statement;  ///< Finds a row if the caller may read the parent.
    postgres::Params params;
    rpc::Error missing;  ///< The answer otherwise.
};

/// A pattern for LIKE that finds the text itself anywhere, whatever it contains.
std::string pattern_containing(std::string_view text);

/// The order a request asks for, or the list's own.
template <class Request>
std::string_view order_of(const Request& request, std::string_view usual) {
    return request.has_sort() ? std::string_view(request.sort()) : usual;
}

/// One page of a list (D-213): composed from fixed pieces of SQL, every value a parameter, read in the order of an
/// index. Sort first, then arms and conditions:
///
///     sql::KeysetQuery query(std::move(page), {transfer_columns(), transfer_tables, "t.id"});
///     if (auto sorted = query.sort_by(sort_fields, request.sort(), caller); !sorted) return sorted.error();
///     query.arm(query.covers(reach, {"t.from_branch_id"}));
///     query.arm(query.covers(reach, {"t.to_branch_id"}));
///     query.where("t.status = ANY (" + query.parameter(tokens) + "::text[])");
///     return query;
///
/// Pages::list() makes the handler of a list from such a function.
/// The page holds more rows than are shown, to know whether another page follows; how many more is chosen so that
/// limits share a few texts. Count and sums are asked for with the first page only; the cursor carries them.
class KeysetQuery {
public:
    KeysetQuery(paging::PageRequest page, Source source) : page_(std::move(page)), source_(std::move(source)) {}

    /// Chooses the order. `sort` is a field of the whitelist, "-" before it for descending; it has been validated
    /// against the contract, which lists the same names. FORBIDDEN if the field's guard is none of the caller's rights.
    rpc::Result<void> sort_by(std::span<const SortField> fields, std::string_view sort, const access::Identity& caller);
    /// The guard of the chosen order: rows outside its reach must be left out by a condition.
    std::optional<access::Permission> guard() const { return field_->guard; }

    /// Adds a value; returns the "$n" it is known by.
    template <class T>
    std::string parameter(const T& value) {
        return sql::parameter(params_, value);
    }
    /// The list lies below this row; there is no such list if the caller may not read it.
    void below(Parent parent) { parent_.emplace(std::move(parent)); }
    /// Something is wrong with a filter. Answered together with references that name nothing (D-210).
    void issue(std::string_view field, validate::IssueToken what) { issues_.emplace_back(std::string(field), what); }

    /// Every row of the list meets each of these.
    void where(std::string condition) { conditions_.push_back(std::move(condition)); }
    /// Every row meets one of these. Each is read in its own index order and the union is sorted again: what an OR of
    /// two columns cannot do.
    void arm(std::string condition) { arms_.push_back(std::move(condition)); }

    /// The source's tables, where they hold parameters of this query.
    void from(std::string tables) { source_.tables = std::move(tables); }
    /// Rows are found in these tables first, whatever the order, and only then put in order: for a filter whose rows
    /// the planner would look for along the wrong index. The aliases are those of the source.
    void keys_from(std::string tables) {
        source_.key_tables = std::move(tables);
        keys_first_ = true;
    }

    /// A plan for any value would be a bad one, as it is for a text that may stand anywhere.
    void plan_anew() { plan_anew_ = true; }

    std::string covers(const access::Reach& reach, const ScopeColumns& columns) {
        return sql::covers(params_, reach, columns);
    }
    std::string covers_company(const access::Reach& reach, std::string_view company) {
        return sql::covers_company(params_, reach, company);
    }
    /// The id of a branch or company named by id or code in a filter; a filter that names nothing is answered with
    /// VALIDATION.
    std::string branch(std::string_view field, const std::string& id_or_code);
    std::string company(std::string_view field, const std::string& id_or_code);
    /// "$n::uuid" of a bike, sale or user named by id in a filter, checked likewise.
    std::string reference(Entity entity, std::string_view field, const std::string& id);
    /// The column's token is one of these (a comma list of the query string).
    void one_of(std::string_view column, const std::vector<std::string>& tokens);
    /// Inclusive range of Colombo days over a timestamptz column, or of dates over a date column.
    void between_days(std::string_view column, const std::optional<std::string>& from,
                      const std::optional<std::string>& to);
    void between_dates(std::string_view column, const std::optional<std::string>& from,
                       const std::optional<std::string>& to);
    /// Asks for an aggregate over every match, e.g. "count(*)", which total_of() then has by its name. sum(): that of
    /// an expression, with two decimals; `also` is a further condition the sum alone is under, or empty.
    void total(std::string name, std::string aggregate);
    void sum(std::string name, const std::string& expression, const std::string& also = {});

    void add_to(RoundTrip& trip);
    /// The parent's `missing`, then VALIDATION of what is wrong with the filters.
    rpc::Result<void> check(const RoundTrip& trip) const;

    /// Fills items, total, next_cursor and, where the list has one, the total named `total_amount`. `read` turns a row,
    /// which begins with the source's columns, into an item.
    template <class List, class Read>
    List read(const RoundTrip& trip, Read read) {
        List list;
        const auto& rows = trip[*page_rows_];
        int shown = 0;
        for (const auto row : rows) {
            if (shown == page_.limit) {
                break;
            }
            *list.add_items() = read(row);
            ++shown;
        }
        finish(trip);
        if (total_) {
            list.set_total(static_cast<std::int32_t>(*total_));
        }
        list.set_total_capped(capped_);
        if constexpr (requires { list.set_total_amount(std::string()); }) {
            list.set_total_amount(total_of("total_amount"));
        }
        if (rows.size() > shown) {
            list.set_next_cursor(cursor_after(rows[shown - 1]));
        }
        return list;
    }
    /// After read(): the text of a total, from the database or from the cursor.
    const std::string& total_of(std::string_view name) const;

private:
    std::string matches(const std::string& condition) const;
    std::string page_text(postgres::Params& params) const;
    std::string count_text() const;
    std::string totals_text() const;
    void finish(const RoundTrip& trip);
    std::string cursor_after(const postgres::Row& row) const;
    std::vector<std::string> arms() const;
    const std::string& key_tables() const { return source_.key_tables.empty() ? source_.tables : source_.key_tables; }

    paging::PageRequest page_;
    Source source_;
    const SortField* field_ = nullptr;
    bool descending_ = false;
    bool keys_first_ = false;
    bool plan_anew_ = false;
    postgres::Params params_;
    std::vector<std::string> conditions_, arms_;
    struct Total {
        std::string name;
        std::string aggregate;
    };
    std::vector<Total> totals_wanted_;
    std::optional<Parent> parent_;
    std::vector<rpc::FieldIssue> issues_;
    ReferenceCheck references_;

    std::optional<Handle<const postgres::Rows&>> parent_rows_, page_rows_, count_rows_, total_rows_;
    std::optional<std::int64_t> total_;
    bool capped_ = false;
    std::vector<std::string> totals_;  // in the order in which they were asked for
};

}  // namespace loan_manager::sql
