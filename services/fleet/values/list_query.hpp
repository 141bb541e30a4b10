#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access/reach.hpp"
#include "fleet/values/statement_cache.hpp"
#include "paging/page.hpp"
#include "postgres/batch.hpp"
#include "postgres/rows.hpp"
#include "rpc/error.hpp"

namespace loan_manager::fleet {

/// A field of a list's sort whitelist. `expression` should be indexed together with the id.
struct SortField {
    std::string_view name;
    const char* expression;
    const char* type;  ///< timestamptz, date, integer, bigint, numeric or text.
};

/// Composes the statements of one list request from fixed pieces of SQL; every value is a parameter:
///
///     ListQuery query(transfer_columns(), "fleet.transfers t JOIN …", "t.id", *page);
///     query.where(query.covers(reach, "t.to_branch_id"));
///     query.where("t.status = ANY (" + query.parameter(tokens) + "::text[])");
///     if (auto sorted = query.sort_by(sort_fields, sort); !sorted) co_return sorted.error();
///     query.add_to(batch, statements_);
///     …
///     co_return read_list<v1::TransferList>(results, 0, *page, read_transfer);
///
/// Conditions come before sort_by(). The page reads one row more than it shows, to know whether another follows.
class ListQuery {
public:
    /// `id`: the uuid column that breaks ties, e.g. "t.id". The page must outlive the query.
    ListQuery(std::string columns, std::string from, std::string id, const paging::PageRequest& page);

    /// Adds a value; returns the "$n" it is known by.
    template <class T>
    std::string parameter(const T& value) {
        params_.add(value);
        return "$" + std::to_string(params_.size());
    }
    void where(std::string condition) { conditions_.push_back(std::move(condition)); }
    /// Condition: the branch in this column is within reach (D-901); leaves `self` aside.
    std::string covers(const access::Reach& reach, std::string_view branch_column);
    /// The id of a branch or company given by id or code; NULL if there is none. Existence is checked separately.
    std::string branch(const std::string& id_or_code);
    std::string company(const std::string& id_or_code);
    /// Inclusive range of Colombo days over a timestamptz column.
    void between_days(std::string_view column, const std::optional<std::string>& from,
                      const std::optional<std::string>& to);

    /// BAD_CURSOR if the cursor's key is no value of the field's type. `sort` is a field of the whitelist, "-" before
    /// it for descending.
    rpc::Result<void> sort_by(std::span<const SortField> fields, std::string_view sort);

    /// Adds the page and, if the request wants it, the count.
    void add_to(postgres::Batch& batch, StatementCache& statements) const;
    /// Adds the sum of an expression over every match, as text with two decimals.
    void add_sum_to(postgres::Batch& batch, StatementCache& statements, std::string_view expression) const;

private:
    std::string matches() const;
    void add(postgres::Batch& batch, StatementCache& statements, const std::string& sql, postgres::Params params) const;

    std::string columns_, from_, id_;
    const paging::PageRequest& page_;
    postgres::Params params_;
    std::vector<std::string> conditions_;
    postgres::Params page_params_;
    std::string after_, key_, order_;
};

/// Reads what add_to() asked for, beginning with result `first`; `read` turns a row into an item.
template <class List, class Read>
List read_list(const std::vector<postgres::Rows>& results, std::size_t first, const paging::PageRequest& page,
               Read read) {
    List list;
    std::optional<paging::Cursor> last;
    const auto& rows = results.at(first);
    for (const auto row : rows) {
        if (list.items_size() == page.limit) {
            const auto shown = rows[page.limit - 1];
            last.emplace();
            last->id = shown.template get<std::string>(rows.columns() - 2);
            last->key = shown.template get<std::string>(rows.columns() - 1);
            break;
        }
        *list.add_items() = read(row);
    }
    const auto counted = page.count ? std::optional(results.at(first + 1).front().template get<std::int64_t>(0))
                                    : std::optional<std::int64_t>();
    paging::finish_page(list, page, std::move(last), counted);
    return list;
}

}  // namespace loan_manager::fleet
