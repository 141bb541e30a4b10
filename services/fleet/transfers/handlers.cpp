#include "fleet/transfers/handlers.hpp"

#include "fleet/transfers/commands.hpp"
#include "fleet/transfers/queries.hpp"
#include "fleet/transfers/rows.hpp"
#include "loanmanager/fleet/v1/transfers.grpc.pb.h"

namespace loan_manager::fleet::transfers {

namespace asio = boost::asio;
using access::Permission;

void TransferHandlers::register_with(rpc::Server& server) {
    server.service<v1::TransferService>()
        .command("RequestTransfer", runner_.handler(&request))
        .query("ListTransfers", pages_.list<v1::TransferList>(&list, &read_item))
        .query("GetTransfer", &TransferHandlers::get, *this)
        .query("ListBikeTransfers", pages_.list<v1::TransferList>(&list_of_bike, &read_item))
        .command("ApproveTransfer", runner_.handler(&approve))
        .command("RejectTransfer", runner_.handler(&reject))
        .command("DispatchTransfer", runner_.handler(&dispatch))
        .command("CompleteTransfer", runner_.handler(&complete, stock_number_max_))
        .command("CancelTransfer", runner_.handler(&cancel));
}

asio::awaitable<rpc::Result<v1::Transfer>> TransferHandlers::get(rpc::CallContext& call,
                                                                 const v1::GetTransferRequest& request) {
    sql::RoundTrip trip;
    const auto transfer = add_find(trip, request.id());
    co_await trip.run(pools_.local(), call.deadline);
    auto found = trip[transfer];
    if (!found) {
        co_return std::move(found).error();
    }
    if (!found->covered_by(access::reach(call.caller, Permission::transfers_read))) {
        co_return no_such_transfer();
    }
    co_return std::move(found->transfer);
}

}  // namespace loan_manager::fleet::transfers
