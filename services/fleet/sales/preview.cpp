#include "fleet/sales/preview.hpp"

#include "access/reach.hpp"
#include "fleet/bikes/rows.hpp"
#include "fleet/commissions/of_sale.hpp"
#include "fleet/sales/price_questions.hpp"
#include "fleet/sales/rows.hpp"
#include "fleet/sales/rules.hpp"
#include "fleet/transfers/rows.hpp"

namespace loan_manager::fleet::sales {
namespace {

using access::Permission;

v1::SalePreview show(const Figures& figures) {
    v1::SalePreview shown;
    shown.set_is_loss(figures.is_loss());
    shown.set_total_cost(figures.total_cost.to_string());
    shown.set_profit(figures.profit.to_string());
    shown.set_margin_pct(figures.margin.to_string());
    if (figures.markup) {
        shown.set_markup_pct(figures.markup->to_string());
    }
    return shown;
}

}  // namespace

boost::asio::awaitable<rpc::Result<v1::SalePreview>> preview(postgres::Pool& pool, rpc::CallContext& call,
                                                             const v1::PreviewSaleRequest& request, runtime::Date today,
                                                             std::int32_t prices_a_day) {
    const auto& id = request.bicycle_id();
    const std::string seller = request.has_sold_by() ? request.sold_by() : call.caller.user_id;
    const std::string date = runtime::format_date(today);
    sql::RoundTrip trip;
    const auto offer = add_offered(trip, id, access::reach(call.caller, Permission::sales_record));
    const auto jobs = bikes::add_open_jobs(trip, id);
    const auto delivered = transfers::add_last_delivery(trip, id);
    const auto officer = add_officer(trip, seller);
    const auto inputs = commissions::add_inputs(trip, id, date, commissions::Reading::for_preview);
    co_await trip.run(pool, call.deadline);

    const auto offered = trip[offer];
    if (!offered) {
        co_return offered.error();
    }
    const v1::Bike& bike = offered->bike;
    const auto price = money::Money::parse(request.selling_price()).value();
    const bool blind = is_blind(call.caller, bike);
    if (blind) {
        sql::RoundTrip asking;
        const auto verdict = add_question(asking, call.caller.user_id, id, price, prices_a_day);
        co_await asking.run(pool, call.deadline);
        if (auto refused = asking[verdict]) {
            co_return *std::move(refused);
        }
    }

    Prospect prospect(bike);
    prospect.figures = figures_of(price, money::Money::parse(bike.total_cost()).value());
    prospect.facts.open_job = trip[jobs].stock > 0;
    prospect.branch_is_active = offered->branch_is_active;
    prospect.officer = trip[officer];
    prospect.sale_date = date;
    prospect.delivered_on = trip[delivered];
    if (auto issues = check_terms(prospect); !issues.empty()) {
        co_return rpc::validation(std::move(issues));
    }
    if (auto sellable = check_sellable(prospect); !sellable) {
        co_return sellable.error();
    }

    v1::SalePreview shown;
    if (blind) {
        shown.set_is_loss(prospect.figures.is_loss());
        shown.set_costs_hidden(true);
        co_return shown;
    }
    shown = show(prospect.figures);
    const auto known = trip[inputs];
    for (auto& row : commissions::preview(known, commissions::facts_of(bike, price, seller, known))) {
        *shown.add_commissions() = std::move(row);
    }
    co_return shown;
}

}  // namespace loan_manager::fleet::sales
