#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/identity.hpp"
#include "loanmanager/fleet/v1/transfers.pb.h"
#include "money/money.hpp"
#include "rpc/error.hpp"
#include "runtime/colombo_time.hpp"
#include "sql/proto_values.hpp"

/// The rules of a transfer as pure functions: no I/O, no clock.
namespace loan_manager::fleet::transfers {

namespace v1 = loanmanager::fleet::v1;

/// Issues of a request (T1) that declarative checks cannot express.
std::vector<rpc::FieldIssue> check(const v1::RequestTransferRequest& request);

/// T2: somebody else than the requester approves, unless he is an admin. SELF_APPROVAL.
rpc::Result<void> check_approver(const v1::Transfer& transfer, const access::Identity& approver);

/// INVALID_STATE unless the status is one of those accepted. `done`: "approved", for the message.
rpc::Result<void> check_status(const v1::Transfer& transfer, std::initializer_list<v1::TransferStatus> accepted,
                               std::string_view done);

/// T4: whether a bike requested then may have been delivered on that day: neither before the request nor in the future.
bool is_delivery_day(const v1::Transfer& transfer, runtime::Date day, runtime::Date today);

/// B6: whether the bike goes to work rather than into stock.
bool is_for_workshop(const v1::Transfer& transfer, bool to_repair_center);

/// What a command says about costs; it may come with the request, the dispatch or the delivery.
struct Costs {
    std::optional<std::string> total;
    const v1::CostBreakdown* breakdown = nullptr;
};
template <class Request>
Costs costs_of(const Request& request) {
    Costs costs;
    costs.total = LM_MAYBE(request, transfer_cost);
    costs.breakdown = request.has_cost_breakdown() ? &request.cost_breakdown() : nullptr;
    return costs;
}
/// The parts add up to the total if both are given, and to an amount that can be stored. Leaves amounts aside that are
/// none: they have an issue of their own.
std::vector<rpc::FieldIssue> check(const Costs& costs);
/// What is not given stays as it is. A total alone drops a breakdown that does not add up to it; a breakdown alone
/// sets the total.
void apply(const Costs& costs, v1::Transfer& transfer);

/// The transitions as moves on the message; guards are asked first. `by` is a user, `at` the moment of the command.
void approve(v1::Transfer& transfer, const std::string& by, sql::WallTime at);   ///< T2
void dispatch(v1::Transfer& transfer, const std::string& by, sql::WallTime at);  ///< T3
/// T4
void complete(v1::Transfer& transfer, const std::string& by, sql::WallTime at, const std::string& delivered_on,
              const std::string& stock_number);
void reject(v1::Transfer& transfer, const std::string& by, sql::WallTime at, const std::string& reason);  ///< T5
void cancel(v1::Transfer& transfer, const std::string& by, sql::WallTime at, const std::string& reason);  ///< T6, T7

}  // namespace loan_manager::fleet::transfers
