#include "fleet/sales/rules.hpp"

#include <algorithm>
#include <array>

#include "fleet/bikes/rules.hpp"
#include "sql/proto_values.hpp"
#include "sql/row_message.hpp"

namespace loan_manager::fleet::sales {
namespace {

using money::Money;
namespace issue = validate::issue;

constexpr std::chrono::hours window{24};
/// What numeric(12,2) can hold, in hundredths.
constexpr std::int64_t max_percentage = 999'999'999'999;

v1::PaymentMethod method_of(const std::string& token) {
    if (token == "BANK") {
        return v1::PAYMENT_METHOD_BANK_TRANSFER;
    }
    if (token == "INSTALLMENT") {
        return v1::PAYMENT_METHOD_FINANCE;
    }
    return sql::enum_of<v1::PaymentMethod>(token);
}

Money amount_of(bool given, const std::string& text) { return given ? Money::parse(text).value_or(Money()) : Money(); }

/// One of the five amounts, and whether the method takes it.
struct Part {
    const char* field;
    Money amount;
    bool allowed;
};

// Of a part that a method needs: given as zero, or not at all.
validate::IssueToken missing(bool given) { return given ? issue::out_of_range : issue::required; }

}  // namespace

Payment payment_of(const v1::SellBikeRequest& request) {
    Payment payment;
    payment.method = method_of(request.payment_method());
    payment.cash = amount_of(request.has_cash_amount(), request.cash_amount());
    payment.bank = amount_of(request.has_bank_amount(), request.bank_amount());
    payment.down = amount_of(request.has_down_payment(), request.down_payment());
    payment.financed = amount_of(request.has_financed_amount(), request.financed_amount());
    payment.trade_in = amount_of(request.has_trade_in_value(), request.trade_in_value());
    const auto price = amount_of(true, request.selling_price());
    if (payment.method == v1::PAYMENT_METHOD_CASH && !request.has_cash_amount()) {
        payment.cash = price;
    }
    if (payment.method == v1::PAYMENT_METHOD_BANK_TRANSFER && !request.has_bank_amount()) {
        payment.bank = price;
    }
    return payment;
}

std::vector<rpc::FieldIssue> check_payment(const v1::SellBikeRequest& request) {
    const auto payment = payment_of(request);
    const auto is = [&](v1::PaymentMethod method) { return payment.method == method; };
    const bool cash = is(v1::PAYMENT_METHOD_CASH);
    const bool bank = is(v1::PAYMENT_METHOD_BANK_TRANSFER);
    const bool finance = is(v1::PAYMENT_METHOD_FINANCE);
    const bool trade_in = is(v1::PAYMENT_METHOD_TRADE_IN);
    const bool mixed = is(v1::PAYMENT_METHOD_MIXED);
    const Money nothing;

    const std::array parts{
        Part{"cash_amount", payment.cash, cash || trade_in || mixed},
        Part{"bank_amount", payment.bank, bank || trade_in || mixed},
        Part{"down_payment", payment.down, finance || (mixed && payment.financed > nothing)},
        Part{"financed_amount", payment.financed, finance || mixed},
        Part{"trade_in_value", payment.trade_in, trade_in || mixed},
    };
    std::vector<rpc::FieldIssue> issues;
    for (const auto& part : parts) {
        if (part.amount > nothing && !part.allowed) {
            issues.emplace_back(part.field, issue::not_allowed);
        }
    }
    if (finance && payment.financed == nothing) {
        issues.emplace_back("financed_amount", missing(request.has_financed_amount()));
    }
    const auto used =
        std::count_if(parts.begin(), parts.end(), [&](const Part& part) { return part.amount > nothing; });
    if (mixed && used < 2) {
        issues.emplace_back("payment_method", issue::mismatch);
    }

    const bool needs_institution = finance || (mixed && payment.financed > nothing);
    if (needs_institution && !request.has_finance_institution()) {
        issues.emplace_back("finance_institution", issue::required);
    }
    if (!needs_institution && request.has_finance_institution()) {
        issues.emplace_back("finance_institution", issue::not_allowed);
    }

    // In a MIXED payment the bike and its value need each other.
    if ((trade_in || (mixed && request.has_trade_in())) && payment.trade_in == nothing) {
        issues.emplace_back("trade_in_value", missing(request.has_trade_in_value()));
    }
    if ((trade_in || (mixed && payment.trade_in > nothing)) && !request.has_trade_in()) {
        issues.emplace_back("trade_in", issue::required);
    }
    if (!trade_in && !mixed && request.has_trade_in()) {
        issues.emplace_back("trade_in", issue::not_allowed);
    }

    if (payment.sum() != amount_of(true, request.selling_price())) {
        issues.emplace_back("selling_price", issue::mismatch);
    }
    return issues;
}

std::string sale_date_of(const v1::SellBikeRequest& request, runtime::Date today) {
    return request.has_sale_date() ? request.sale_date() : runtime::format_date(today);
}

std::vector<rpc::FieldIssue> check_dates(const v1::SellBikeRequest& request, runtime::Date today) {
    std::vector<rpc::FieldIssue> issues;
    const auto now = runtime::format_date(today);
    const auto sold = sale_date_of(request, today);
    if (is_before(now, sold)) {
        issues.emplace_back("sale_date", issue::out_of_range, now);
    }
    if (request.has_delivery_date() && is_before(request.delivery_date(), sold)) {
        issues.emplace_back("delivery_date", issue::out_of_range, sold);
    }
    return issues;
}

std::string earliest_sale_date(const std::string& procurement_date, const std::optional<std::string>& delivered_on) {
    return delivered_on && is_before(procurement_date, *delivered_on) ? *delivered_on : procurement_date;
}

std::vector<rpc::FieldIssue> check_trade_in(const v1::SellBikeRequest& request, runtime::Date today) {
    if (!request.has_trade_in()) {
        return {};
    }
    const auto& trade_in = request.trade_in();
    auto issues = bikes::check_numbers(LM_MAYBE(trade_in, license_plate), LM_MAYBE(trade_in, frame_number),
                                       LM_MAYBE(trade_in, engine_number));
    const auto of_year = bikes::check_year(trade_in.year(), today);
    issues.insert(issues.end(), of_year.begin(), of_year.end());
    for (auto& found : issues) {
        found.field = "trade_in." + found.field;
    }
    return issues;
}

bool is_before(const std::string& date, const std::string& other) {
    const auto a = runtime::parse_date(date);
    const auto b = runtime::parse_date(other);
    return a && b && *a < *b;
}

Figures figures_of(Money selling_price, Money total_cost) {
    Figures figures;
    figures.total_cost = total_cost;
    figures.profit = selling_price - total_cost;
    figures.margin = money::ratio(figures.profit, selling_price).value_or(money::Percent());
    figures.markup = money::ratio(figures.profit, total_cost);
    return figures;
}

bool Figures::is_storable() const {
    const auto fits = [](money::Percent percent) {
        return percent.hundredths() <= max_percentage && percent.hundredths() >= -max_percentage;
    };
    return fits(margin) && (!markup || fits(*markup));
}

bool is_recent(runtime::WallTime recorded_at, runtime::WallTime now) { return now <= recorded_at + window; }

std::vector<rpc::FieldIssue> check_patch(const v1::UpdateSaleRequest& request, const v1::Sale& sale) {
    std::vector<rpc::FieldIssue> issues;
    const auto& patch = request.sale();
    if (patch.has_delivery_date() && is_before(patch.delivery_date(), sale.sale_date())) {
        issues.emplace_back("delivery_date", issue::out_of_range, sale.sale_date());
    }
    if (sql::names(request.update_mask(), "finance_institution")) {
        const bool financed = amount_of(true, sale.financed_amount()) > Money();
        if (financed && !patch.has_finance_institution()) {
            issues.emplace_back("finance_institution", issue::required);
        }
        if (!financed && patch.has_finance_institution()) {
            issues.emplace_back("finance_institution", issue::not_allowed);
        }
    }
    return issues;
}

std::vector<rpc::FieldIssue> check_terms(const Prospect& prospect) {
    std::vector<rpc::FieldIssue> issues;
    if (!prospect.facts.elsewhere) {
        const auto& here = prospect.bike.current_branch_id();
        if (!prospect.officer) {
            issues.emplace_back("sold_by", issue::not_found);
        } else if (const auto& of = prospect.officer->branches; std::find(of.begin(), of.end(), here) == of.end()) {
            issues.emplace_back("sold_by", issue::not_allowed);
        }
    }
    const auto earliest = earliest_sale_date(prospect.bike.procurement_date(), prospect.delivered_on);
    if (is_before(prospect.sale_date, earliest)) {
        issues.emplace_back("sale_date", issue::out_of_range, earliest);
    }
    if (!prospect.figures.is_storable()) {
        issues.emplace_back("selling_price", issue::out_of_range);
    }
    return issues;
}

rpc::Result<void> check_sellable(const Prospect& prospect) {
    if (auto ready =
            bikes::check_ready(prospect.bike, prospect.facts, {v1::BIKE_STATUS_IN_STOCK, v1::BIKE_STATUS_ALLOCATED});
        !ready) {
        return ready;
    }
    if (!prospect.branch_is_active) {
        return rpc::Error("BRANCH_INACTIVE");
    }
    return {};
}

}  // namespace loan_manager::fleet::sales
