#include "fleet/commissions/rows.hpp"

#include "commands/stamp.hpp"
#include "sql/proto_values.hpp"

namespace loan_manager::fleet::commissions {
namespace {

constexpr postgres::Statement lock_sale{
    "commissions.lock_sale",
    "SELECT s.id, s.bicycle_id, s.invoice_no, s.sale_date, s.status FROM fleet.sales s "
    "WHERE s.id = (SELECT c.sale_id FROM fleet.commissions c WHERE c.id = $1) FOR SHARE OF s"};

// All completed stock jobs of a bike under lock lie before its sale; comparing clocks would only add doubt.
constexpr postgres::Statement last_garage{
    "commissions.garage",
    "SELECT j.branch_id, r.code FROM fleet.repair_jobs j JOIN fleet.branches r ON r.id = j.branch_id "
    "WHERE j.bicycle_id = $1 AND j.status = 'COMPLETED' AND j.category IN ('PRE_SALE_PREP', 'MAINTENANCE') "
    "ORDER BY j.completed_at DESC, j.id DESC LIMIT 1"};

std::string select_where(const char* condition) {
    return "SELECT " + commission_columns() + " FROM fleet.commissions c WHERE " + condition;
}

rpc::Result<StoredCommission> read_found(const postgres::Rows& rows) {
    if (rows.empty()) {
        return no_such_commission();
    }
    return read_commission(rows.front());
}

SaleRef read_sale(const postgres::Rows& rows) {
    SaleRef sale;
    if (!rows.empty()) {
        const auto row = rows.front();
        sale.id = row.get<std::string>("id");
        sale.bicycle_id = row.get<std::string>("bicycle_id");
        sale.invoice_no = row.get<std::string>("invoice_no");
        sale.sale_date = row.get<std::string>("sale_date");
        sale.status = sql::enum_of<v1::SaleStatus>(row.get<std::string>("status"));
    }
    return sale;
}

std::optional<PayeeBranch> read_garage(const postgres::Rows& rows) {
    if (rows.empty()) {
        return std::nullopt;
    }
    PayeeBranch garage;
    garage.id = rows.front().get<std::string>("branch_id");
    garage.code = rows.front().get<std::string>("code");
    return garage;
}

std::vector<StoredCommission> read_all(const postgres::Rows& rows) {
    std::vector<StoredCommission> all;
    for (const auto row : rows) {
        all.push_back(read_commission(row));
    }
    return all;
}

commands::Change change_of(const char* action, const SaleRef& sale, const v1::Commission& commission,
                           const std::string& reason, sql::Difference difference) {
    auto change = commands::change_of(action, "commission", commission.id(), std::move(difference));
    change.entity_no = sale.invoice_no;
    change.branch_id = commission.branch_id();
    change.bicycle_id = sale.bicycle_id;
    change.reason = reason;
    change.payload = {{"sale_id", sale.id}, {"kind", sql::token_of(commission.kind())}};
    return change;
}

}  // namespace

const sql::TableOf<v1::Commission>& commission_table() {
    static const sql::TableOf<v1::Commission> table(
        sql::Layout{.table = "fleet.commissions",
                    .alias = "c",
                    .computed = {{"branch_code", "(SELECT r.code FROM fleet.branches r WHERE r.id = c.branch_id)"}},
                    .converted = {{"period_month", "to_char(c.period_month, 'YYYY-MM')", "to_date($, 'YYYY-MM')"}},
                    .absent = {"costs_hidden"}});
    return table;
}

const std::string& commission_columns() {
    static const std::string columns =
        commission_table().columns() +
        ", (SELECT r.company_id FROM fleet.branches r WHERE r.id = c.branch_id) AS company_id";
    return columns;
}

StoredCommission read_commission(const postgres::Row& row) {
    StoredCommission stored;
    stored.commission = commission_table().read(row);
    stored.company_id = row.get<std::string>("company_id");
    return stored;
}

v1::Commission visible_to(const access::Identity& caller, StoredCommission stored) {
    if (!stored.covered_by(access::reach(caller, access::Permission::costs_read))) {
        stored.commission.clear_base_amount();
        stored.commission.clear_pool_amount();
        stored.commission.set_costs_hidden(true);
    }
    return std::move(stored.commission);
}

rpc::Error no_such_commission() { return rpc::not_found("There is no such commission."); }

sql::Handle<rpc::Result<StoredCommission>> add_find(sql::RoundTrip& trip, const std::string& id) {
    static const std::string sql = select_where("c.id = $1");
    static const postgres::Statement find{"commissions.find", sql.c_str()};
    return trip.add<rpc::Result<StoredCommission>>(find, postgres::Params(id), &read_found);
}

Lock add_lock(sql::RoundTrip& trip, const std::string& id) {
    static const std::string sql = select_where("c.id = $1 FOR UPDATE OF c");
    static const postgres::Statement lock{"commissions.lock", sql.c_str()};
    const auto sale = trip.add<SaleRef>(lock_sale, postgres::Params(id), &read_sale);
    return Lock{sale, trip.add<rpc::Result<StoredCommission>>(lock, postgres::Params(id), &read_found)};
}

rpc::Result<Locked> Lock::read(const sql::RoundTrip& trip) const {
    auto found = trip[commission];
    if (!found) {
        return std::move(found).error();
    }
    Locked locked;
    static_cast<StoredCommission&>(locked) = std::move(*found);
    locked.sale = trip[sale];
    return locked;
}

sql::Handle<std::vector<StoredCommission>> add_lock_all(sql::RoundTrip& trip, const std::string& sale_id) {
    static const std::string sql = select_where("c.sale_id = $1 ORDER BY c.id FOR UPDATE OF c");
    static const postgres::Statement lock{"commissions.lock_all", sql.c_str()};
    return trip.add<std::vector<StoredCommission>>(lock, postgres::Params(sale_id), &read_all);
}

sql::Handle<std::optional<PayeeBranch>> add_last_garage(sql::RoundTrip& trip, const std::string& bicycle_id) {
    return trip.add<std::optional<PayeeBranch>>(last_garage, postgres::Params(bicycle_id), &read_garage);
}

void insert(commands::CommandContext& command, v1::Commission& commission) {
    commands::insert(command, commission_table(), commission);
}

void save(commands::CommandContext& command, v1::Commission& commission) {
    commands::save(command, commission_table(), commission);
}

void record_new(commands::CommandContext& command, const SaleRef& sale, const v1::Commission& commission,
                const std::string& reason) {
    command.record(change_of("COMMISSION_CREATED", sale, commission, reason, commission_table().created(commission)));
}

void record(commands::CommandContext& command, const char* action, const SaleRef& sale, const v1::Commission& before,
            const v1::Commission& after, const std::string& reason) {
    command.record(change_of(action, sale, after, reason, commission_table().compare(before, after)));
}

}  // namespace loan_manager::fleet::commissions
