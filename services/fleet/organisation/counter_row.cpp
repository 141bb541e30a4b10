#include "fleet/organisation/counter_row.hpp"

namespace loan_manager::fleet::organisation {

stock_numbers::Place place_of(const v1::Branch& branch) {
    stock_numbers::Place place;
    place.company_id = branch.company_id();
    place.company_code = branch.company_code();
    place.branch_id = branch.id();
    place.branch_code = branch.code();
    return place;
}

v1::StockCounter counter_row(const v1::Branch& branch, const stock_numbers::Counter& counter, std::int32_t max) {
    v1::StockCounter out;
    out.set_branch_id(branch.id());
    out.set_branch_code(branch.code());
    out.set_last_number(counter.last_number);
    out.set_max(max);
    if (counter.last_assigned_at) {
        assign(*out.mutable_last_assigned_at(), *counter.last_assigned_at);
    }
    out.set_version(branch.version());
    return out;
}

}  // namespace loan_manager::fleet::organisation
