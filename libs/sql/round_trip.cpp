#include "sql/round_trip.hpp"

#include <stdexcept>

#include "digest/sha256.hpp"

namespace loan_manager::sql {
namespace {

const postgres::Rows& themselves(const postgres::Rows& rows) { return rows; }

}  // namespace

Handle<const postgres::Rows&> RoundTrip::add(const postgres::Statement& statement, postgres::Params params) {
    return add<const postgres::Rows&>(statement, std::move(params), &themselves);
}

Handle<const postgres::Rows&> RoundTrip::add_composed(std::string sql, postgres::Params params) {
    const auto& name = texts_.emplace_back("composed." + digest::sha256_hex({sql}).substr(0, 32));
    const auto& text = texts_.emplace_back(std::move(sql));
    return add(postgres::Statement(name.c_str(), text.c_str(), postgres::Planning::by_value), std::move(params));
}

Handle<const postgres::Rows&> RoundTrip::add_planned_anew(std::string sql, postgres::Params params) {
    batch_.query(std::move(sql), std::move(params));
    return Handle<const postgres::Rows&>(batch_.size() - 1, &themselves);
}

boost::asio::awaitable<void> RoundTrip::run(postgres::Pool& pool, postgres::OptionalDeadline deadline) {
    results_ = (co_await pool.run(batch_, deadline)).value();
    answered_ = true;
}

boost::asio::awaitable<void> RoundTrip::run(postgres::Connection& connection) {
    results_ = (co_await connection.run(batch_)).value();
    answered_ = true;
}

const postgres::Rows& RoundTrip::rows(std::size_t index) const {
    if (!answered_) {
        throw std::logic_error("a round trip was asked for an answer before it had run");
    }
    return results_.at(index);
}

}  // namespace loan_manager::sql
