#include "fleet/commissions/of_sale.hpp"

#include <utility>

#include "fleet/commissions/rule_row.hpp"
#include "fleet/values/proto_values.hpp"
#include "runtime/colombo_time.hpp"
#include "runtime/uuid.hpp"

namespace loan_manager::fleet::commissions {
namespace {

// FOR SHARE: a change of the rule that got here first is waited for, and the rule taken only if it is still in force.
std::string rule_in_force(const char* lock) {
    return std::string("SELECT ") + rule_columns +
           " FROM fleet.commission_rules r WHERE r.company_id = (SELECT b.company_id FROM fleet.bicycles b "
           "WHERE b.id = $1) AND r.is_active AND r.effective_from <= $2::date "
           "AND (r.effective_to IS NULL OR r.effective_to >= $2::date)" +
           lock;
}

// All completed stock jobs of a bike under lock lie before its sale; comparing clocks would only add doubt.
constexpr postgres::Statement last_garage{
    "commissions.garage",
    "SELECT j.branch_id, r.code FROM fleet.repair_jobs j JOIN fleet.branches r ON r.id = j.branch_id "
    "WHERE j.bicycle_id = $1 AND j.status = 'COMPLETED' AND j.category IN ('PRE_SALE_PREP', 'MAINTENANCE') "
    "ORDER BY j.completed_at DESC, j.id DESC LIMIT 1"};

Calculation calculate_on(const Ground& ground, const SaleFacts& facts) {
    return ground.rule ? calculate(terms_of(*ground.rule), facts) : Calculation();
}

void stamp(commands::Unit& unit, v1::Commission& commission) {
    commission.set_id(runtime::new_uuid().to_string());
    commission.set_version(1);
    assign(*commission.mutable_created_at(), unit.now());
    commission.set_created_by(unit.caller().user_id);
    assign(*commission.mutable_updated_at(), unit.now());
    commission.set_updated_by(unit.caller().user_id);
}

// A row that was PAID stays paid; this one asks the money back.
void counter(commands::Unit& unit, const v1::Commission& paid, const SaleRef& sale, const std::string& reason) {
    v1::Commission commission;
    commission.set_sale_id(paid.sale_id());
    commission.set_rule_id(paid.rule_id());
    commission.set_kind(paid.kind());
    commission.set_branch_id(paid.branch_id());
    if (paid.has_payee_user_id()) {
        commission.set_payee_user_id(paid.payee_user_id());
    }
    commission.set_base_amount(paid.base_amount());
    commission.set_pool_rate(paid.pool_rate());
    commission.set_pool_amount(paid.pool_amount());
    if (paid.has_share_percent()) {
        commission.set_share_percent(paid.share_percent());
    }
    commission.set_amount((-money::Money::parse_signed(paid.amount()).value()).to_string());
    commission.set_period_month(month_of(runtime::format_date(unit.today())));
    commission.set_status(v1::COMMISSION_STATUS_APPROVED);
    commission.set_reverses_id(paid.id());
    stamp(unit, commission);
    insert(unit, commission);
    record(unit, "COMMISSION_CREATED", sale, commission, {}, facts(commission), reason);
}

}  // namespace

void add_ground(postgres::Batch& batch, const std::string& bicycle_id, const std::string& sale_date, Reading reading) {
    static const std::string for_sale = rule_in_force(" FOR SHARE OF r");
    static const std::string for_preview = rule_in_force("");
    static const postgres::Statement lock_rule{"commissions.rule_in_force", for_sale.c_str()};
    static const postgres::Statement find_rule{"commissions.rule_for_preview", for_preview.c_str()};
    batch.add(reading == Reading::for_sale ? lock_rule : find_rule, postgres::Params(bicycle_id, sale_date));
    batch.add(last_garage, postgres::Params(bicycle_id));
}

Ground read_ground(const std::vector<postgres::Rows>& results, std::size_t first) {
    Ground ground;
    if (const auto& rules = results.at(first); !rules.empty()) {
        ground.rule = read_rule(rules.front());
    }
    if (const auto& garages = results.at(first + 1); !garages.empty()) {
        ground.garage.emplace();
        ground.garage->id = garages.front().get<std::string>(0);
        ground.garage->code = garages.front().get<std::string>(1);
    }
    return ground;
}

SaleFacts facts_of(const v1::Bike& bike, money::Money selling_price, std::optional<std::string> officer,
                   const Ground& ground) {
    SaleFacts facts;
    facts.selling_price = selling_price;
    facts.profit = selling_price - money::Money::parse(bike.total_cost()).value();
    facts.acquisition.id = bike.acquisition_branch_id();
    facts.acquisition.code = bike.acquisition_branch_code();
    facts.selling.id = bike.current_branch_id();
    facts.selling.code = bike.current_branch_code();
    facts.garage = ground.garage;
    facts.officer = std::move(officer);
    return facts;
}

std::vector<v1::PreviewCommission> preview(const Ground& ground, const SaleFacts& facts) {
    std::vector<v1::PreviewCommission> rows;
    for (const auto& payment : calculate_on(ground, facts).payments) {
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

void create(commands::Unit& unit, const SaleRef& sale, const Ground& ground, const SaleFacts& facts) {
    const auto calculation = calculate_on(ground, facts);
    for (const auto& payment : calculation.payments) {
        v1::Commission commission;
        commission.set_sale_id(sale.id);
        commission.set_rule_id(ground.rule->id());
        commission.set_kind(payment.kind);
        commission.set_branch_id(payment.branch.id);
        commission.set_branch_code(payment.branch.code);
        if (payment.payee_user_id) {
            commission.set_payee_user_id(*payment.payee_user_id);
        }
        commission.set_base_amount(calculation.base.to_string());
        commission.set_pool_rate(ground.rule->pool_rate());
        commission.set_pool_amount(calculation.pool.to_string());
        if (payment.share_percent) {
            commission.set_share_percent(payment.share_percent->to_string());
        }
        commission.set_amount(payment.amount.to_string());
        commission.set_period_month(month_of(sale.sale_date));
        commission.set_status(v1::COMMISSION_STATUS_PENDING);
        stamp(unit, commission);
        insert(unit, commission);
        record(unit, "COMMISSION_CREATED", sale, commission, {}, commissions::facts(commission));
    }
}

void take_back(commands::Unit& unit, const postgres::Rows& locked, const SaleRef& sale, const std::string& reason) {
    for (auto& stored : read_all(locked)) {
        auto& commission = stored.commission;
        const auto status = commission.status();
        if (status == v1::COMMISSION_STATUS_PAID) {
            counter(unit, commission, sale, reason);
        } else if (status == v1::COMMISSION_STATUS_PENDING || status == v1::COMMISSION_STATUS_APPROVED) {
            auto before = decision_of(commission);
            commission.set_status(v1::COMMISSION_STATUS_REVERSED);
            save(unit, commission);
            auto after = decision_of(commission);
            commands::keep_changed(before, after);
            record(unit, "COMMISSION_REVERSED", sale, commission, std::move(before), std::move(after), reason);
        }
    }
}

}  // namespace loan_manager::fleet::commissions
