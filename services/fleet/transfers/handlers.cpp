#include "fleet/transfers/handlers.hpp"

#include "fleet/transfers/commands.hpp"
#include "fleet/transfers/queries.hpp"
#include "fleet/transfers/rows.hpp"
#include "loanmanager/fleet/v1/transfers.grpc.pb.h"

namespace loan_manager::fleet::transfers {

namespace asio = boost::asio;
using access::Permission;

void TransferHandlers::register_with(rpc::Server& server) {
    auto service = server.service<v1::TransferService>();
    service.command("RequestTransfer", runner_.handler(&request))
        .query("ListTransfers", &TransferHandlers::list, *this)
        .query("GetTransfer", &TransferHandlers::get, *this)
        .query("ListBikeTransfers", &TransferHandlers::list_of_bike, *this)
        .command("ApproveTransfer", runner_.handler(&approve))
        .command("RejectTransfer", runner_.handler(&reject))
        .command("DispatchTransfer", runner_.handler(&dispatch))
        .command("CompleteTransfer", runner_.handler(&complete, stock_number_max_))
        .command("CancelTransfer", runner_.handler(&cancel));
}

asio::awaitable<rpc::Result<v1::TransferList>> TransferHandlers::list(rpc::CallContext& call,
                                                                      const v1::ListTransfersRequest& request) {
    auto page = co_await pages_.read(request, call.deadline);
    if (!page) {
        co_return page.error();
    }
    auto query = list_query(request, std::move(*page), call.caller);
    if (!query) {
        co_return query.error();
    }
    co_return co_await sql::run<v1::TransferList>(*query, pools_.local(), call.deadline, &read_item);
}

asio::awaitable<rpc::Result<v1::Transfer>> TransferHandlers::get(rpc::CallContext& call,
                                                                 const v1::GetTransferRequest& request) {
    sql::RoundTrip trip;
    const auto transfer = add_find(trip, request.id());
    co_await trip.run(pools_.local(), call.deadline);
    const auto found = trip[transfer];
    if (!found) {
        co_return found.error();
    }
    if (!found->within(access::reach(call.caller, Permission::transfers_read))) {
        co_return rpc::not_found("There is no such transfer.");
    }
    co_return found->transfer;
}

asio::awaitable<rpc::Result<v1::TransferList>> TransferHandlers::list_of_bike(
    rpc::CallContext& call, const v1::ListBikeTransfersRequest& request) {
    auto page = co_await pages_.read(request, call.deadline);
    if (!page) {
        co_return page.error();
    }
    auto query = list_query(request, std::move(*page), call.caller);
    if (!query) {
        co_return query.error();
    }
    sql::RoundTrip trip;
    const auto bike =
        bikes::add_is_readable(trip, request.bicycle_id(), access::reach(call.caller, Permission::bikes_read));
    const auto missing = bikes::no_such_bike();
    co_return co_await sql::run_below<v1::TransferList>(trip, bike, missing, *query, pools_.local(), call.deadline,
                                                        &read_item);
}

}  // namespace loan_manager::fleet::transfers
