#include "fleet/commissions/pay.hpp"

#include "fleet/commissions/rules.hpp"
#include "fleet/values/proto_values.hpp"

namespace loan_manager::fleet::commissions {

boost::asio::awaitable<rpc::Result<v1::Commission>> Pay::execute(commands::Unit& unit, const request_type& request,
                                                                 std::vector<postgres::Rows>& reads) {
    auto opened = open(unit, reads, access::Permission::commissions_pay, check_payable);
    if (!opened) {
        co_return opened.error();
    }
    auto& commission = opened->stored.commission;
    commission.set_status(v1::COMMISSION_STATUS_PAID);
    commission.set_paid_by(unit.caller().user_id);
    assign(*commission.mutable_paid_at(), unit.now());
    commission.set_payment_reference(request.payment_reference());
    co_return close(unit, "COMMISSION_PAID", *opened);
}

}  // namespace loan_manager::fleet::commissions
