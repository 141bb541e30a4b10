#include "fleet/sales/rows.hpp"

#include <utility>
#include <vector>

#include "commands/stamp.hpp"
#include "fleet/bikes/rows.hpp"
#include "fleet/bikes/scope.hpp"
#include "sql/scope.hpp"

namespace loan_manager::fleet::sales {
namespace {

constexpr postgres::Statement officer{
    "sales.officer", "SELECT u.branch_scope::text[] AS branches FROM auth.users u WHERE u.id = $1 AND u.is_active"};

std::string select_by_id() { return "SELECT " + sale_table().columns() + " FROM fleet.sales s WHERE s.id = $1"; }

rpc::Result<v1::Sale> read_found(const postgres::Rows& rows) {
    if (rows.empty()) {
        return no_such_sale();
    }
    return sale_table().read(rows.front());
}

std::optional<Officer> read_officer(const postgres::Rows& rows) {
    if (rows.empty()) {
        return std::nullopt;
    }
    Officer found;
    found.branches = rows.front().get<std::vector<std::string>>("branches");
    return found;
}

rpc::Result<Offered> read_offered(const postgres::Rows& rows) {
    if (rows.empty()) {
        return bikes::no_such_bike();
    }
    Offered offered;
    offered.bike = bikes::read_bike(rows.front()).bike;
    offered.branch_is_active = rows.front().get<bool>("branch_is_active");
    return offered;
}

commands::Change change_of(const char* action, const v1::Sale& sale, sql::Difference difference) {
    auto change = commands::change_of(action, "sale", sale.id(), std::move(difference));
    change.entity_no = sale.invoice_no();
    change.branch_id = sale.selling_branch_id();
    change.bicycle_id = sale.bicycle_id();
    return change;
}

}  // namespace

// Codes come from sub-selects on the primary key rather than from joins: a list plans in half the time.
const sql::TableOf<v1::Sale>& sale_table() {
    static const sql::TableOf<v1::Sale> table(sql::Layout{
        .table = "fleet.sales",
        .alias = "s",
        .computed = {{"selling_branch_code", "(SELECT r.code FROM fleet.branches r WHERE r.id = s.selling_branch_id)"},
                     {"selling_company_code",
                      "(SELECT c.code FROM fleet.companies c WHERE c.id = s.selling_company_id)"},
                     {"after_sale_total",
                      "(SELECT b.after_sale_total FROM fleet.bicycles b WHERE b.id = s.bicycle_id)"}},
        .absent = {"costs_hidden"}});
    return table;
}

bool covered_by(const access::Reach& reach, const v1::Sale& sale) {
    return reach.covers(sale.selling_branch_id(), sale.selling_company_id());
}

v1::Sale visible_to(const access::Identity& caller, v1::Sale sale) {
    if (!covered_by(access::reach(caller, access::Permission::costs_read), sale)) {
        sale.clear_total_cost();
        sale.clear_profit();
        sale.clear_margin_pct();
        sale.clear_markup_pct();
        sale.clear_after_sale_total();
        sale.set_costs_hidden(true);
    }
    return sale;
}

rpc::Error no_such_sale() { return rpc::not_found("There is no such sale."); }

sql::Handle<rpc::Result<v1::Sale>> add_find(sql::RoundTrip& trip, const std::string& id) {
    static const std::string sql = select_by_id();
    static const postgres::Statement find{"sales.find", sql.c_str()};
    return trip.add<rpc::Result<v1::Sale>>(find, postgres::Params(id), &read_found);
}

sql::Handle<rpc::Result<v1::Sale>> add_lock(sql::RoundTrip& trip, const std::string& id) {
    static const std::string sql = select_by_id() + " FOR UPDATE OF s";
    static const postgres::Statement lock{"sales.lock", sql.c_str()};
    return trip.add<rpc::Result<v1::Sale>>(lock, postgres::Params(id), &read_found);
}

sql::Parent parent(const std::string& id, const access::Reach& readable) {
    static const std::string sql = "SELECT 1 FROM fleet.sales s WHERE s.id = $1 AND " +
                                   sql::covers_always(2, {"s.selling_branch_id", "s.selling_company_id"});
    static const postgres::Statement find{"sales.is_readable", sql.c_str()};
    sql::Parent sale{find, postgres::Params(id), no_such_sale()};
    sql::add_scope(sale.params, readable);
    return sale;
}

sql::Handle<std::optional<Officer>> add_officer(sql::RoundTrip& trip, const std::string& user_id) {
    return trip.add<std::optional<Officer>>(officer, postgres::Params(user_id), &read_officer);
}

sql::Handle<rpc::Result<Offered>> add_offered(sql::RoundTrip& trip, const std::string& bicycle_id,
                                              const access::Reach& reach) {
    static const std::string sql =
        "SELECT " + bikes::bike_columns() +
        ", (SELECT r.is_active AND c.is_active FROM fleet.branches r JOIN fleet.companies c ON c.id = r.company_id "
        "WHERE r.id = b.current_branch_id) AS branch_is_active FROM fleet.bicycles b WHERE b.id = $1 AND " +
        bikes::commandable_condition(2);
    static const postgres::Statement find{"sales.offered", sql.c_str()};
    postgres::Params params(bicycle_id);
    sql::add_scope(params, reach);
    return trip.add<rpc::Result<Offered>>(find, std::move(params), &read_offered);
}

void insert(commands::CommandContext& command, v1::Sale& sale) { commands::insert(command, sale_table(), sale); }

void save(commands::CommandContext& command, v1::Sale& sale) { commands::save(command, sale_table(), sale); }

void record_new(commands::CommandContext& command, const v1::Sale& sale) {
    command.record(change_of("SALE_RECORDED", sale, sale_table().created(sale)));
}

void record(commands::CommandContext& command, const char* action, const v1::Sale& before, const v1::Sale& after,
            const std::string& reason) {
    auto change = change_of(action, after, sale_table().compare(before, after));
    change.reason = reason;
    command.record(std::move(change));
}

commissions::SaleRef reference_to(const v1::Sale& sale) {
    commissions::SaleRef reference;
    reference.id = sale.id();
    reference.bicycle_id = sale.bicycle_id();
    reference.invoice_no = sale.invoice_no();
    reference.sale_date = sale.sale_date();
    reference.status = sale.status();
    return reference;
}

}  // namespace loan_manager::fleet::sales
