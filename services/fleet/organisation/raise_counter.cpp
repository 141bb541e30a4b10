#include "fleet/organisation/raise_counter.hpp"

#include "access/reach.hpp"
#include "fleet/organisation/admin_repository.hpp"
#include "fleet/organisation/counter_row.hpp"
#include "fleet/organisation/repository.hpp"
#include "fleet/stock_numbers/counter.hpp"

namespace loan_manager::fleet::organisation {

void RaiseCounter::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    if (request.has_last_number() && request.last_number() > stock_number_max_) {
        unit.issue("last_number", validate::issue::out_of_range);
    }
    const std::string id = unit.sound_id("id", request.id());
    add_branch_lock(reads, id);
    stock_numbers::add_counter_lock(reads, id);
}

boost::asio::awaitable<rpc::Result<v1::StockCounter>> RaiseCounter::execute(commands::Unit& unit,
                                                                            const request_type& request,
                                                                            std::vector<postgres::Rows>& reads) {
    if (auto valid = unit.valid(); !valid) {
        co_return valid.error();
    }
    auto branch = read_branch(reads.at(0));
    if (!branch) {
        co_return branch.error();
    }
    const auto reach = access::reach(unit.caller(), access::Permission::branches_manage);
    if (!reach.covers(branch->id(), branch->company_id())) {
        co_return rpc::out_of_scope();
    }
    if (auto current = commands::check_version(unit.context(), branch->version()); !current) {
        co_return current.error();
    }
    auto counter = stock_numbers::read_counter(reads.at(1));
    const std::int32_t from = counter.last_number;
    const std::int32_t to = request.last_number();
    if (to < from) {
        co_return rpc::Error("INVALID_STATE", "The branch has issued number " + std::to_string(from) +
                                                  " already; a counter is never lowered.");
    }

    if (to > from) {
        save(unit, *branch);
        stock_numbers::raise_counter(unit, place_of(*branch), from, to, stock_number_max_);
        counter.last_number = to;
        boost::json::object before{{"last_number", from}};
        boost::json::object after{{"last_number", to}};
        record(unit, "COUNTER_RAISED", *branch, std::move(before), std::move(after));
    }
    co_return counter_row(*branch, counter, stock_number_max_);
}

}  // namespace loan_manager::fleet::organisation
