#include "fleet/sales/sale_row.hpp"

#include "fleet/values/row_reader.hpp"

namespace loan_manager::fleet::sales {
namespace {

void hide_costs(v1::Sale& sale) {
    sale.clear_total_cost();
    sale.clear_profit();
    sale.clear_margin_pct();
    sale.clear_markup_pct();
    sale.clear_after_sale_total();
    sale.set_costs_hidden(true);
}

}  // namespace

const std::string& sale_columns() {
    static const std::string columns =
        "s.id, s.bicycle_id, s.status, s.invoice_no, "
        "s.selling_branch_id, (SELECT r.code FROM fleet.branches r WHERE r.id = s.selling_branch_id), "
        "s.selling_company_id, (SELECT c.code FROM fleet.companies c WHERE c.id = s.selling_company_id), "
        "s.stock_number_at_sale, s.sale_date::text, s.selling_price::text, s.payment_method, s.cash_amount::text, "
        "s.bank_amount::text, s.down_payment::text, s.financed_amount::text, s.trade_in_value::text, "
        "s.finance_institution, s.trade_in_bicycle_id, s.customer_name, s.customer_phone, s.customer_nic, "
        "s.customer_address, s.customer_email, s.delivery_date::text, s.warranty_months, s.notes, s.sold_by, "
        "s.total_cost::text, s.profit::text, s.margin_pct::text, s.markup_pct::text, "
        "(SELECT b.after_sale_total::text FROM fleet.bicycles b WHERE b.id = s.bicycle_id), "
        "s.loss_acknowledged_by, s.recorded_at, s.void_requested_by, s.void_requested_at, s.void_reason, s.voided_by, "
        "s.voided_at, s.void_second_approver, s.is_demo, s.version, s.created_at, s.created_by, s.updated_at, "
        "s.updated_by, s.import_row_id";
    return columns;
}

v1::Sale read_sale(const postgres::Row& row, const access::Reach& costs) {
    v1::Sale sale;
    RowReader in(row);
    sale.set_id(in.text());
    sale.set_bicycle_id(in.text());
    sale.set_status(in.token<v1::SaleStatus>());
    sale.set_invoice_no(in.text());
    sale.set_selling_branch_id(in.text());
    sale.set_selling_branch_code(in.text());
    sale.set_selling_company_id(in.text());
    sale.set_selling_company_code(in.text());
    sale.set_stock_number_at_sale(in.text());
    sale.set_sale_date(in.text());
    sale.set_selling_price(in.text());
    sale.set_payment_method(in.token<v1::PaymentMethod>());
    sale.set_cash_amount(in.text());
    sale.set_bank_amount(in.text());
    sale.set_down_payment(in.text());
    sale.set_financed_amount(in.text());
    sale.set_trade_in_value(in.text());
    in.if_set([&](auto v) { sale.set_finance_institution(std::move(v)); });
    in.if_set([&](auto v) { sale.set_trade_in_bicycle_id(std::move(v)); });
    in.if_set([&](auto v) { sale.set_customer_name(std::move(v)); });
    in.if_set([&](auto v) { sale.set_customer_phone(std::move(v)); });
    in.if_set([&](auto v) { sale.set_customer_nic(std::move(v)); });
    in.if_set([&](auto v) { sale.set_customer_address(std::move(v)); });
    in.if_set([&](auto v) { sale.set_customer_email(std::move(v)); });
    in.if_set([&](auto v) { sale.set_delivery_date(std::move(v)); });
    in.if_set<std::int32_t>([&](auto v) { sale.set_warranty_months(v); });
    in.if_set([&](auto v) { sale.set_notes(std::move(v)); });
    in.if_set([&](auto v) { sale.set_sold_by(std::move(v)); });
    sale.set_total_cost(in.text());
    sale.set_profit(in.text());
    sale.set_margin_pct(in.text());
    in.if_set([&](auto v) { sale.set_markup_pct(std::move(v)); });
    sale.set_after_sale_total(in.text());
    in.if_set([&](auto v) { sale.set_loss_acknowledged_by(std::move(v)); });
    assign(*sale.mutable_recorded_at(), in.time());
    in.if_set([&](auto v) { sale.set_void_requested_by(std::move(v)); });
    in.if_time([&] { return sale.mutable_void_requested_at(); });
    in.if_set([&](auto v) { sale.set_void_reason(std::move(v)); });
    in.if_set([&](auto v) { sale.set_voided_by(std::move(v)); });
    in.if_time([&] { return sale.mutable_voided_at(); });
    in.if_set([&](auto v) { sale.set_void_second_approver(std::move(v)); });
    sale.set_is_demo(in.next<bool>());
    sale.set_version(in.next<std::int32_t>());
    assign(*sale.mutable_created_at(), in.time());
    sale.set_created_by(in.text());
    assign(*sale.mutable_updated_at(), in.time());
    sale.set_updated_by(in.text());
    in.if_set([&](auto v) { sale.set_import_row_id(std::move(v)); });
    if (!costs.covers(sale.selling_branch_id(), sale.selling_company_id())) {
        hide_costs(sale);
    }
    return sale;
}

bool covers(const access::Identity& caller, access::Permission permission, const v1::Sale& sale) {
    return access::reach(caller, permission).covers(sale.selling_branch_id(), sale.selling_company_id());
}

void hide_costs_from(const access::Identity& caller, v1::Sale& sale) {
    if (!covers(caller, access::Permission::costs_read, sale)) {
        hide_costs(sale);
    }
}

}  // namespace loan_manager::fleet::sales
