#include "fleet/stock_numbers/rows.hpp"

#include "fleet/bikes/scope.hpp"
#include "fleet/stock_numbers/rules.hpp"
#include "runtime/uuid.hpp"
#include "sql/proto_values.hpp"

namespace loan_manager::fleet::stock_numbers {
namespace {

constexpr postgres::Statement draw_number{
    "stock_numbers.draw",
    "UPDATE fleet.stock_counters SET last_number = last_number + 1, last_assigned_at = $3 "
    "WHERE branch_id = $1 AND last_number < $2 RETURNING last_number"};

// Commands of one bike follow each other in the order of their locks, which need not be that of their clocks: a number
// is never released before it was assigned, nor assigned before its predecessor was released.
constexpr postgres::Statement insert_number{
    "stock_numbers.insert",
    "INSERT INTO fleet.stock_numbers (id, bicycle_id, company_id, branch_id, running_number, full_number, assigned_by, "
    "assigned_at, assign_reason, previous_id, transfer_id) "
    "SELECT $1, $2, $3, $4, $5, $6, $7, greatest($8::timestamptz, p.released_at), $9, p.id, $11 "
    "FROM (SELECT 1) one LEFT JOIN fleet.stock_numbers p ON p.bicycle_id = $2 AND p.full_number = $10"};

constexpr postgres::Statement release{
    "stock_numbers.release",
    "UPDATE fleet.stock_numbers SET released_by = $2, released_at = greatest($3, assigned_at), release_reason = $4 "
    "WHERE bicycle_id = $1 AND released_at IS NULL"};

constexpr postgres::Statement reopen{
    "stock_numbers.reopen",
    "UPDATE fleet.stock_numbers SET released_by = NULL, released_at = NULL, release_reason = NULL "
    "WHERE bicycle_id = $1 AND full_number = $2"};

rpc::Result<v1::StockNumber> read_found(const postgres::Rows& rows) {
    if (rows.empty()) {
        return rpc::not_found("There is no such stock number.");
    }
    const auto row = rows.front();
    v1::StockNumber found;
    found.set_number(row.get<std::string>("full_number"));
    found.set_bicycle_id(row.get<std::string>("bicycle_id"));
    sql::assign(*found.mutable_assigned_at(), row.get<sql::WallTime>("assigned_at"));
    const auto released = row.get<std::optional<sql::WallTime>>("released_at");
    found.set_is_current(!released);
    if (released) {
        sql::assign(*found.mutable_released_at(), *released);
    }
    return found;
}

std::optional<std::int32_t> read_drawn(const postgres::Rows& rows) {
    return rows.empty() ? std::nullopt : std::optional(rows.front().get<std::int32_t>(0));
}

}  // namespace

void warn_if_low(commands::CommandContext& command, const Place& place, std::int32_t from, std::int32_t to,
                 std::int32_t max) {
    if (passes_low_mark(from, to, max)) {
        commands::Event event;
        event.event_type = "stock_number.low";
        event.entity_type = "branch";
        event.entity_id = place.branch_id;
        event.payload = {{"branch_code", place.branch_code}, {"last_number", to}, {"max", max}};
        command.emit(std::move(event));
    }
}

Draw add_draw(sql::RoundTrip& trip, const commands::CommandContext& command, const Place& place, std::int32_t max) {
    const postgres::Params params(place.branch_id, max, command.now());
    return Draw{trip.add<std::optional<std::int32_t>>(draw_number, params, &read_drawn), place, max};
}

rpc::Result<Issued> Draw::read(const sql::RoundTrip& trip) const {
    const auto drawn = trip[counter];
    if (!drawn) {
        return rpc::Error("STOCK_NUMBER_EXHAUSTED");
    }
    Issued issued;
    issued.running = *drawn;
    issued.full_number = full_number(place.company_code, place.branch_code, issued.running);
    issued.max = max;
    return issued;
}

boost::asio::awaitable<rpc::Result<Issued>> draw(commands::CommandContext& command, const Place& place,
                                                 std::int32_t max) {
    sql::RoundTrip trip;
    const auto drawn = add_draw(trip, command, place, max);
    co_await command.run(trip);
    co_return trip[drawn];
}

void assign_number(commands::CommandContext& command, const Issued& issued, const Place& place,
                   const Assignment& assignment) {
    warn_if_low(command, place, issued.running - 1, issued.running, issued.max);
    command.with_commit(
        insert_number,
        postgres::Params(runtime::new_uuid().to_string(), assignment.bicycle_id, place.company_id, place.branch_id,
                         issued.running, issued.full_number, command.caller().user_id, command.now(),
                         sql::token_of(assignment.reason), assignment.previous_number, assignment.transfer_id));
}

void release_number(commands::CommandContext& command, const std::string& bicycle_id, v1::ReleaseReason reason) {
    command.with_commit(release,
                        postgres::Params(bicycle_id, command.caller().user_id, command.now(), sql::token_of(reason)));
}

void reopen_number(commands::CommandContext& command, const std::string& bicycle_id, const std::string& full_number) {
    command.with_commit(reopen, postgres::Params(bicycle_id, full_number));
}

sql::Handle<rpc::Result<v1::StockNumber>> add_find(sql::RoundTrip& trip, const std::string& number,
                                                   const access::Reach& reach) {
    static const std::string sql =
        "SELECT s.full_number, s.bicycle_id, s.assigned_at, s.released_at FROM fleet.stock_numbers s "
        "JOIN fleet.bicycles b ON b.id = s.bicycle_id WHERE s.full_number = $1 AND " +
        bikes::readable_condition(2);
    static const postgres::Statement find{"stock_numbers.find", sql.c_str()};
    postgres::Params params(number);
    sql::add_scope(params, reach);
    return trip.add<rpc::Result<v1::StockNumber>>(find, std::move(params), &read_found);
}

}  // namespace loan_manager::fleet::stock_numbers
