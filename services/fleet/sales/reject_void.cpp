#include "fleet/sales/reject_void.hpp"

#include "access/reach.hpp"
#include "fleet/sales/journal.hpp"
#include "fleet/sales/repository.hpp"
#include "fleet/sales/sale_row.hpp"

namespace loan_manager::fleet::sales {

void RejectVoid::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    add_lock(reads, unit.sound_id("id", request.id()));
}

boost::asio::awaitable<rpc::Result<v1::Sale>> RejectVoid::execute(commands::Unit& unit, const request_type& request,
                                                                  std::vector<postgres::Rows>& reads) {
    if (auto valid = unit.valid(); !valid) {
        co_return valid.error();
    }
    auto locked = read_sale(reads.at(0));
    if (!locked) {
        co_return locked.error();
    }
    v1::Sale& sale = *locked;
    const bool is_requester = covers(unit.caller(), access::Permission::sales_void, sale) &&
                              sale.void_requested_by() == unit.caller().user_id;
    if (!covers(unit.caller(), access::Permission::sales_void_approve, sale) && !is_requester) {
        co_return rpc::out_of_scope();
    }
    if (auto current = commands::check_version(unit.context(), sale.version()); !current) {
        co_return current.error();
    }
    if (sale.status() != v1::SALE_STATUS_VOID_PENDING) {
        co_return rpc::Error("INVALID_STATE");
    }

    sale.set_status(v1::SALE_STATUS_ACTIVE);
    sale.clear_void_requested_by();
    sale.clear_void_requested_at();
    sale.clear_void_reason();
    save_state(unit, sale);
    record_status(unit, "SALE_VOID_REJECTED", sale, v1::SALE_STATUS_VOID_PENDING, request.reason());
    hide_costs_from(unit.caller(), sale);
    co_return sale;
}

}  // namespace loan_manager::fleet::sales
