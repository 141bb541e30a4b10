#include "fleet/commissions/of_sale.hpp"

#include <utility>

#include "runtime/colombo_time.hpp"
#include "runtime/uuid.hpp"

namespace loan_manager::fleet::commissions {
namespace {

Calculation calculate_on(const CommissionInputs& inputs, const SaleFacts& facts) {
    return inputs.rule ? calculate(terms_of(*inputs.rule), facts) : Calculation();
}

// A row that was PAID stays paid; this one asks the money back.
v1::Commission counter_to(const v1::Commission& paid, runtime::Date today) {
    v1::Commission commission = paid;
    commission.set_id(runtime::new_uuid().to_string());
    commission.set_amount((-money::Money::parse_signed(paid.amount()).value()).to_string());
    commission.set_period_month(month_of(runtime::format_date(today)));
    commission.set_status(v1::COMMISSION_STATUS_APPROVED);
    commission.set_reverses_id(paid.id());
    commission.clear_approved_by();
    commission.clear_approved_at();
    commission.clear_paid_by();
    commission.clear_paid_at();
    commission.clear_payment_reference();
    return commission;
}

}  // namespace

InputHandles add_inputs(sql::RoundTrip& trip, const std::string& bicycle_id, const std::string& sale_date,
                        Reading reading) {
    const auto rule = add_rule_in_force(trip, bicycle_id, sale_date, reading);
    return InputHandles{rule, add_last_garage(trip, bicycle_id)};
}

CommissionInputs InputHandles::read(const sql::RoundTrip& trip) const {
    CommissionInputs inputs;
    inputs.rule = trip[rule];
    inputs.garage = trip[garage];
    return inputs;
}

SaleFacts facts_of(const v1::Bike& bike, money::Money selling_price, std::optional<std::string> officer,
                   const CommissionInputs& inputs) {
    SaleFacts facts;
    facts.selling_price = selling_price;
    facts.profit = selling_price - money::Money::parse(bike.total_cost()).value();
    facts.acquisition.id = bike.acquisition_branch_id();
    facts.acquisition.code = bike.acquisition_branch_code();
    facts.selling.id = bike.current_branch_id();
    facts.selling.code = bike.current_branch_code();
    facts.garage = inputs.garage;
    facts.officer = std::move(officer);
    return facts;
}

std::vector<v1::PreviewCommission> preview(const CommissionInputs& inputs, const SaleFacts& facts) {
    std::vector<v1::PreviewCommission> rows;
    for (const auto& payment : calculate_on(inputs, facts).payments) {
        auto& row = rows.emplace_back();
        row.set_kind(payment.kind);
        row.set_branch_id(payment.branch.id);
        row.set_branch_code(payment.branch.code);
        if (payment.payee_user_id) {
            row.set_payee_user_id(*payment.payee_user_id);
        }
        if (payment.share_percent) {
            row.set_share_percent(payment.share_percent->to_string());
        }
        row.set_amount(payment.amount.to_string());
    }
    return rows;
}

void create(commands::CommandContext& command, const SaleRef& sale, const CommissionInputs& inputs,
            const SaleFacts& facts) {
    const auto calculation = calculate_on(inputs, facts);
    for (const auto& payment : calculation.payments) {
        v1::Commission commission;
        commission.set_id(runtime::new_uuid().to_string());
        commission.set_sale_id(sale.id);
        commission.set_rule_id(inputs.rule->id());
        commission.set_kind(payment.kind);
        commission.set_branch_id(payment.branch.id);
        commission.set_branch_code(payment.branch.code);
        if (payment.payee_user_id) {
            commission.set_payee_user_id(*payment.payee_user_id);
        }
        commission.set_base_amount(calculation.base.to_string());
        commission.set_pool_rate(inputs.rule->pool_rate());
        commission.set_pool_amount(calculation.pool.to_string());
        if (payment.share_percent) {
            commission.set_share_percent(payment.share_percent->to_string());
        }
        commission.set_amount(payment.amount.to_string());
        commission.set_period_month(month_of(sale.sale_date));
        commission.set_status(v1::COMMISSION_STATUS_PENDING);
        insert(command, commission);
        record_new(command, sale, commission);
    }
}

void take_back(commands::CommandContext& command, std::vector<StoredCommission> locked, const SaleRef& sale,
               const std::string& reason) {
    for (auto& stored : locked) {
        auto& commission = stored.commission;
        const auto status = commission.status();
        if (status == v1::COMMISSION_STATUS_PAID) {
            auto counter = counter_to(commission, command.today());
            insert(command, counter);
            record_new(command, sale, counter, reason);
        } else if (status == v1::COMMISSION_STATUS_PENDING || status == v1::COMMISSION_STATUS_APPROVED) {
            const v1::Commission before = commission;
            commission.set_status(v1::COMMISSION_STATUS_REVERSED);
            save(command, commission);
            record(command, "COMMISSION_REVERSED", sale, before, commission, reason);
        }
    }
}

}  // namespace loan_manager::fleet::commissions
