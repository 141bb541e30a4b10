#include "fleet/stock_numbers/repository.hpp"

#include "fleet/bikes/scope.hpp"
#include "fleet/stock_numbers/rules.hpp"
#include "fleet/values/proto_values.hpp"
#include "runtime/uuid.hpp"

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

constexpr postgres::Statement history{
    "stock_numbers.history",
    "SELECT s.id, s.full_number, s.company_id, c.code, s.branch_id, r.code, s.running_number, s.assign_reason, "
    "s.assigned_at, s.assigned_by, s.released_at, s.released_by, s.release_reason, s.previous_id, s.transfer_id "
    "FROM fleet.stock_numbers s JOIN fleet.companies c ON c.id = s.company_id "
    "JOIN fleet.branches r ON r.id = s.branch_id "
    "WHERE s.bicycle_id = $1 AND ($2::timestamptz IS NULL OR (s.assigned_at, s.id) < ($2, $3::uuid)) "
    "ORDER BY s.assigned_at DESC, s.id DESC LIMIT $4"};

constexpr postgres::Statement history_count{"stock_numbers.history_count",
                                            "SELECT count(*) FROM fleet.stock_numbers WHERE bicycle_id = $1"};

}  // namespace

void warn_if_low(commands::Unit& unit, const Place& place, std::int32_t from, std::int32_t to, std::int32_t max) {
    if (passes_low_mark(from, to, max)) {
        commands::Event event;
        event.event_type = "stock_number.low";
        event.entity_type = "branch";
        event.entity_id = place.branch_id;
        event.payload = {{"branch_code", place.branch_code}, {"last_number", to}, {"max", max}};
        unit.emit(std::move(event));
    }
}

boost::asio::awaitable<rpc::Result<Issued>> draw(commands::Unit& unit, const Place& place, std::int32_t max) {
    const postgres::Params params(place.branch_id, max, unit.now());
    const auto drawn = (co_await unit.transaction().execute(draw_number, params)).value();
    if (drawn.empty()) {
        co_return rpc::Error("STOCK_NUMBER_EXHAUSTED");
    }
    Issued issued;
    issued.running = drawn.front().get<std::int32_t>(0);
    issued.full_number = full_number(place.company_code, place.branch_code, issued.running);
    warn_if_low(unit, place, issued.running - 1, issued.running, max);
    co_return issued;
}

void assign_number(commands::Unit& unit, const Issued& issued, const Place& place, const Assignment& assignment) {
    unit.with_commit(
        insert_number,
        postgres::Params(runtime::new_uuid().to_string(), assignment.bicycle_id, place.company_id, place.branch_id,
                         issued.running, issued.full_number, unit.caller().user_id, unit.now(),
                         token_of(assignment.reason), assignment.previous_number, assignment.transfer_id));
}

void release_number(commands::Unit& unit, const std::string& bicycle_id, v1::ReleaseReason reason) {
    unit.with_commit(release, postgres::Params(bicycle_id, unit.caller().user_id, unit.now(), token_of(reason)));
}

void reopen_number(commands::Unit& unit, const std::string& bicycle_id, const std::string& full_number) {
    unit.with_commit(reopen, postgres::Params(bicycle_id, full_number));
}

rpc::Result<void> add_history(postgres::Batch& batch, const std::string& bicycle_id, const paging::PageRequest& page) {
    std::optional<WallTime> after;
    std::optional<std::string> after_id;
    if (page.cursor) {
        const auto time = paging::read_time_key(page.cursor->key);
        if (!time) {
            return time.error();
        }
        after = *time;
        after_id = page.cursor->id;
    }
    batch.add(history, postgres::Params(bicycle_id, after, after_id, page.limit + 1));
    return {};
}

void add_history_count(postgres::Batch& batch, const std::string& bicycle_id) {
    batch.add(history_count, postgres::Params(bicycle_id));
}

v1::StockHistory read_history(const postgres::Rows& rows, const paging::PageRequest& page,
                              std::optional<std::int64_t> total) {
    v1::StockHistory list;
    std::optional<paging::Cursor> last;
    for (const auto row : rows) {
        if (list.items_size() == page.limit) {
            const auto& item = list.items(list.items_size() - 1);
            const WallTime assigned = rows[list.items_size() - 1].get<WallTime>(8);
            last.emplace();
            last->key = paging::time_key(assigned);
            last->id = item.id();
            break;
        }
        auto& item = *list.add_items();
        item.set_id(row.get<std::string>(0));
        item.set_number(row.get<std::string>(1));
        item.set_company_id(row.get<std::string>(2));
        item.set_company_code(row.get<std::string>(3));
        item.set_branch_id(row.get<std::string>(4));
        item.set_branch_code(row.get<std::string>(5));
        item.set_running_number(row.get<std::int32_t>(6));
        item.set_assign_reason(enum_of<v1::AssignReason>(row.get<std::string>(7)));
        assign(*item.mutable_assigned_at(), row.get<WallTime>(8));
        item.set_assigned_by(row.get<std::string>(9));
        item.set_is_current(row.is_null(10));
        if (!item.is_current()) {
            assign(*item.mutable_released_at(), row.get<WallTime>(10));
            item.set_released_by(row.get<std::string>(11));
            item.set_release_reason(enum_of<v1::ReleaseReason>(row.get<std::string>(12)));
        }
        if (auto previous = row.get<MaybeText>(13)) {
            item.set_previous_id(*previous);
        }
        if (auto transfer = row.get<MaybeText>(14)) {
            item.set_transfer_id(*transfer);
        }
    }
    paging::finish_page(list, page, std::move(last), total);
    return list;
}

void add_find(postgres::Batch& batch, const std::string& number, const access::Reach& reach) {
    static const std::string sql =
        "SELECT s.full_number, s.bicycle_id, s.assigned_at, s.released_at FROM fleet.stock_numbers s "
        "JOIN fleet.bicycles b ON b.id = s.bicycle_id WHERE s.full_number = $1 AND " +
        bikes::readable_condition(2);
    static const postgres::Statement find{"stock_numbers.find", sql.c_str()};
    postgres::Params params(number);
    bikes::add_scope(params, reach);
    batch.add(find, std::move(params));
}

rpc::Result<v1::StockNumber> read_found(const postgres::Rows& rows) {
    if (rows.empty()) {
        return rpc::not_found("There is no such stock number.");
    }
    const auto row = rows.front();
    v1::StockNumber found;
    found.set_number(row.get<std::string>(0));
    found.set_bicycle_id(row.get<std::string>(1));
    assign(*found.mutable_assigned_at(), row.get<WallTime>(2));
    found.set_is_current(row.is_null(3));
    if (!found.is_current()) {
        assign(*found.mutable_released_at(), row.get<WallTime>(3));
    }
    return found;
}

}  // namespace loan_manager::fleet::stock_numbers
