#include "fleet/bikes/bike_row.hpp"

#include "fleet/values/row_reader.hpp"

namespace loan_manager::fleet::bikes {
const std::string& bike_columns() {
    static const std::string columns =
        "b.id, b.title, b.brand, b.model, b.year, b.condition, b.business_model, b.license_plate, b.plate_key, "
        "b.plate_unusual, b.frame_number, b.engine_number, b.mileage_km, b.color, b.description, b.status, "
        "b.allocation_kind, b.status_before, b.reserved_for, b.reserved_phone, b.reserved_until::text, "
        "b.company_id, (SELECT c.code FROM fleet.companies c WHERE c.id = b.company_id), "
        "b.current_branch_id, (SELECT r.code FROM fleet.branches r WHERE r.id = b.current_branch_id), "
        "b.acquisition_company_id, (SELECT c.code FROM fleet.companies c WHERE c.id = b.acquisition_company_id), "
        "b.acquisition_branch_id, (SELECT r.code FROM fleet.branches r WHERE r.id = b.acquisition_branch_id), "
        "b.current_stock_number, b.sale_id, b.purchase_price::text, b.asking_price::text, b.procurement_date::text, "
        "b.procurement_source, b.bought_method, b.bought_method_note, b.bought_by, b.bought_by_name, b.supplier_name, "
        "b.supplier_contact, b.supplier_address, b.procurement_payment_method, b.procurement_invoice_no, "
        "b.procurement_notes, b.hand_amount::text, b.settlement_amount::text, "
        "b.payment_branch_id, (SELECT r.code FROM fleet.branches r WHERE r.id = b.payment_branch_id), "
        "b.cr_location, b.first_od, b.caller, b.ldate::text, b.sk_flag, b.ls_flag, b.house_use, "
        "b.purchase_total::text, b.expense_total::text, b.repair_total::text, b.transfer_total::text, "
        "b.total_cost::text, b.after_sale_total::text, b.trade_in_sale_id, "
        "b.write_off_requested_by, b.write_off_requested_at, b.write_off_requested_kind, b.write_off_requested_reason, "
        "b.written_off_by, b.written_off_at, b.write_off_kind, b.write_off_reason, b.is_demo, b.version, "
        "b.created_at, b.created_by, b.updated_at, b.updated_by, b.import_row_id, "
        "(SELECT ARRAY[d.id::text, d.company_id::text] FROM fleet.transfers t "
        "JOIN fleet.branches d ON d.id = t.to_branch_id "
        "WHERE t.bicycle_id = b.id AND t.status IN ('PENDING', 'APPROVED', 'IN_TRANSIT'))";
    return columns;
}

v1::Bike read_bike(const postgres::Row& row, const access::Reach& costs) {
    v1::Bike bike;
    RowReader in(row);
    bike.set_id(in.text());
    bike.set_title(in.text());
    bike.set_brand(in.text());
    bike.set_model(in.text());
    bike.set_year(in.next<std::int32_t>());
    bike.set_condition(in.token<v1::BikeCondition>());
    bike.set_business_model(in.token<v1::BusinessModel>());
    in.if_set([&](auto v) { bike.set_license_plate(std::move(v)); });
    in.if_set([&](auto v) { bike.set_plate_key(std::move(v)); });
    bike.set_plate_unusual(in.next<bool>());
    in.if_set([&](auto v) { bike.set_frame_number(std::move(v)); });
    in.if_set([&](auto v) { bike.set_engine_number(std::move(v)); });
    in.if_set<std::int32_t>([&](auto v) { bike.set_mileage_km(v); });
    in.if_set([&](auto v) { bike.set_color(std::move(v)); });
    in.if_set([&](auto v) { bike.set_description(std::move(v)); });
    bike.set_status(in.token<v1::BikeStatus>());
    in.if_token<v1::AllocationKind>([&](auto v) { bike.set_allocation_kind(v); });
    in.if_token<v1::BikeStatus>([&](auto v) { bike.set_status_before(v); });
    in.if_set([&](auto v) { bike.set_reserved_for(std::move(v)); });
    in.if_set([&](auto v) { bike.set_reserved_phone(std::move(v)); });
    in.if_set([&](auto v) { bike.set_reserved_until(std::move(v)); });
    bike.set_company_id(in.text());
    bike.set_company_code(in.text());
    bike.set_current_branch_id(in.text());
    bike.set_current_branch_code(in.text());
    bike.set_acquisition_company_id(in.text());
    bike.set_acquisition_company_code(in.text());
    bike.set_acquisition_branch_id(in.text());
    bike.set_acquisition_branch_code(in.text());
    in.if_set([&](auto v) { bike.set_current_stock_number(std::move(v)); });
    in.if_set([&](auto v) { bike.set_sale_id(std::move(v)); });
    bike.set_purchase_price(in.text());
    in.if_set([&](auto v) { bike.set_asking_price(std::move(v)); });
    bike.set_procurement_date(in.text());
    bike.set_procurement_source(in.token<v1::ProcurementSource>());
    in.if_token<v1::BoughtMethod>([&](auto v) { bike.set_bought_method(v); });
    in.if_set([&](auto v) { bike.set_bought_method_note(std::move(v)); });
    in.if_set([&](auto v) { bike.set_bought_by(std::move(v)); });
    in.if_set([&](auto v) { bike.set_bought_by_name(std::move(v)); });
    in.if_set([&](auto v) { bike.set_supplier_name(std::move(v)); });
    in.if_set([&](auto v) { bike.set_supplier_contact(std::move(v)); });
    in.if_set([&](auto v) { bike.set_supplier_address(std::move(v)); });
    in.if_set([&](auto v) { bike.set_procurement_payment_method(std::move(v)); });
    in.if_set([&](auto v) { bike.set_procurement_invoice_no(std::move(v)); });
    in.if_set([&](auto v) { bike.set_procurement_notes(std::move(v)); });
    in.if_set([&](auto v) { bike.set_hand_amount(std::move(v)); });
    in.if_set([&](auto v) { bike.set_settlement_amount(std::move(v)); });
    in.if_set([&](auto v) { bike.set_payment_branch_id(std::move(v)); });
    in.if_set([&](auto v) { bike.set_payment_branch_code(std::move(v)); });
    in.if_set([&](auto v) { bike.set_cr_location(std::move(v)); });
    in.if_set([&](auto v) { bike.set_first_od(std::move(v)); });
    in.if_set([&](auto v) { bike.set_caller(std::move(v)); });
    in.if_set([&](auto v) { bike.set_ldate(std::move(v)); });
    bike.set_sk_flag(in.next<bool>());
    bike.set_ls_flag(in.next<bool>());
    bike.set_house_use(in.next<bool>());
    bike.set_purchase_total(in.text());
    bike.set_expense_total(in.text());
    bike.set_repair_total(in.text());
    bike.set_transfer_total(in.text());
    bike.set_total_cost(in.text());
    bike.set_after_sale_total(in.text());
    in.if_set([&](auto v) { bike.set_trade_in_sale_id(std::move(v)); });
    in.if_set([&](auto v) { bike.set_write_off_requested_by(std::move(v)); });
    in.if_time([&] { return bike.mutable_write_off_requested_at(); });
    in.if_token<v1::WriteOffKind>([&](auto v) { bike.set_write_off_requested_kind(v); });
    in.if_set([&](auto v) { bike.set_write_off_requested_reason(std::move(v)); });
    in.if_set([&](auto v) { bike.set_written_off_by(std::move(v)); });
    in.if_time([&] { return bike.mutable_written_off_at(); });
    in.if_token<v1::WriteOffKind>([&](auto v) { bike.set_write_off_kind(v); });
    in.if_set([&](auto v) { bike.set_write_off_reason(std::move(v)); });
    bike.set_is_demo(in.next<bool>());
    bike.set_version(in.next<std::int32_t>());
    assign(*bike.mutable_created_at(), in.time());
    bike.set_created_by(in.text());
    assign(*bike.mutable_updated_at(), in.time());
    bike.set_updated_by(in.text());
    in.if_set([&](auto v) { bike.set_import_row_id(std::move(v)); });

    bool visible = costs.covers(bike.current_branch_id(), bike.company_id());
    in.if_set<std::vector<std::string>>(
        [&](const auto& destination) { visible = visible || costs.covers(destination.at(0), destination.at(1)); });
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
