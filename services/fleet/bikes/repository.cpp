#include "fleet/bikes/repository.hpp"

#include <array>

#include "commands/stamp.hpp"
#include "fleet/bikes/bike_row.hpp"
#include "fleet/bikes/rules.hpp"
#include "fleet/bikes/scope.hpp"
#include "fleet/values/proto_values.hpp"

namespace loan_manager::fleet::bikes {
namespace {

constexpr postgres::Statement active_user{"bikes.active_user", "SELECT 1 FROM auth.users WHERE id = $1 AND is_active"};

constexpr postgres::Statement insert_bike{
    "bikes.insert",
    "INSERT INTO fleet.bicycles (id, title, brand, model, year, condition, business_model, license_plate, plate_key, "
    "plate_unusual, frame_number, engine_number, mileage_km, color, description, status, company_id, "
    "current_branch_id, "
    "acquisition_company_id, acquisition_branch_id, current_stock_number, purchase_price, asking_price, "
    "procurement_date, procurement_source, bought_method, bought_method_note, bought_by, supplier_name, "
    "supplier_contact, supplier_address, procurement_payment_method, procurement_invoice_no, procurement_notes, "
    "hand_amount, settlement_amount, payment_branch_id, cr_location, first_od, caller, ldate, sk_flag, ls_flag, "
    "house_use, purchase_total, created_at, created_by, updated_at, updated_by, trade_in_sale_id) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $17, $18, $19, $20, $21, "
    "$22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $20, "
    "$43, $44, $43, $44, $45)"};

constexpr postgres::Statement update_bike{
    "bikes.update_facts",
    "UPDATE fleet.bicycles SET title = $2, brand = $3, model = $4, year = $5, condition = $6, license_plate = $7, "
    "plate_key = $8, plate_unusual = $9, frame_number = $10, engine_number = $11, mileage_km = $12, color = $13, "
    "description = $14, asking_price = $15, purchase_price = $16, purchase_total = $16, bought_method = $17, "
    "bought_method_note = $18, bought_by = $19, supplier_name = $20, supplier_contact = $21, supplier_address = $22, "
    "procurement_payment_method = $23, procurement_invoice_no = $24, procurement_notes = $25, hand_amount = $26, "
    "settlement_amount = $27, payment_branch_id = $28, cr_location = $29, first_od = $30, caller = $31, ldate = $32, "
    "sk_flag = $33, ls_flag = $34, house_use = $35, version = $36, updated_at = $37, updated_by = $38 WHERE id = $1"};

constexpr postgres::Statement expired_reservations{
    "bikes.expired_reservations",
    // Reserved bikes are few; without the fence the planner may walk all ids instead.
    "WITH due AS MATERIALIZED (SELECT b.id FROM fleet.bicycles b WHERE b.allocation_kind = 'CUSTOMER' "
    "AND b.reserved_until < $1) SELECT d.id FROM due d WHERE d.id > $2 ORDER BY d.id LIMIT $3"};

constexpr postgres::Statement update_state{
    "bikes.update_state",
    "UPDATE fleet.bicycles SET status = $2, allocation_kind = $3, status_before = $4, reserved_for = $5, "
    "reserved_phone = $6, reserved_until = $7, company_id = $8, current_branch_id = $9, current_stock_number = $10, "
    "sale_id = $11, purchase_total = $12, expense_total = $13, repair_total = $14, transfer_total = $15, "
    "after_sale_total = $16, write_off_requested_by = $17, write_off_requested_at = $18, "
    "write_off_requested_kind = $19, write_off_requested_reason = $20, written_off_by = $21, written_off_at = $22, "
    "write_off_kind = $23, write_off_reason = $24, version = $25, updated_at = $26, updated_by = $27 WHERE id = $1"};

// Constraint → the field a client knows.
struct IdentityIndex {
    std::string_view constraint;
    std::string_view field;
};
constexpr std::array identity_indexes{
    IdentityIndex{"bicycles_live_plate_key", "license_plate"},
    IdentityIndex{"bicycles_live_frame_key", "frame_number"},
    IdentityIndex{"bicycles_live_engine_key", "engine_number"},
};

// The facts that come in the same order in both statements.
void add_purchase_facts(postgres::Params& params, const v1::Bike& bike) {
    params.add(LM_MAYBE_TOKEN(bike, bought_method));
    params.add(LM_MAYBE(bike, bought_method_note));
    params.add(LM_MAYBE(bike, bought_by));
    params.add(LM_MAYBE(bike, supplier_name));
    params.add(LM_MAYBE(bike, supplier_contact));
    params.add(LM_MAYBE(bike, supplier_address));
    params.add(LM_MAYBE(bike, procurement_payment_method));
    params.add(LM_MAYBE(bike, procurement_invoice_no));
    params.add(LM_MAYBE(bike, procurement_notes));
    params.add(LM_MAYBE(bike, hand_amount));
    params.add(LM_MAYBE(bike, settlement_amount));
    params.add(LM_MAYBE(bike, payment_branch_id));
    params.add(LM_MAYBE(bike, cr_location));
    params.add(LM_MAYBE(bike, first_od));
    params.add(LM_MAYBE(bike, caller));
    params.add(LM_MAYBE(bike, ldate));
    params.add(bike.sk_flag());
    params.add(bike.ls_flag());
    params.add(bike.house_use());
}

void add_identity_and_looks(postgres::Params& params, const v1::Bike& bike) {
    params.add(LM_MAYBE(bike, license_plate));
    params.add(LM_MAYBE(bike, plate_key));
    params.add(bike.plate_unusual());
    params.add(LM_MAYBE(bike, frame_number));
    params.add(LM_MAYBE(bike, engine_number));
    params.add(LM_MAYBE(bike, mileage_km));
    params.add(LM_MAYBE(bike, color));
    params.add(LM_MAYBE(bike, description));
}

}  // namespace

void add_find(postgres::Batch& batch, const std::string& id, const access::Reach& readable) {
    static const std::string sql =
        "SELECT " + bike_columns() + " FROM fleet.bicycles b WHERE b.id = $1 AND " + readable_condition(2);
    static const postgres::Statement find{"bikes.find", sql.c_str()};
    postgres::Params params(id);
    add_scope(params, readable);
    batch.add(find, std::move(params));
}

void add_is_readable(postgres::Batch& batch, const std::string& id, const access::Reach& readable) {
    static const std::string sql = "SELECT 1 FROM fleet.bicycles b WHERE b.id = $1 AND " + readable_condition(2);
    static const postgres::Statement find{"bikes.is_readable", sql.c_str()};
    postgres::Params params(id);
    add_scope(params, readable);
    batch.add(find, std::move(params));
}

sql::Handle<const postgres::Rows&> add_is_readable(sql::RoundTrip& trip, const std::string& id,
                                                   const access::Reach& readable) {
    static const std::string sql = "SELECT 1 FROM fleet.bicycles b WHERE b.id = $1 AND " + readable_condition(2);
    static const postgres::Statement find{"bikes.is_readable", sql.c_str()};
    postgres::Params params(id);
    add_scope(params, readable);
    return trip.add(find, std::move(params));
}

void add_expired_reservations(postgres::Batch& batch, runtime::Date today, const std::string& after,
                              std::size_t limit) {
    batch.add(expired_reservations,
              postgres::Params(runtime::format_date(today), after, static_cast<std::int64_t>(limit)));
}

std::vector<std::string> read_expired_reservations(const postgres::Rows& rows) {
    std::vector<std::string> ids;
    for (const auto row : rows) {
        ids.push_back(row.get<std::string>(0));
    }
    return ids;
}

// The branch first, by itself: joined to its company in the locking query, a row that another transaction meanwhile
// moved to the other company would be compared with the company it had, and be gone.
std::string select_held_branch(const std::string& from) {
    return "WITH r AS MATERIALIZED (SELECT r.id, r.code, r.company_id, r.is_active, r.is_repair_center FROM " + from +
           " FOR SHARE OF r) SELECT c.id, c.code, r.id, r.code, r.is_active AND c.is_active, r.is_repair_center "
           "FROM r JOIN fleet.companies c ON c.id = r.company_id FOR KEY SHARE OF c";
}

void add_branch(postgres::Batch& batch, const std::string& id_or_code) {
    static const std::string sql = select_held_branch("fleet.branches r WHERE r.code = $1 OR r.id::text = $1");
    static const postgres::Statement branch_by_id_or_code{"bikes.branch", sql.c_str()};
    batch.add(branch_by_id_or_code, postgres::Params(id_or_code));
}

sql::Handle<std::optional<BranchRow>> add_branch(sql::RoundTrip& trip, const std::string& id_or_code) {
    static const std::string sql = select_held_branch("fleet.branches r WHERE r.code = $1 OR r.id::text = $1");
    static const postgres::Statement branch_by_id_or_code{"bikes.branch", sql.c_str()};
    return trip.add<std::optional<BranchRow>>(branch_by_id_or_code, postgres::Params(id_or_code), &read_branch);
}

sql::Handle<std::optional<BranchRow>> add_branch_of(sql::RoundTrip& trip, const std::string& bicycle_id) {
    static const std::string sql = select_held_branch(
        "fleet.branches r WHERE r.id = (SELECT b.current_branch_id FROM fleet.bicycles b WHERE b.id = $1)");
    static const postgres::Statement branch_of_bike{"bikes.branch_of", sql.c_str()};
    return trip.add<std::optional<BranchRow>>(branch_of_bike, postgres::Params(bicycle_id), &read_branch);
}

std::optional<BranchRow> read_branch(const postgres::Rows& rows) {
    if (rows.empty()) {
        return std::nullopt;
    }
    const auto row = rows.front();
    BranchRow branch;
    branch.place.company_id = row.get<std::string>(0);
    branch.place.company_code = row.get<std::string>(1);
    branch.place.branch_id = row.get<std::string>(2);
    branch.place.branch_code = row.get<std::string>(3);
    branch.is_active = row.get<bool>(4);
    branch.is_repair_center = row.get<bool>(5);
    return branch;
}

void add_active_user(postgres::Batch& batch, const std::string& id) { batch.add(active_user, postgres::Params(id)); }

namespace {

const postgres::Statement& duplicates_statement() {
    static const std::string sql =
        "SELECT d.field, CASE WHEN d.readable THEN d.id::text ELSE '' END, "
        "CASE WHEN d.readable THEN d.current_stock_number ELSE '' END "
        "FROM (SELECT k.place, k.field, b.id, b.current_stock_number, " +
        readable_condition(5) +
        " AS readable FROM fleet.bicycles b CROSS JOIN LATERAL (VALUES (1, 'license_plate', b.plate_key = $2), "
        "(2, 'frame_number', b.frame_number = $3), (3, 'engine_number', b.engine_number = $4)) k (place, field, same) "
        "WHERE b.status NOT IN ('SOLD', 'WRITTEN_OFF') "
        "AND (b.plate_key = $2 OR b.frame_number = $3 OR b.engine_number = $4) AND b.id <> $1 AND k.same) d "
        "ORDER BY d.place";
    static const postgres::Statement statement{"bikes.duplicates", sql.c_str()};
    return statement;
}

postgres::Params duplicates_params(const v1::Bike& bike, const access::Identity& caller) {
    postgres::Params params(bike.id().empty() ? commands::no_id : bike.id(), LM_MAYBE(bike, plate_key),
                            LM_MAYBE(bike, frame_number), LM_MAYBE(bike, engine_number));
    add_scope(params, access::reach(caller, access::Permission::bikes_read));
    return params;
}

}  // namespace

void add_duplicates(postgres::Batch& batch, const v1::Bike& bike, const access::Identity& caller) {
    batch.add(duplicates_statement(), duplicates_params(bike, caller));
}

sql::Handle<std::optional<rpc::Error>> add_duplicates(sql::RoundTrip& trip, const v1::Bike& bike,
                                                      const access::Identity& caller) {
    return trip.add<std::optional<rpc::Error>>(duplicates_statement(), duplicates_params(bike, caller),
                                               &read_duplicate);
}

void forget_unsound_identity(const commands::Unit& unit, v1::Bike& bike) {
    if (unit.has_issue("license_plate")) {
        bike.clear_plate_key();
    }
    if (unit.has_issue("frame_number")) {
        bike.clear_frame_number();
    }
    if (unit.has_issue("engine_number")) {
        bike.clear_engine_number();
    }
}

std::optional<rpc::Error> read_duplicate(const postgres::Rows& rows) {
    if (rows.empty()) {
        return std::nullopt;
    }
    std::vector<Twin> twins;
    for (const auto row : rows) {
        twins.push_back({row.get<std::string>(0), row.get<std::string>(1), row.get<std::string>(2)});
    }
    return duplicate(twins);
}

void insert(commands::Unit& unit, const v1::Bike& bike) {
    postgres::Params params(bike.id(), bike.title(), bike.brand(), bike.model(), bike.year(),
                            token_of(bike.condition()), token_of(bike.business_model()));
    add_identity_and_looks(params, bike);
    params.add(token_of(bike.status()));
    params.add(bike.company_id());
    params.add(bike.current_branch_id());
    params.add(bike.current_stock_number());
    params.add(bike.purchase_price());
    params.add(LM_MAYBE(bike, asking_price));
    params.add(bike.procurement_date());
    params.add(token_of(bike.procurement_source()));
    add_purchase_facts(params, bike);
    params.add(unit.now());
    params.add(unit.caller().user_id);
    params.add(LM_MAYBE(bike, trade_in_sale_id));
    unit.with_commit(insert_bike, std::move(params));
}

void update_facts(commands::Unit& unit, const v1::Bike& bike) {
    postgres::Params params(bike.id(), bike.title(), bike.brand(), bike.model(), bike.year(),
                            token_of(bike.condition()));
    add_identity_and_looks(params, bike);
    params.add(LM_MAYBE(bike, asking_price));
    params.add(bike.purchase_price());
    add_purchase_facts(params, bike);
    params.add(bike.version());
    params.add(unit.now());
    params.add(unit.caller().user_id);
    unit.with_commit(update_bike, std::move(params));
}

void save_state(commands::Unit& unit, v1::Bike& bike) {
    bike.set_version(bike.version() + 1);
    assign(*bike.mutable_updated_at(), unit.now());
    bike.set_updated_by(unit.caller().user_id);
    unit.with_commit(
        update_state,
        postgres::Params(bike.id(), token_of(bike.status()), LM_MAYBE_TOKEN(bike, allocation_kind),
                         LM_MAYBE_TOKEN(bike, status_before), LM_MAYBE(bike, reserved_for),
                         LM_MAYBE(bike, reserved_phone), LM_MAYBE(bike, reserved_until), bike.company_id(),
                         bike.current_branch_id(), LM_MAYBE(bike, current_stock_number), LM_MAYBE(bike, sale_id),
                         bike.purchase_total(), bike.expense_total(), bike.repair_total(), bike.transfer_total(),
                         bike.after_sale_total(), LM_MAYBE(bike, write_off_requested_by),
                         maybe_time(bike.has_write_off_requested_at(), bike.write_off_requested_at()),
                         LM_MAYBE_TOKEN(bike, write_off_requested_kind), LM_MAYBE(bike, write_off_requested_reason),
                         LM_MAYBE(bike, written_off_by), maybe_time(bike.has_written_off_at(), bike.written_off_at()),
                         LM_MAYBE_TOKEN(bike, write_off_kind), LM_MAYBE(bike, write_off_reason), bike.version(),
                         unit.now(), unit.caller().user_id));
}

void save(commands::CommandContext& command, v1::Bike& bike) {
    commands::stamp_updated(command, bike);
    command.with_commit(bike_table().update(), bike_table().update_values(bike));
}

std::optional<rpc::Error> refuse(const postgres::Error& error) {
    if (error.is(postgres::sqlstate::unique_violation)) {
        for (const auto& index : identity_indexes) {
            if (error.constraint == index.constraint) {
                return duplicate({Twin{std::string(index.field), {}, {}}});
            }
        }
    }
    return std::nullopt;
}

}  // namespace loan_manager::fleet::bikes
