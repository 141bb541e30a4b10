#include "fleet/commissions/replay.hpp"

#include <array>

namespace loan_manager::fleet::commissions {
namespace {

constexpr std::array kinds{v1::COMMISSION_KIND_BUYER, v1::COMMISSION_KIND_SELLER, v1::COMMISSION_KIND_GARAGE,
                           v1::COMMISSION_KIND_SALES_OFFICER};

void add_payment(v1::ReplaySale& item, const Payment& payment) {
    auto& row = *item.add_payments();
    row.set_kind(payment.kind);
    row.set_branch_id(payment.branch.id);
    row.set_branch_code(payment.branch.code);
    if (payment.payee_user_id) {
        row.set_payee_user_id(*payment.payee_user_id);
    }
    row.set_amount(payment.amount.to_string());
}

// The three amounts that the answer, its totals and its items have in common.
template <class Message>
void set_amounts(Message& message, money::Money proposed, money::Money recorded) {
    message.set_proposed_amount(proposed.to_string());
    message.set_recorded_amount(recorded.to_string());
    message.set_difference((proposed - recorded).to_string());
}

}  // namespace

void Replay::add(const PastSale& sale) {
    const auto calculation = calculate(terms_, sale.facts);
    money::Money proposed;
    for (const auto& payment : calculation.payments) {
        auto& tally = by_kind_[payment.kind];
        ++tally.proposed_rows;
        tally.proposed += payment.amount;
        proposed += payment.amount;
    }
    money::Money recorded;
    for (const auto& [kind, amount] : sale.recorded) {
        auto& tally = by_kind_[kind];
        ++tally.recorded_rows;
        tally.recorded += amount;
        recorded += amount;
    }
    answer_.set_sales(answer_.sales() + 1);
    if (answer_.items_size() == max_items) {
        answer_.set_items_capped(true);
        return;
    }
    auto& item = *answer_.add_items();
    item.set_sale_id(sale.id);
    item.set_invoice_no(sale.invoice_no);
    item.set_sale_date(sale.sale_date);
    item.set_base_amount(calculation.base.to_string());
    item.set_pool_amount(calculation.payments.empty() ? money::Money().to_string() : calculation.pool.to_string());
    set_amounts(item, proposed, recorded);
    for (const auto& payment : calculation.payments) {
        add_payment(item, payment);
    }
}

v1::CommissionReplay Replay::result() const {
    auto answer = answer_;
    Tally all;
    for (const auto kind : kinds) {
        const auto found = by_kind_.find(kind);
        const auto tally = found == by_kind_.end() ? Tally() : found->second;
        auto& total = *answer.add_totals();
        total.set_kind(kind);
        total.set_proposed_rows(tally.proposed_rows);
        total.set_recorded_rows(tally.recorded_rows);
        set_amounts(total, tally.proposed, tally.recorded);
        all.proposed += tally.proposed;
        all.recorded += tally.recorded;
    }
    set_amounts(answer, all.proposed, all.recorded);
    return answer;
}

}  // namespace loan_manager::fleet::commissions
