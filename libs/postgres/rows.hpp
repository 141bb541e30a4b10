#pragma once

#include "postgres/codec.hpp"
#include "postgres/error.hpp"

#include <cstdint>
#include <iterator>
#include <limits>
#include <memory>

struct pg_result;

namespace loan_manager::postgres {

namespace detail {
// One overload per supported type. False: the column's type or its text does not fit.
bool decode(unsigned oid, std::string_view text, std::string_view& out);
bool decode(unsigned oid, std::string_view text, std::string& out);
bool decode(unsigned oid, std::string_view text, bool& out);
bool decode(unsigned oid, std::string_view text, std::int64_t& out);
bool decode(unsigned oid, std::string_view text, double& out);
bool decode(unsigned oid, std::string_view text, Bytes& out);
bool decode(unsigned oid, std::string_view text, std::chrono::sys_time<std::chrono::microseconds>& out);
bool decode(unsigned oid, std::string_view text, std::chrono::year_month_day& out);
bool decode(unsigned oid, std::string_view text, std::vector<std::string>& out);
bool decode(unsigned oid, std::string_view text, std::vector<std::optional<std::string>>& out);
bool decode(unsigned oid, std::string_view text, std::vector<std::int64_t>& out);

template <class T>
bool decode_as(unsigned oid, std::string_view text, T& out);
}  // namespace detail

/// One row of a Rows, which must outlive it. Columns by position (from 0) or by name.
class Row {
public:
    Row(const pg_result* result, int row) : result_(result), row_(row) {}

    /// The column as T: bool, integers, double, std::string, std::string_view (valid as long as the Rows),
    /// Bytes, system_clock::time_point (timestamptz), year_month_day (date), vectors of std::string,
    /// std::optional<std::string> or int64_t (arrays), any TextCodec type; std::optional of each if it may be NULL.
    /// Throws Failure of kind conversion, naming column and types, if there is no such column, on an unexpected
    /// NULL, a type that does not match, or a number out of range: these are programming errors.
    template <class T>
    [[nodiscard]] T get(int column) const;
    template <class T>
    [[nodiscard]] T get(std::string_view column) const {
        return get<T>(index_of(column));
    }

    /// Number of columns.
    [[nodiscard]] int width() const;
    [[nodiscard]] bool is_null(int column) const;
    [[nodiscard]] bool is_null(std::string_view column) const { return is_null(index_of(column)); }

private:
    [[nodiscard]] int index_of(std::string_view column) const;
    [[nodiscard]] std::string_view text(int column) const;
    [[nodiscard]] unsigned type(int column) const;
    [[noreturn]] void raise(int column, std::string_view problem, std::string_view wanted) const;

    const pg_result* result_;
    int row_;
};

/// The answer to one statement; owns libpq's result, nothing is copied until a column is read.
class Rows {
public:
    Rows() = default;
    explicit Rows(pg_result* result) : result_(result) {}

    [[nodiscard]] int size() const;
    [[nodiscard]] bool empty() const { return size() == 0; }
    [[nodiscard]] int columns() const;
    [[nodiscard]] Row operator[](int row) const { return Row(result_.get(), row); }
    /// The first row. Throws Failure (protocol) if there is none.
    [[nodiscard]] Row front() const;
    /// Rows inserted, updated, deleted or selected.
    [[nodiscard]] std::int64_t affected() const;
    /// "INSERT 0 1", "COMMIT" …
    [[nodiscard]] std::string_view command_tag() const;

    class iterator {
    public:
        using value_type = Row;
        using difference_type = int;
        using iterator_category = std::input_iterator_tag;
        using pointer = const Row*;
        using reference = Row;

        iterator(const pg_result* result, int row) : result_(result), row_(row) {}
        Row operator*() const { return Row(result_, row_); }
        iterator& operator++() {
            ++row_;
            return *this;
        }
        bool operator==(const iterator&) const = default;

    private:
        const pg_result* result_;
        int row_;
    };
    [[nodiscard]] iterator begin() const { return iterator(result_.get(), 0); }
    [[nodiscard]] iterator end() const { return iterator(result_.get(), size()); }

private:
    struct Clear {
        void operator()(pg_result* result) const;
    };
    std::unique_ptr<pg_result, Clear> result_;
};

namespace detail {

template <class T>
bool decode_as(unsigned oid, std::string_view text, T& out) {
    if constexpr (Integer<T>) {
        std::int64_t wide = 0;
        if (!decode(oid, text, wide) || !std::in_range<T>(wide)) {
            return false;
        }
        out = static_cast<T>(wide);
        return true;
    } else if constexpr (is_system_time<T>) {
        std::chrono::sys_time<std::chrono::microseconds> precise;
        if (!decode(oid, text, precise)) {
            return false;
        }
        out = std::chrono::time_point_cast<typename T::duration>(precise);
        return true;
    } else {
        return decode(oid, text, out);
    }
}

}  // namespace detail

template <class T>
T Row::get(int column) const {
    if constexpr (detail::is_optional<T>) {
        if (is_null(column)) {
            return std::nullopt;
        }
        return get<typename T::value_type>(column);
    } else {
        if (is_null(column)) {
            raise(column, "is NULL and cannot be read as", detail::type_name<T>());
        }
        if constexpr (detail::ReadsText<T>) {
            if (auto value = TextCodec<T>::from_text(text(column))) {
                return *std::move(value);
            }
        } else {
            T value{};
            if (detail::decode_as(type(column), text(column), value)) {
                return value;
            }
        }
        raise(column, "cannot be read as", detail::type_name<T>());
    }
}

}  // namespace loan_manager::postgres
