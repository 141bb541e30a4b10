#include "fleet/commissions/reject.hpp"

#include "fleet/commissions/rules.hpp"
#include "fleet/values/proto_values.hpp"

namespace loan_manager::fleet::commissions {

boost::asio::awaitable<rpc::Result<v1::Commission>> Reject::execute(commands::Unit& unit, const request_type& request,
                                                                    std::vector<postgres::Rows>& reads) {
    auto opened = open(unit, reads, access::Permission::commissions_approve, check_reviewable);
    if (!opened) {
        co_return opened.error();
    }
    auto& commission = opened->stored.commission;
    commission.set_status(v1::COMMISSION_STATUS_REJECTED);
    commission.set_rejected_by(unit.caller().user_id);
    assign(*commission.mutable_rejected_at(), unit.now());
    commission.set_reject_reason(request.reason());
    co_return close(unit, "COMMISSION_REJECTED", *opened);
}

}  // namespace loan_manager::fleet::commissions
