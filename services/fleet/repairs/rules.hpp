#pragma once

#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

#include "access/reach.hpp"
#include "loanmanager/fleet/v1/bikes.pb.h"
#include "loanmanager/fleet/v1/repairs.pb.h"
#include "rpc/error.hpp"
#include "runtime/colombo_time.hpp"

/// The rules of repair jobs as pure functions: no I/O, no clock.
namespace loan_manager::fleet::repairs {

namespace v1 = loanmanager::fleet::v1;

/// The job type a client means: its token or one of the input aliases.
v1::JobType job_type_of(std::string_view input);

/// Work on a live bike at company cost: PRE_SALE_PREP or MAINTENANCE.
bool is_stock_job(const v1::RepairJob& job);
/// Every job but CUSTOMER_REPAIR.
bool is_paid_by_company(const v1::RepairJob& job);

/// What the sale of a bike says about its warranty.
struct Warranty {
    runtime::Date sale_date;
    std::int32_t months = 0;
};
/// Last day of a warranty: whole calendar months after the sale, at most to the end of the month.
runtime::Date last_day(const Warranty& warranty);

/// D-506: the category of a job of this type. INVALID_STATE for a type that does not go with `after_sale`.
rpc::Result<v1::JobCategory> categorise(v1::JobType type, bool after_sale);

/// J1, as far as the bike decides: the category the job gets. BIKE_SOLD, OPEN_TRANSFER, NOT_AT_BRANCH, INVALID_STATE,
/// WARRANTY_EXPIRED. `warranty` is that of the bike's sale, if it is sold.
struct Opening {
    v1::JobType type = v1::JOB_TYPE_UNSPECIFIED;
    bool after_sale = false;
    std::string_view branch_id;
};
rpc::Result<v1::JobCategory> check_opening(const v1::Bike& bike, const Opening& opening,
                                           const std::optional<Warranty>& warranty, runtime::Date today);

/// J1: `repairs:open` at the branch; a mechanic at a branch of his branch_scope, with himself as mechanic.
bool may_open(const access::Identity& caller, std::string_view branch_id, std::string_view company_id,
              std::string_view mechanic_id);
/// `repairs:manage` at the job's branch; `company_id` is that of the branch.
bool may_manage(const access::Identity& caller, const v1::RepairJob& job, std::string_view company_id);
/// J2, J3, facts and lines: who manages the job, or the mechanic it is assigned to.
bool may_work_on(const access::Identity& caller, const v1::RepairJob& job, std::string_view company_id);
/// J4.
bool may_invoice(const access::Identity& caller, const v1::RepairJob& job, std::string_view company_id);

/// INVALID_STATE unless the job is in one of these states.
rpc::Result<void> check_status(const v1::RepairJob& job, std::initializer_list<v1::JobStatus> accepted);
/// D-507: fields and lines change only while the job is open.
rpc::Result<void> check_changeable(const v1::RepairJob& job);
/// J3: somebody said what was done (422), and at least one part or hour of labour went into it.
rpc::Result<void> check_done(const v1::RepairJob& job);

/// A line as the client asks for it, with the defaults: quantity 1, unit_price = unit_cost.
v1::RepairJobLine draft(const v1::AddRepairJobLineRequest& request);
/// Fills cost and price of a line from its quantity and unit amounts (D-202); tells what is out of range. Amounts that
/// are no amounts are left to the declarative checks.
std::vector<rpc::FieldIssue> evaluate(v1::RepairJobLine& line);
/// Keeps the totals of the job the sums of its lines: takes one line off, adds another; either may be missing. Tells
/// which amount makes a total greater than can be stored; the job is unchanged then.
std::vector<rpc::FieldIssue> replace_in_totals(v1::RepairJob& job, const v1::RepairJobLine* removed,
                                               const v1::RepairJobLine* added);

}  // namespace loan_manager::fleet::repairs
