#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "postgres/batch.hpp"
#include "postgres/connection.hpp"
#include "postgres/pool.hpp"
#include "postgres/rows.hpp"

namespace loan_manager::sql {

class RoundTrip;

/// The answer to one statement of a RoundTrip, for when it is there.
template <class T>
class Handle {
public:
    /// What the statement answered, read by the function it was added with. std::logic_error before the trip has run.
    T read(const RoundTrip& trip) const;

private:
    friend class RoundTrip;
    Handle(std::size_t index, T (*read)(const postgres::Rows&)) : index_(index), read_(read) {}
    std::size_t index_;
    T (*read_)(const postgres::Rows&);
};

/// Statements that travel to the database together and are answered together; each answer is known by the handle its
/// statement gave, never by its number:
///
///     sql::RoundTrip trip;
///     const auto bike = bikes::add_lock(trip, id, reach);
///     const auto jobs = bikes::add_open_jobs(trip, id);
///     co_await trip.run(pool, deadline);
///     use(trip[bike], trip[jobs]);
///
/// Several statements that are one question give a struct of handles with a `read(const RoundTrip&)` of its own. Used
/// by one coroutine.
class RoundTrip {
public:
    /// `read` turns the rows into the answer each time it is asked for.
    template <class T>
    Handle<T> add(const postgres::Statement& statement, postgres::Params params, T (*read)(const postgres::Rows&)) {
        batch_.add(statement, std::move(params));
        return Handle<T>(batch_.size() - 1, read);
    }
    /// A statement whose answer is the rows themselves, or nothing anybody asks for.
    Handle<const postgres::Rows&> add(const postgres::Statement& statement, postgres::Params params);
    /// A statement composed at run time. It is prepared under a name made from its text, so that those that come again
    /// and again are parsed once per connection; the connection forgets the least recently used.
    Handle<const postgres::Rows&> add_composed(std::string sql, postgres::Params params);
    /// The same, planned anew each time: where the best plan depends on what is looked for.
    Handle<const postgres::Rows&> add_planned_anew(std::string sql, postgres::Params params);

    template <class H>
    decltype(auto) operator[](const H& handle) const {
        return handle.read(*this);
    }

    bool empty() const { return batch_.empty(); }
    /// Sends the statements. Once. Throws postgres::Failure on database errors.
    boost::asio::awaitable<void> run(postgres::Pool& pool, postgres::OptionalDeadline deadline);
    boost::asio::awaitable<void> run(postgres::Connection& connection);

    /// The rows of a statement by its number, for handles.
    const postgres::Rows& rows(std::size_t index) const;

private:
    postgres::Batch batch_;
    std::deque<std::string> texts_;  // what the batch's composed statements point into
    std::vector<postgres::Rows> results_;
    bool answered_ = false;
};

/// Reader of a statement that answers with one value: one row of one column.
template <class T>
T one_value(const postgres::Rows& rows) {
    return rows.front().get<T>(0);
}

template <class T>
T Handle<T>::read(const RoundTrip& trip) const {
    return read_(trip.rows(index_));
}

}  // namespace loan_manager::sql
