#include "postgres/rows.hpp"

#include <libpq-fe.h>
#include <charconv>

namespace loan_manager::postgres {

void Rows::Clear::operator()(pg_result* result) const { PQclear(result); }

int Rows::size() const { return PQntuples(result_.get()); }

int Rows::columns() const { return PQnfields(result_.get()); }

Row Rows::front() const {
    if (empty()) {
        throw Failure(Error(Error::Kind::protocol, "the statement returned no row"));
    }
    return Row(result_.get(), 0);
}

std::int64_t Rows::affected() const {
    const std::string_view text = result_ ? PQcmdTuples(result_.get()) : "";
    std::int64_t count = 0;
    std::from_chars(text.data(), text.data() + text.size(), count);
    return count;
}

std::string_view Rows::command_tag() const { return result_ ? PQcmdStatus(result_.get()) : ""; }

int Row::width() const { return PQnfields(result_); }

bool Row::is_null(int column) const {
    if (column < 0 || column >= PQnfields(result_)) {
        throw Failure(Error(Error::Kind::conversion, "there is no column " + std::to_string(column)));
    }
    return PQgetisnull(result_, row_, column) != 0;
}

int Row::index_of(std::string_view column) const {
    // PQfnumber() would copy and fold the name each time.
    const int count = PQnfields(result_);
    for (int index = 0; index < count; ++index) {
        if (column == PQfname(result_, index)) return index;
    }
    throw Failure(Error(Error::Kind::conversion, "there is no column \"" + std::string(column) + '"'));
}

std::string_view Row::text(int column) const {
    return {PQgetvalue(result_, row_, column), static_cast<std::size_t>(PQgetlength(result_, row_, column))};
}

unsigned Row::type(int column) const { return PQftype(result_, column); }

void Row::raise(int column, std::string_view problem, std::string_view wanted) const {
    std::string message = "column \"" + std::string(PQfname(result_, column)) + "\" of type oid " +
                          std::to_string(type(column)) + ' ' + std::string(problem) + ' ' + std::string(wanted);
    throw Failure(Error(Error::Kind::conversion, std::move(message)));
}

}  // namespace loan_manager::postgres
