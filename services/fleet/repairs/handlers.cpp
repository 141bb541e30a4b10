#include "fleet/repairs/handlers.hpp"

#include "fleet/repairs/commands.hpp"
#include "fleet/repairs/queries.hpp"
#include "fleet/repairs/rows.hpp"
#include "loanmanager/fleet/v1/repairs.grpc.pb.h"

namespace loan_manager::fleet::repairs {

namespace asio = boost::asio;
using access::Permission;

void RepairHandlers::register_with(rpc::Server& server) {
    auto service = server.service<v1::RepairJobService>();
    service.query("ListRepairJobs", &RepairHandlers::list, *this)
        .query("ListBikeRepairJobs", &RepairHandlers::list_of_bike, *this)
        .query("GetRepairJob", &RepairHandlers::get, *this)
        .command("OpenRepairJob", runner_.handler(&open))
        .command("UpdateRepairJob", runner_.handler(&update))
        .command("AddRepairJobLine", runner_.handler(&add_line))
        .command("UpdateRepairJobLine", runner_.handler(&update_line))
        .command("DeleteRepairJobLine", runner_.handler(&delete_line))
        .command("StartRepairJob", runner_.handler(&start))
        .command("CompleteRepairJob", runner_.handler(&complete))
        .command("CancelRepairJob", runner_.handler(&cancel))
        .command("InvoiceRepairJob", runner_.handler(&invoice));
}

asio::awaitable<rpc::Result<v1::RepairJobList>> RepairHandlers::list(rpc::CallContext& call,
                                                                     const v1::ListRepairJobsRequest& request) {
    auto page = co_await pages_.read(request, call.deadline);
    if (!page) {
        co_return page.error();
    }
    auto query = list_query(request, std::move(*page), call.caller);
    if (!query) {
        co_return query.error();
    }
    co_return co_await sql::run<v1::RepairJobList>(*query, pools_.local(), call.deadline, &read_item);
}

asio::awaitable<rpc::Result<v1::RepairJobList>> RepairHandlers::list_of_bike(
    rpc::CallContext& call, const v1::ListBikeRepairJobsRequest& request) {
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
    co_return co_await sql::run_below<v1::RepairJobList>(trip, bike, missing, *query, pools_.local(), call.deadline,
                                                         &read_item);
}

asio::awaitable<rpc::Result<v1::RepairJob>> RepairHandlers::get(rpc::CallContext& call,
                                                                const v1::GetRepairJobRequest& request) {
    sql::RoundTrip trip;
    const auto job = add_find(trip, request.id());
    co_await trip.run(pools_.local(), call.deadline);
    const auto stored = trip[job];
    if (!stored) {
        co_return stored.error();
    }
    const auto readable = access::reach(call.caller, Permission::repairs_read);
    if (!readable.covers(stored->job.branch_id(), stored->company_id, stored->job.mechanic_id())) {
        co_return rpc::not_found("There is no such repair job.");
    }
    co_return stored->job;
}

}  // namespace loan_manager::fleet::repairs
