#include "fleet/bikes/rows.hpp"

#include "commands/admit.hpp"
#include "commands/stamp.hpp"
#include "fleet/bikes/rules.hpp"
#include "fleet/bikes/scope.hpp"
#include "sql/proto_values.hpp"

namespace loan_manager::fleet::bikes {
namespace {

// Codes come from sub-selects on the primary key rather than from joins: a list plans in half the time.
constexpr const char* open_transfer_destination =
    "(SELECT ARRAY[d.id::text, d.company_id::text] FROM fleet.transfers t "
    "JOIN fleet.branches d ON d.id = t.to_branch_id "
    "WHERE t.bicycle_id = b.id AND t.status IN ('PENDING', 'APPROVED', 'IN_TRANSIT')) AS destination";

constexpr postgres::Statement active_user{"bikes.active_user",
                                          "SELECT EXISTS (SELECT FROM auth.users WHERE id = $1 AND is_active)"};

commands::Change change_of(const char* action, const v1::Bike& bike, const std::string& known_by,
                           sql::Difference difference) {
    auto change = commands::change_of(action, "bicycle", bike.id(), std::move(difference));
    change.entity_no = known_by;
    change.branch_id = bike.current_branch_id();
    change.bicycle_id = bike.id();
    return change;
}

rpc::Result<StoredBike> read_found(const postgres::Rows& rows) {
    if (rows.empty()) {
        return no_such_bike();
    }
    return read_bike(rows.front());
}

std::optional<rpc::Error> read_duplicates(const postgres::Rows& rows) {
    if (rows.empty()) {
        return std::nullopt;
    }
    std::vector<Twin> twins;
    for (const auto row : rows) {
        twins.push_back(
            {row.get<std::string>("field"), row.get<std::string>("bicycle_id"), row.get<std::string>("stock_number")});
    }
    return duplicate(twins);
}

}  // namespace

const sql::TableOf<v1::Bike>& bike_table() {
    static const sql::TableOf<v1::Bike> table(sql::Layout{
        .table = "fleet.bicycles",
        .alias = "b",
        .computed = {{"company_code", "(SELECT c.code FROM fleet.companies c WHERE c.id = b.company_id)"},
                     {"current_branch_code", "(SELECT r.code FROM fleet.branches r WHERE r.id = b.current_branch_id)"},
                     {"acquisition_company_code",
                      "(SELECT c.code FROM fleet.companies c WHERE c.id = b.acquisition_company_id)"},
                     {"acquisition_branch_code",
                      "(SELECT r.code FROM fleet.branches r WHERE r.id = b.acquisition_branch_id)"},
                     {"payment_branch_code", "(SELECT r.code FROM fleet.branches r WHERE r.id = b.payment_branch_id)"}},
        .generated = {"total_cost"},
        .absent = {"costs_hidden"},
        .unaudited = {"plate_key", "plate_unusual", "purchase_total", "expense_total", "repair_total", "transfer_total",
                      "after_sale_total"}});
    return table;
}

const std::string& bike_columns() {
    static const std::string columns = bike_table().columns() + ", " + open_transfer_destination;
    return columns;
}

StoredBike read_bike(const postgres::Row& row) {
    StoredBike stored;
    stored.bike = bike_table().read(row);
    if (const auto ends = row.get<std::optional<std::vector<std::string>>>("destination")) {
        stored.destination.emplace();
        stored.destination->branch_id = ends->at(0);
        stored.destination->company_id = ends->at(1);
    }
    return stored;
}

v1::Bike visible_to(const access::Identity& caller, StoredBike stored) {
    const auto costs = access::reach(caller, access::Permission::costs_read);
    const auto& destination = stored.destination;
    const bool on_its_way = destination && costs.covers(destination->branch_id, destination->company_id);
    return on_its_way ? std::move(stored.bike) : visible_to(caller, std::move(stored.bike));
}

v1::Bike visible_to(const access::Identity& caller, v1::Bike bike) {
    const auto costs = access::reach(caller, access::Permission::costs_read);
    if (!costs.covers(bike.current_branch_id(), bike.company_id())) {
        bike.clear_purchase_price();
        bike.clear_hand_amount();
        bike.clear_settlement_amount();
        bike.clear_purchase_total();
        bike.clear_expense_total();
        bike.clear_repair_total();
        bike.clear_transfer_total();
        bike.clear_total_cost();
        bike.clear_after_sale_total();
        bike.set_costs_hidden(true);
    }
    return bike;
}

rpc::Error no_such_bike() { return rpc::not_found("There is no such bike."); }

sql::Handle<rpc::Result<StoredBike>> add_find(sql::RoundTrip& trip, const std::string& id,
                                              const access::Reach& readable) {
    static const std::string sql =
        "SELECT " + bike_columns() + " FROM fleet.bicycles b WHERE b.id = $1 AND " + readable_condition(2);
    static const postgres::Statement find{"bikes.find", sql.c_str()};
    postgres::Params params(id);
    sql::add_scope(params, readable);
    return trip.add<rpc::Result<StoredBike>>(find, std::move(params), &read_found);
}

sql::Parent parent(const std::string& id, const access::Reach& readable) {
    static const std::string sql = "SELECT 1 FROM fleet.bicycles b WHERE b.id = $1 AND " + readable_condition(2);
    static const postgres::Statement find{"bikes.is_readable", sql.c_str()};
    sql::Parent bike{find, postgres::Params(id), no_such_bike()};
    sql::add_scope(bike.params, readable);
    return bike;
}

rpc::Result<Locked> admit(const commands::CommandContext& command, sql::Handle<rpc::Result<Locked>> lock) {
    return commands::admit(
        command, command[lock], [](const Locked& found) { return found.covered; },
        [](const Locked& found) { return found.bike.version(); });
}

sql::Handle<std::vector<std::string>> add_expired_reservations(sql::RoundTrip& trip, runtime::Date today,
                                                               const std::string& after, std::size_t limit) {
    static constexpr postgres::Statement expired{
        "bikes.expired_reservations",
        // Reserved bikes are few; without the fence the planner may walk all ids instead.
        "WITH due AS MATERIALIZED (SELECT b.id FROM fleet.bicycles b WHERE b.allocation_kind = 'CUSTOMER' "
        "AND b.reserved_until < $1) SELECT d.id FROM due d WHERE d.id > $2 ORDER BY d.id LIMIT $3"};
    const postgres::Params params(runtime::format_date(today), after, static_cast<std::int64_t>(limit));
    return trip.add<std::vector<std::string>>(expired, params, [](const postgres::Rows& rows) {
        std::vector<std::string> ids;
        for (const auto row : rows) {
            ids.push_back(row.get<std::string>(0));
        }
        return ids;
    });
}

sql::Handle<bool> add_is_active_user(sql::RoundTrip& trip, const std::string& id) {
    return trip.add<bool>(active_user, postgres::Params(id), &sql::one_value<bool>);
}

sql::Handle<std::optional<rpc::Error>> add_duplicates(sql::RoundTrip& trip, const v1::Bike& bike,
                                                      const access::Identity& caller) {
    static const std::string sql =
        "SELECT d.field, CASE WHEN d.readable THEN d.id::text ELSE '' END AS bicycle_id, "
        "CASE WHEN d.readable THEN d.current_stock_number ELSE '' END AS stock_number "
        "FROM (SELECT k.place, k.field, b.id, b.current_stock_number, " +
        readable_condition(5) +
        " AS readable FROM fleet.bicycles b CROSS JOIN LATERAL (VALUES (1, 'license_plate', b.plate_key = $2), "
        "(2, 'frame_number', b.frame_number = $3), (3, 'engine_number', b.engine_number = $4)) k (place, field, same) "
        "WHERE b.status NOT IN ('SOLD', 'WRITTEN_OFF') "
        "AND (b.plate_key = $2 OR b.frame_number = $3 OR b.engine_number = $4) AND b.id <> $1 AND k.same) d "
        "ORDER BY d.place";
    static const postgres::Statement duplicates{"bikes.duplicates", sql.c_str()};
    postgres::Params params(bike.id().empty() ? commands::no_id : bike.id(), LM_MAYBE(bike, plate_key),
                            LM_MAYBE(bike, frame_number), LM_MAYBE(bike, engine_number));
    sql::add_scope(params, access::reach(caller, access::Permission::bikes_read));
    return trip.add<std::optional<rpc::Error>>(duplicates, std::move(params), &read_duplicates);
}

sql::Handle<std::optional<rpc::Error>> add_duplicates(commands::CommandContext& command, v1::Bike bike) {
    if (command.has_issue("license_plate")) {
        bike.clear_plate_key();
    }
    if (command.has_issue("frame_number")) {
        bike.clear_frame_number();
    }
    if (command.has_issue("engine_number")) {
        bike.clear_engine_number();
    }
    return add_duplicates(command.reads(), bike, command.caller());
}

void insert(commands::CommandContext& command, v1::Bike& bike) { commands::insert(command, bike_table(), bike); }

void save(commands::CommandContext& command, v1::Bike& bike) { commands::save(command, bike_table(), bike); }

void record_new(commands::CommandContext& command, const v1::Bike& bike) {
    auto change = change_of("BIKE_PROCURED", bike, bike.current_stock_number(), bike_table().created(bike));
    change.payload = {{"branch_id", bike.current_branch_id()}, {"stock_number", bike.current_stock_number()}};
    command.record(std::move(change));
}

void record(commands::CommandContext& command, const char* action, const v1::Bike& before, const v1::Bike& after,
            const std::string& reason) {
    auto change = change_of(action, after, before.current_stock_number(), bike_table().compare(before, after));
    change.reason = reason;
    command.record(std::move(change));
}

}  // namespace loan_manager::fleet::bikes
