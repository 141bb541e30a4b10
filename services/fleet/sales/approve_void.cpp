#include "fleet/sales/approve_void.hpp"

#include "access/reach.hpp"
#include "fleet/bikes/repository.hpp"
#include "fleet/sales/sale_row.hpp"
#include "fleet/sales/voiding.hpp"

namespace loan_manager::fleet::sales {

void ApproveVoid::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    add_lock_case(reads, unit.sound_id("id", request.id()));
}

boost::asio::awaitable<rpc::Result<v1::Sale>> ApproveVoid::execute(commands::Unit& unit, const request_type&,
                                                                   std::vector<postgres::Rows>& reads) {
    if (auto valid = unit.valid(); !valid) {
        co_return valid.error();
    }
    auto subject = read_case(reads);
    if (!subject) {
        co_return subject.error();
    }
    v1::Sale& sale = subject->sale;
    if (!covers(unit.caller(), access::Permission::sales_void_approve, sale)) {
        co_return rpc::out_of_scope();
    }
    if (auto current = commands::check_version(unit.context(), sale.version()); !current) {
        co_return current.error();
    }
    if (sale.has_void_requested_by() && sale.void_requested_by() == unit.caller().user_id) {
        co_return rpc::Error("SELF_APPROVAL");
    }
    if (sale.status() != v1::SALE_STATUS_VOID_PENDING) {
        co_return rpc::Error("INVALID_STATE");
    }
    const auto undoing = co_await check_voidable(unit, *subject);
    if (!undoing) {
        co_return undoing.error();
    }

    sale.set_void_second_approver(unit.caller().user_id);
    void_sale(unit, *subject, *undoing);
    hide_costs_from(unit.caller(), sale);
    co_return sale;
}

std::optional<rpc::Error> ApproveVoid::refuse(const postgres::Error& error) { return bikes::refuse(error); }

}  // namespace loan_manager::fleet::sales
