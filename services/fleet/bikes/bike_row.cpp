#include "fleet/bikes/bike_row.hpp"

namespace loan_manager::fleet::bikes {
namespace {

// Codes come from sub-selects on the primary key rather than from joins: a list plans in half the time.
constexpr const char* open_transfer_destination =
    "(SELECT ARRAY[d.id::text, d.company_id::text] FROM fleet.transfers t "
    "JOIN fleet.branches d ON d.id = t.to_branch_id "
    "WHERE t.bicycle_id = b.id AND t.status IN ('PENDING', 'APPROVED', 'IN_TRANSIT')) AS destination";

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
        .unaudited = {"purchase_total", "expense_total", "repair_total", "transfer_total", "after_sale_total"}});
    return table;
}

const std::string& bike_columns() {
    static const std::string columns = bike_table().columns() + ", " + open_transfer_destination;
    return columns;
}

v1::Bike read_bike(const postgres::Row& row, const access::Reach& costs) {
    v1::Bike bike = bike_table().read(row);
    bool visible = costs.covers(bike.current_branch_id(), bike.company_id());
    if (const auto destination = row.get<std::optional<std::vector<std::string>>>("destination")) {
        visible = visible || costs.covers(destination->at(0), destination->at(1));
    }
    if (!visible) {
        hide_costs(bike);
    }
    return bike;
}

void hide_costs_from(const access::Identity& caller, v1::Bike& bike) {
    const auto costs = access::reach(caller, access::Permission::costs_read);
    if (!costs.covers(bike.current_branch_id(), bike.company_id())) {
        hide_costs(bike);
    }
}

void hide_costs(v1::Bike& bike) {
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

}  // namespace loan_manager::fleet::bikes
