#include "fleet/repairs/rules.hpp"

#include <algorithm>
#include <array>

#include "fleet/bikes/state.hpp"
#include "money/money.hpp"
#include "sql/proto_values.hpp"
#include "sql/row_message.hpp"

namespace loan_manager::fleet::repairs {

using access::Permission;
using money::Money;
using money::Quantity;

namespace {

struct Alias {
    std::string_view input;
    v1::JobType type;
};
constexpr std::array aliases{
    Alias{"ROUTINE_MAINTENANCE", v1::JOB_TYPE_MAINTENANCE},
    Alias{"REPAIR", v1::JOB_TYPE_SERVICE},
    Alias{"INSPECTION", v1::JOB_TYPE_SERVICE},
    Alias{"CUSTOMIZATION", v1::JOB_TYPE_CUSTOM_WORK},
};

rpc::FieldIssue out_of_range(const char* field) { return {field, std::string(validate::issue::out_of_range)}; }

Money amount_of(const std::string& text) { return Money::parse_signed(text).value_or(Money()); }

// Cost, price and parts of them that one line contributes to its job.
struct Totals {
    Money parts, labour, overhead, price;

    Money cost() const { return parts + labour + overhead; }
    void add(const v1::RepairJobLine& line, int sign) {
        const auto signed_amount = [sign](const std::string& text) {
            return sign < 0 ? -amount_of(text) : amount_of(text);
        };
        Money& part = line.kind() == v1::LINE_KIND_PART     ? parts
                      : line.kind() == v1::LINE_KIND_LABOUR ? labour
                                                            : overhead;
        part += signed_amount(line.cost());
        price += signed_amount(line.price());
    }
};

}  // namespace

v1::JobType job_type_of(std::string_view input) {
    const auto found = std::find_if(aliases.begin(), aliases.end(), [&](const Alias& a) { return a.input == input; });
    return found != aliases.end() ? found->type : sql::enum_of<v1::JobType>(input);
}

bool is_stock_job(const v1::RepairJob& job) {
    return job.category() == v1::JOB_CATEGORY_PRE_SALE_PREP || job.category() == v1::JOB_CATEGORY_MAINTENANCE;
}

bool is_paid_by_company(const v1::RepairJob& job) { return job.category() != v1::JOB_CATEGORY_CUSTOMER_REPAIR; }

runtime::Date last_day(const Warranty& warranty) {
    const auto same_day = warranty.sale_date + std::chrono::months(warranty.months);
    return same_day.ok() ? same_day : same_day.year() / same_day.month() / std::chrono::last;
}

rpc::Result<v1::JobCategory> categorise(v1::JobType type, bool after_sale) {
    switch (type) {
        case v1::JOB_TYPE_FULL_OVERHAUL_BEFORE_SALE:
            if (after_sale) {
                return rpc::Error("INVALID_STATE", "An overhaul before sale is not done after the sale.");
            }
            return v1::JOB_CATEGORY_PRE_SALE_PREP;
        case v1::JOB_TYPE_WARRANTY_REPAIR:
            if (!after_sale) {
                return rpc::Error("INVALID_STATE", "A warranty repair is done after the sale: set after_sale.");
            }
            return v1::JOB_CATEGORY_WARRANTY;
        default:
            return after_sale ? v1::JOB_CATEGORY_CUSTOMER_REPAIR : v1::JOB_CATEGORY_MAINTENANCE;
    }
}

rpc::Result<v1::JobCategory> check_opening(const v1::Bike& bike, const Opening& opening,
                                           const std::optional<Warranty>& warranty, runtime::Date today) {
    if (!opening.after_sale) {
        bikes::BikeFacts facts;
        facts.elsewhere = bike.current_branch_id() != opening.branch_id;
        auto ready = bikes::check_ready(bike, facts, {v1::BIKE_STATUS_IN_STOCK, v1::BIKE_STATUS_MAINTENANCE});
        return ready ? categorise(opening.type, false) : rpc::Result<v1::JobCategory>(ready.error());
    }
    if (bike.status() != v1::BIKE_STATUS_SOLD) {
        return rpc::Error("INVALID_STATE", "A job after the sale needs a sold bike.");
    }
    auto category = categorise(opening.type, true);
    if (category && *category == v1::JOB_CATEGORY_WARRANTY && (!warranty || today > last_day(*warranty))) {
        return rpc::Error("WARRANTY_EXPIRED");
    }
    return category;
}

bool may_open(const access::Identity& caller, std::string_view branch_id, std::string_view company_id,
              std::string_view mechanic_id) {
    if (access::reach(caller, Permission::repairs_open).covers(branch_id, company_id)) {
        return true;
    }
    const auto& own = caller.branch_scope;
    return access::reach(caller, Permission::repairs_open_own).self && mechanic_id == caller.user_id &&
           std::find(own.begin(), own.end(), branch_id) != own.end();
}

bool may_manage(const access::Identity& caller, const v1::RepairJob& job, std::string_view company_id) {
    return access::reach(caller, Permission::repairs_manage).covers(job.branch_id(), company_id);
}

bool may_work_on(const access::Identity& caller, const v1::RepairJob& job, std::string_view company_id) {
    const bool assigned = job.has_mechanic_id() && job.mechanic_id() == caller.user_id;
    return may_manage(caller, job, company_id) ||
           (assigned && access::reach(caller, Permission::repairs_work, Permission::repairs_work_own)
                            .covers(job.branch_id(), company_id, job.mechanic_id()));
}

bool may_invoice(const access::Identity& caller, const v1::RepairJob& job, std::string_view company_id) {
    return access::reach(caller, Permission::repairs_invoice).covers(job.branch_id(), company_id);
}

rpc::Result<void> check_status(const v1::RepairJob& job, std::initializer_list<v1::JobStatus> accepted) {
    if (std::find(accepted.begin(), accepted.end(), job.status()) == accepted.end()) {
        return rpc::Error("INVALID_STATE", "The job is " + sql::token_of(job.status()) + "; that does not allow this.");
    }
    return {};
}

rpc::Result<void> check_changeable(const v1::RepairJob& job) {
    return check_status(job, {v1::JOB_STATUS_OPEN, v1::JOB_STATUS_IN_PROGRESS});
}

rpc::Result<void> check_done(const v1::RepairJob& job) {
    if (job.work_performed().empty()) {
        return rpc::validation({{"work_performed", std::string(validate::issue::required)}});
    }
    const auto is_work = [](const v1::RepairJobLine& line) { return line.kind() != v1::LINE_KIND_OVERHEAD; };
    if (std::none_of(job.lines().begin(), job.lines().end(), is_work)) {
        return rpc::Error("INVALID_STATE", "The job has no part or labour line yet.");
    }
    return {};
}

v1::RepairJobLine draft(const v1::AddRepairJobLineRequest& request) {
    v1::RepairJobLine line;
    sql::copy_fields(request, line, {"id"});
    if (!request.has_quantity()) {
        line.set_quantity("1");
    }
    if (!request.has_unit_price()) {
        line.set_unit_price(line.unit_cost());
    }
    return line;
}

std::vector<rpc::FieldIssue> evaluate(v1::RepairJobLine& line) {
    std::vector<rpc::FieldIssue> issues;
    const auto quantity = Quantity::parse(line.quantity());
    const auto unit_cost = Money::parse(line.unit_cost());
    const auto unit_price = Money::parse(line.unit_price());
    constexpr auto one = Quantity::from_hundredths(100);
    if (quantity && (*quantity == Quantity() || (line.kind() == v1::LINE_KIND_OVERHEAD && *quantity != one))) {
        issues.push_back(out_of_range("quantity"));
    }
    if (unit_cost && *unit_cost == Money() && line.kind() != v1::LINE_KIND_PART) {
        issues.push_back(out_of_range("unit_cost"));
    }
    if (!quantity || !unit_cost || !unit_price) {
        return issues;
    }
    const auto cost = money::times(*unit_cost, *quantity);
    const auto price = money::times(*unit_price, *quantity);
    if (!cost) {
        issues.push_back(out_of_range("unit_cost"));
    }
    if (!price) {
        issues.push_back(out_of_range("unit_price"));
    }
    if (issues.empty()) {
        line.set_quantity(quantity->to_string());
        line.set_unit_cost(unit_cost->to_string());
        line.set_unit_price(unit_price->to_string());
        line.set_cost(cost->to_string());
        line.set_price(price->to_string());
    }
    return issues;
}

std::vector<rpc::FieldIssue> replace_in_totals(v1::RepairJob& job, const v1::RepairJobLine* removed,
                                               const v1::RepairJobLine* added) {
    Totals totals{amount_of(job.parts_cost()), amount_of(job.labour_cost()), amount_of(job.overhead_cost()),
                  amount_of(job.total_price())};
    if (removed != nullptr) {
        totals.add(*removed, -1);
    }
    if (added != nullptr) {
        totals.add(*added, 1);
    }
    std::vector<rpc::FieldIssue> issues;
    if (!money::is_storable(totals.cost())) {
        issues.push_back(out_of_range("unit_cost"));
    }
    if (!money::is_storable(totals.price)) {
        issues.push_back(out_of_range("unit_price"));
    }
    if (issues.empty()) {
        job.set_parts_cost(totals.parts.to_string());
        job.set_labour_cost(totals.labour.to_string());
        job.set_overhead_cost(totals.overhead.to_string());
        job.set_total_cost(totals.cost().to_string());
        job.set_total_price(totals.price.to_string());
    }
    return issues;
}

}  // namespace loan_manager::fleet::repairs
