#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <map>

#include "tools/seed/demo_bikes.hpp"
#include "tools/seed/load.hpp"

namespace loan_manager::ctl {
namespace {

namespace json = boost::json;

constexpr const char* one_at_a_time = "SELECT pg_advisory_xact_lock(hashtext('loan-managerctl seed'))";

/// The rows every statement below reads: what the generator made, with branch and buyer looked up.
constexpr const char* given =
    "WITH given AS (SELECT r.*, b.id AS branch_id, b.company_id, u.id AS buyer_id, u.username, u.roles"
    " FROM jsonb_to_recordset($1::jsonb) AS r (id uuid, stock_number_id uuid, ledger_id uuid, audit_id uuid,"
    " reserve_audit_id uuid, branch_code text, running_number integer, full_number text, procured_at timestamptz,"
    " procurement_date date, brand text, model text, year integer, purchase_price numeric, source text,"
    " bought_method text, plate text, plate_key text, frame_number text, engine_number text, mileage_km integer,"
    " color text, supplier_name text, buyer text, hand_amount numeric, settlement_amount numeric, cr_location text,"
    " caller text, ldate date, sk_flag boolean, ls_flag boolean, reserved_for text, reserved_phone text,"
    " reserved_until date)"
    " JOIN fleet.branches b ON b.code = r.branch_code JOIN auth.users u ON u.username = r.buyer) ";

constexpr const char* insert_bikes =
    "INSERT INTO fleet.bicycles (id, title, brand, model, year, license_plate, plate_key, frame_number, engine_number,"
    " mileage_km, color, status, allocation_kind, reserved_for, reserved_phone, reserved_until, company_id,"
    " current_branch_id, acquisition_company_id, acquisition_branch_id, current_stock_number, purchase_price,"
    " procurement_date, procurement_source, bought_method, bought_by, supplier_name, hand_amount, settlement_amount,"
    " cr_location, caller, ldate, sk_flag, ls_flag, purchase_total, is_demo, version, created_at, created_by, "
    "updated_at,"
    " updated_by)"
    " SELECT id, brand || ' ' || model || ' ' || year, brand, model, year, plate, plate_key, frame_number, "
    "engine_number,"
    " mileage_km, color, CASE WHEN reserved_for IS NULL THEN 'IN_STOCK' ELSE 'ALLOCATED' END,"
    " CASE WHEN reserved_for IS NOT NULL THEN 'CUSTOMER' END, reserved_for, reserved_phone, reserved_until, company_id,"
    " branch_id, company_id, branch_id, full_number, purchase_price, procurement_date, source, bought_method, buyer_id,"
    " supplier_name, hand_amount, settlement_amount, cr_location, caller, ldate, coalesce(sk_flag, false),"
    " coalesce(ls_flag, false), purchase_price, true, CASE WHEN reserved_for IS NULL THEN 1 ELSE 2 END, procured_at,"
    " buyer_id, CASE WHEN reserved_for IS NULL THEN procured_at ELSE now() END, buyer_id FROM given";

constexpr const char* insert_numbers =
    "INSERT INTO fleet.stock_numbers (id, bicycle_id, company_id, branch_id, running_number, full_number, assigned_by,"
    " assigned_at, assign_reason)"
    " SELECT stock_number_id, id, company_id, branch_id, running_number, full_number, buyer_id, procured_at, 'PURCHASE'"
    " FROM given";

constexpr const char* insert_ledger =
    "INSERT INTO fleet.cost_ledger (id, bicycle_id, branch_id, entry_type, amount, entry_date, source_table, source_id,"
    " source_version, description, created_at, created_by)"
    " SELECT ledger_id, id, branch_id, 'PURCHASE', purchase_price, procurement_date, 'bicycles', id, 1,"
    " 'Purchase ' || full_number, procured_at, buyer_id FROM given ORDER BY procured_at, id";

constexpr const char* insert_audit =
    "INSERT INTO fleet.audit_log (id, at, user_id, username, roles, action, entity_type, entity_id, entity_no, "
    "branch_id,"
    " new, request_id)"
    " SELECT audit_id, procured_at, buyer_id, username, roles, 'BIKE_PROCURED', 'bicycle', id, full_number, branch_id,"
    " jsonb_build_object('current_stock_number', full_number, 'purchase_price', to_char(purchase_price,"
    " 'FM999999999990.00'), 'status', 'IN_STOCK'), 'seed-demo' FROM given"
    " UNION ALL"
    " SELECT reserve_audit_id, now(), buyer_id, username, roles, 'BIKE_RESERVED', 'bicycle', id, full_number, "
    "branch_id,"
    " jsonb_build_object('status', 'ALLOCATED', 'reserved_for', reserved_for, 'reserved_until', reserved_until),"
    " 'seed-demo' FROM given WHERE reserved_for IS NOT NULL";

constexpr const char* insert_outbox =
    "INSERT INTO fleet.outbox (event_type, entity_type, entity_id, bicycle_id)"
    " SELECT event_type, 'bicycle', id, id FROM ("
    " SELECT 1 AS step, procured_at, id, 'bike.procured' AS event_type FROM given"
    " UNION ALL SELECT 2, procured_at, id, 'bike.reserved' FROM given WHERE reserved_for IS NOT NULL) e"
    " ORDER BY step, procured_at, id";

/// Takes the numbers the bikes of each branch need; answers each branch's last number before that.
std::map<std::string, int> take_numbers(Database& database, const std::vector<DemoBike>& bikes) {
    std::map<std::string, int> wanted;
    for (const DemoBike& bike : bikes) {
        ++wanted[bike.branch_code];
    }
    json::array rows;
    for (const auto& [code, count] : wanted) {
        rows.push_back(json::object{{"code", code}, {"bikes", count}});
    }
    std::map<std::string, int> before;
    for (const postgres::Row row : database.query(
             "UPDATE fleet.stock_counters c SET last_number = last_number + w.bikes, last_assigned_at = now()"
             " FROM jsonb_to_recordset($1::jsonb) AS w (code text, bikes integer)"
             " JOIN fleet.branches b ON b.code = w.code WHERE c.branch_id = b.id"
             " RETURNING b.code, c.last_number - w.bikes AS before",
             postgres::Params(json::serialize(rows)))) {
        before[row.get<std::string>("code")] = row.get<int>("before");
    }
    return before;
}

std::string stock_number(const DemoBike& bike, int number) {
    std::string digits = std::to_string(number);
    digits.insert(0, digits.size() < 4 ? 4 - digits.size() : 0, '0');
    return bike.company_code + "/" + bike.branch_code + "/ST/" + digits;
}

template <class T>
json::value optional_value(const std::optional<T>& value) {
    return value ? json::value(*value) : json::value(nullptr);
}

json::object row_of(const DemoBike& bike, int running_number, runtime::Date today) {
    json::object row{{"id", bike.id},
                     {"stock_number_id", bike.stock_number_id},
                     {"ledger_id", bike.ledger_id},
                     {"audit_id", bike.audit_id},
                     {"branch_code", bike.branch_code},
                     {"running_number", running_number},
                     {"full_number", stock_number(bike, running_number)},
                     {"procured_at", runtime::format_rfc3339(bike.procured_at)},
                     {"procurement_date", runtime::format_date(bike.procurement_date)},
                     {"brand", bike.brand},
                     {"model", bike.model},
                     {"year", bike.year},
                     {"purchase_price", bike.purchase_price},
                     {"source", bike.source},
                     {"bought_method", bike.bought_method},
                     {"plate", optional_value(bike.plate)},
                     {"plate_key", optional_value(bike.plate_key)},
                     {"frame_number", optional_value(bike.frame_number)},
                     {"engine_number", optional_value(bike.engine_number)},
                     {"mileage_km", bike.mileage_km},
                     {"color", bike.color},
                     {"supplier_name", bike.supplier_name},
                     {"buyer", branch_username(bike.branch_code, bike.buyer)}};
    if (bike.marks) {
        row["hand_amount"] = bike.marks->hand_amount;
        row["settlement_amount"] = bike.marks->settlement_amount;
        row["cr_location"] = bike.marks->cr_location;
        row["caller"] = bike.marks->caller;
        row["ldate"] = runtime::format_date(bike.marks->ldate);
        row["sk_flag"] = bike.marks->sk_flag;
        row["ls_flag"] = bike.marks->ls_flag;
    }
    if (bike.reservation) {
        const auto until = std::chrono::sys_days(today) + std::chrono::days(bike.reservation->days);
        row["reserve_audit_id"] = bike.reserve_audit_id;
        row["reserved_for"] = bike.reservation->name;
        row["reserved_phone"] = bike.reservation->phone;
        row["reserved_until"] = runtime::format_date(runtime::Date(until));
    }
    return row;
}

}  // namespace

int load_demo_bikes(Database& database, runtime::Date today) {
    DemoBikeOptions options;
    options.last_day = runtime::Date(std::chrono::sys_days(today) - std::chrono::days(1));
    const std::vector<DemoBike> bikes = generate_demo_bikes(options);

    Transaction transaction(database);
    static_cast<void>(database.query(one_at_a_time));
    if (!database.query("SELECT FROM fleet.bicycles WHERE is_demo LIMIT 1").empty()) {
        return 0;
    }
    const std::map<std::string, int> before = take_numbers(database, bikes);
    json::array rows;
    for (const DemoBike& bike : bikes) {
        rows.push_back(row_of(bike, before.at(bike.branch_code) + bike.place_in_branch, today));
    }
    const postgres::Params params(json::serialize(rows));
    for (const char* insert : {insert_bikes, insert_numbers, insert_ledger, insert_audit, insert_outbox}) {
        const postgres::Rows done = database.query(std::string(given) + insert, params);
        if (done.affected() < static_cast<std::int64_t>(bikes.size())) {
            throw Failure(exit_failed, "branches or demo users are missing; the demo bikes were not loaded");
        }
    }
    static_cast<void>(database.query("SELECT pg_notify('fleet_changes', 'bike.procured')"));
    transaction.commit();
    return static_cast<int>(bikes.size());
}

}  // namespace loan_manager::ctl
