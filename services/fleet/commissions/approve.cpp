#include "fleet/commissions/approve.hpp"

#include "fleet/commissions/rules.hpp"
#include "fleet/values/proto_values.hpp"

namespace loan_manager::fleet::commissions {

boost::asio::awaitable<rpc::Result<v1::Commission>> Approve::execute(commands::Unit& unit, const request_type&,
                                                                     std::vector<postgres::Rows>& reads) {
    auto opened = open(unit, reads, access::Permission::commissions_approve, check_reviewable);
    if (!opened) {
        co_return opened.error();
    }
    auto& commission = opened->stored.commission;
    commission.set_status(v1::COMMISSION_STATUS_APPROVED);
    commission.set_approved_by(unit.caller().user_id);
    assign(*commission.mutable_approved_at(), unit.now());
    co_return close(unit, "COMMISSION_APPROVED", *opened);
}

}  // namespace loan_manager::fleet::commissions
