#include "fleet/repairs/handlers.hpp"

#include "access/reach.hpp"
#include "fleet/bikes/repository.hpp"
#include "fleet/repairs/add_line.hpp"
#include "fleet/repairs/cancel.hpp"
#include "fleet/repairs/complete.hpp"
#include "fleet/repairs/delete_line.hpp"
#include "fleet/repairs/invoice.hpp"
#include "fleet/repairs/open.hpp"
#include "fleet/repairs/repository.hpp"
#include "fleet/repairs/start.hpp"
#include "fleet/repairs/update.hpp"
#include "fleet/repairs/update_line.hpp"
#include "fleet/values/reference_check.hpp"

namespace loan_manager::fleet::repairs {

namespace asio = boost::asio;
using access::Permission;

void RepairHandlers::register_with(rpc::Server& server) {
    auto service = server.service<v1::RepairJobService>();
    service.query("ListRepairJobs", &RepairHandlers::list, *this)
        .query("ListBikeRepairJobs", &RepairHandlers::list_of_bike, *this)
        .query("GetRepairJob", &RepairHandlers::get, *this)
        .command("OpenRepairJob", runner_.handler<Open>())
        .command("UpdateRepairJob", runner_.handler<Update>())
        .command("AddRepairJobLine", runner_.handler<AddLine>())
        .command("UpdateRepairJobLine", runner_.handler<UpdateLine>())
        .command("DeleteRepairJobLine", runner_.handler<DeleteLine>())
        .command("StartRepairJob", runner_.handler<Start>())
        .command("CompleteRepairJob", runner_.handler<Complete>())
        .command("CancelRepairJob", runner_.handler<Cancel>())
        .command("InvoiceRepairJob", runner_.handler<Invoice>());
}

asio::awaitable<rpc::Result<v1::RepairJobList>> RepairHandlers::list(rpc::CallContext& context,
                                                                     const v1::ListRepairJobsRequest& request) {
    const auto page = paging::read_page(request);
    if (!page) {
        co_return page.error();
    }
    auto query = list_query(access::reach(context.caller, Permission::repairs_read), *page);
    add_filters(query, request);
    if (auto sorted = sort(query, request.sort()); !sorted) {
        co_return sorted.error();
    }
    ReferenceCheck references;
    references.branch("branch_id", LM_MAYBE(request, branch_id));
    references.bike("bicycle_id", LM_MAYBE(request, bicycle_id));
    references.user("mechanic_id", LM_MAYBE(request, mechanic_id));

    postgres::Batch batch;
    query.add_to(batch, list_statements_);
    references.add_to(batch);
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    if (auto known = references.read(results); !known) {
        co_return known.error();
    }
    co_return read_list<v1::RepairJobList>(results, 0, *page, read_item);
}

asio::awaitable<rpc::Result<v1::RepairJobList>> RepairHandlers::list_of_bike(
    rpc::CallContext& context, const v1::ListBikeRepairJobsRequest& request) {
    const auto page = paging::read_page(request);
    if (!page) {
        co_return page.error();
    }
    auto query = list_query(access::reach(context.caller, Permission::repairs_read), *page);
    query.where("j.bicycle_id = " + query.parameter(request.bicycle_id()) + "::uuid");
    if (auto sorted = sort(query, {}); !sorted) {
        co_return sorted.error();
    }
    postgres::Batch batch;
    bikes::add_is_readable(batch, request.bicycle_id(), access::reach(context.caller, Permission::bikes_read));
    query.add_to(batch, list_statements_);
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    if (results.at(0).empty()) {
        co_return rpc::not_found("There is no such bike.");
    }
    co_return read_list<v1::RepairJobList>(results, 1, *page, read_item);
}

asio::awaitable<rpc::Result<v1::RepairJob>> RepairHandlers::get(rpc::CallContext& context,
                                                                const v1::GetRepairJobRequest& request) {
    postgres::Batch batch;
    add_find(batch, request.id());
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    auto located = read_found(results.at(0));
    if (!located) {
        co_return located.error();
    }
    const auto readable = access::reach(context.caller, Permission::repairs_read);
    if (!readable.covers(located->job.branch_id(), located->company_id, located->job.mechanic_id())) {
        co_return rpc::not_found("There is no such repair job.");
    }
    co_return located->job;
}

}  // namespace loan_manager::fleet::repairs
