#include "fleet/sales/preview.hpp"

#include "access/reach.hpp"
#include "fleet/bikes/bike_row.hpp"
#include "fleet/bikes/repository.hpp"
#include "fleet/commissions/of_sale.hpp"
#include "fleet/sales/repository.hpp"
#include "fleet/sales/rules.hpp"

namespace loan_manager::fleet::sales {
namespace {

using access::Permission;

void fill(v1::SalePreview& preview, const Figures& figures) {
    preview.set_total_cost(figures.total_cost.to_string());
    preview.set_profit(figures.profit.to_string());
    preview.set_margin_pct(figures.margin.to_string());
    if (figures.markup) {
        preview.set_markup_pct(figures.markup->to_string());
    }
}

}  // namespace

void Preview::add_to(postgres::Batch& batch, runtime::Date today) const {
    bikes::add_find(batch, request_.bicycle_id(), access::reach(caller_, Permission::sales_record));
    add_officer(batch, request_.has_sold_by() ? request_.sold_by() : caller_.user_id);
    commissions::add_ground(batch, request_.bicycle_id(), runtime::format_date(today),
                            commissions::Reading::for_preview);
}

rpc::Result<v1::SalePreview> Preview::read(const std::vector<postgres::Rows>& results) const {
    if (results.at(0).empty()) {
        return rpc::not_found("There is no such bike.");
    }
    const auto bike = bikes::read_bike(results.at(0).front(), access::Reach::everything());
    const auto covers = [&](Permission permission) {
        return access::reach(caller_, permission).covers(bike.current_branch_id(), bike.company_id());
    };
    if (!covers(Permission::sales_record)) {
        return rpc::not_found("There is no such bike.");
    }

    std::vector<rpc::FieldIssue> issues;
    const auto officer = read_officer(results.at(1));
    const auto trouble = officer_issue(officer, bike.current_branch_id());
    if (request_.has_sold_by() && !trouble.empty()) {
        issues.emplace_back("sold_by", trouble);
    }
    const auto price = money::Money::parse(request_.selling_price()).value();
    const auto figures = figures_of(price, money::Money::parse(bike.total_cost()).value());
    if (!figures.is_storable()) {
        issues.emplace_back("selling_price", validate::issue::out_of_range);
    }
    if (!issues.empty()) {
        return rpc::validation(std::move(issues));
    }

    v1::SalePreview preview;
    preview.set_is_loss(figures.is_loss());
    preview.set_costs_hidden(!covers(Permission::costs_read));
    if (!preview.costs_hidden()) {
        fill(preview, figures);
        const std::string payee = request_.has_sold_by() ? request_.sold_by() : caller_.user_id;
        const auto ground = commissions::read_ground(results, 2);
        for (auto& row : commissions::preview(ground, commissions::facts_of(bike, price, payee, ground))) {
            if (!trouble.empty()) {
                row.clear_payee_user_id();
            }
            *preview.add_commissions() = std::move(row);
        }
    }
    return preview;
}

}  // namespace loan_manager::fleet::sales
