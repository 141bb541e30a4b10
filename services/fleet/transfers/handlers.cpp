#include "fleet/transfers/handlers.hpp"

#include "access/reach.hpp"
#include "fleet/bikes/repository.hpp"
#include "fleet/transfers/approve.hpp"
#include "fleet/transfers/cancel.hpp"
#include "fleet/transfers/complete.hpp"
#include "fleet/transfers/dispatch.hpp"
#include "fleet/transfers/list_query.hpp"
#include "fleet/transfers/reject.hpp"
#include "fleet/transfers/repository.hpp"
#include "fleet/transfers/request.hpp"
#include "fleet/values/reference_check.hpp"

namespace loan_manager::fleet::transfers {

namespace asio = boost::asio;
using access::Permission;

void TransferHandlers::register_with(rpc::Server& server) {
    auto service = server.service<v1::TransferService>();
    service.command("RequestTransfer", runner_.handler<Request>())
        .query("ListTransfers", &TransferHandlers::list, *this)
        .query("GetTransfer", &TransferHandlers::get, *this)
        .query("ListBikeTransfers", &TransferHandlers::list_of_bike, *this)
        .command("ApproveTransfer", runner_.handler<Approve>())
        .command("RejectTransfer", runner_.handler<Reject>())
        .command("DispatchTransfer", runner_.handler<Dispatch>())
        .command("CompleteTransfer", runner_.handler<Complete>(stock_number_max_))
        .command("CancelTransfer", runner_.handler<Cancel>());
}

asio::awaitable<rpc::Result<v1::TransferList>> TransferHandlers::list(rpc::CallContext& context,
                                                                      const v1::ListTransfersRequest& request) {
    const auto page = paging::read_page(request);
    if (!page) {
        co_return page.error();
    }
    const auto query = compose_list(request, *page, access::reach(context.caller, Permission::transfers_read));
    if (!query) {
        co_return query.error();
    }
    ReferenceCheck references;
    references.branch("branch_id", LM_MAYBE(request, branch_id));
    references.branch("from_branch_id", LM_MAYBE(request, from_branch_id));
    references.branch("to_branch_id", LM_MAYBE(request, to_branch_id));
    references.bike("bicycle_id", LM_MAYBE(request, bicycle_id));

    postgres::Batch batch;
    query->add_to(batch, list_statements_);
    references.add_to(batch);
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    if (auto known = references.read(results); !known) {
        co_return known.error();
    }
    co_return read_list<v1::TransferList>(results, 0, *page, read_item);
}

asio::awaitable<rpc::Result<v1::Transfer>> TransferHandlers::get(rpc::CallContext& context,
                                                                 const v1::GetTransferRequest& request) {
    postgres::Batch batch;
    add_find(batch, request.id());
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    const auto found = read_found(results.at(0));
    if (!found) {
        co_return found.error();
    }
    if (!found->within(access::reach(context.caller, Permission::transfers_read))) {
        co_return rpc::not_found("There is no such transfer.");
    }
    co_return found->transfer;
}

asio::awaitable<rpc::Result<v1::TransferList>> TransferHandlers::list_of_bike(
    rpc::CallContext& context, const v1::ListBikeTransfersRequest& request) {
    const auto page = paging::read_page(request);
    if (!page) {
        co_return page.error();
    }
    const auto query = compose_list(request, *page, access::reach(context.caller, Permission::transfers_read));
    if (!query) {
        co_return query.error();
    }
    postgres::Batch batch;
    bikes::add_is_readable(batch, request.bicycle_id(), access::reach(context.caller, Permission::bikes_read));
    query->add_to(batch, list_statements_);
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    if (results.at(0).empty()) {
        co_return rpc::not_found("There is no such bike.");
    }
    co_return read_list<v1::TransferList>(results, 1, *page, read_item);
}

}  // namespace loan_manager::fleet::transfers
