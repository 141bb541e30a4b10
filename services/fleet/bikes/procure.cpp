#include "fleet/bikes/procure.hpp"

#include "access/reach.hpp"
#include "fleet/bikes/acquire.hpp"
#include "fleet/bikes/bike_row.hpp"
#include "fleet/bikes/repository.hpp"
#include "fleet/bikes/rules.hpp"
#include "runtime/uuid.hpp"

namespace loan_manager::fleet::bikes {

void Procure::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    unit.issues(check(request, unit.today()));
    draft_ = draft(request, unit.today());
    draft_.set_id(runtime::new_uuid().to_string());

    add_branch(reads, unit.sound_id("branch_id", request.branch_id()));
    add_branch(reads, unit.sound_id("payment_branch_id", request.payment_branch_id()));
    add_active_user(reads, unit.sound_id("bought_by", request.bought_by()));
    auto identity = draft_;
    forget_unsound_identity(unit, identity);
    add_duplicates(reads, identity);
}

boost::asio::awaitable<rpc::Result<v1::Bike>> Procure::execute(commands::Unit& unit, const request_type& request,
                                                               std::vector<postgres::Rows>& reads) {
    const auto branch = read_branch(reads.at(0));
    const auto payment_branch = read_branch(reads.at(1));
    if (!branch) {
        unit.issue("branch_id", validate::issue::not_found);
    }
    if (request.has_payment_branch_id() && !payment_branch) {
        unit.issue("payment_branch_id", validate::issue::not_found);
    }
    if (request.has_bought_by() && reads.at(2).empty()) {
        unit.issue("bought_by", validate::issue::not_found);
    }
    if (auto valid = unit.valid(); !valid) {
        co_return valid.error();
    }

    const auto& place = branch->place;
    const auto may_procure = access::reach(unit.caller(), access::Permission::bikes_procure);
    if (!may_procure.covers(place.branch_id, place.company_id)) {
        co_return rpc::out_of_scope();
    }
    if (auto twin = read_duplicate(reads.at(3))) {
        co_return *std::move(twin);
    }
    if (!branch->is_active) {
        co_return rpc::Error("BRANCH_INACTIVE");
    }

    v1::Bike bike = draft_;
    if (payment_branch) {
        bike.set_payment_branch_id(payment_branch->place.branch_id);
        bike.set_payment_branch_code(payment_branch->place.branch_code);
    }
    // Last: from here to the commit the branch's other procurements wait.
    const auto acquired = co_await acquire(unit, bike, place, v1::ASSIGN_REASON_PURCHASE, stock_number_max_);
    if (!acquired) {
        co_return acquired.error();
    }
    hide_costs_from(unit.caller(), bike);
    co_return bike;
}

std::optional<rpc::Error> Procure::refuse(const postgres::Error& error) { return bikes::refuse(error); }

}  // namespace loan_manager::fleet::bikes
