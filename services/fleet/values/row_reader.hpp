#pragma once

#include <optional>
#include <string>
#include <utility>

#include "fleet/values/proto_values.hpp"
#include "postgres/rows.hpp"

namespace loan_manager::fleet {

/// Reads the columns of a row from left to right, beginning with `first`: each call takes the next one. Must not
/// outlive the row.
class RowReader {
public:
    explicit RowReader(const postgres::Row& row, int first = 0) : row_(row), column_(first) {}

    /// The column that comes next.
    int position() const { return column_; }

    template <class T>
    T next() {
        return row_.get<T>(column_++);
    }
    std::string text() { return next<std::string>(); }
    WallTime time() { return next<WallTime>(); }
    template <class E>
    E token() {
        return enum_of<E>(text());
    }

    /// Hands the value to a setter unless it is NULL.
    template <class T = std::string, class Set>
    void if_set(Set set) {
        if (auto value = next<std::optional<T>>()) {
            set(*std::move(value));
        }
    }
    template <class E, class Set>
    void if_token(Set set) {
        if_set([&](const std::string& token) { set(enum_of<E>(token)); });
    }
    /// Fills a Timestamp of a message unless the value is NULL: `in.if_time([&] { return row.mutable_paid_at(); })`.
    template <class Get>
    void if_time(Get get) {
        if_set<WallTime>([&](WallTime time) { assign(*get(), time); });
    }

private:
    const postgres::Row& row_;
    int column_;
};

}  // namespace loan_manager::fleet
