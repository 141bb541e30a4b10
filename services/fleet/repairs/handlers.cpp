#include "fleet/repairs/handlers.hpp"

#include "fleet/repairs/commands.hpp"
#include "fleet/repairs/queries.hpp"
#include "fleet/repairs/rows.hpp"
#include "loanmanager/fleet/v1/repairs.grpc.pb.h"

namespace loan_manager::fleet::repairs {

namespace asio = boost::asio;
using access::Permission;

void RepairHandlers::register_with(rpc::Server& server) {
    server.service<v1::RepairJobService>()
        .command("OpenRepairJob", runner_.handler(&open))
        .query("ListRepairJobs", pages_.list<v1::RepairJobList>(&list, &read_item))
        .query("GetRepairJob", &RepairHandlers::get, *this)
        .query("ListBikeRepairJobs", pages_.list<v1::RepairJobList>(&list_of_bike, &read_item))
        .command("UpdateRepairJob", runner_.handler(&update))
        .command("AddRepairJobLine", runner_.handler(&add_line))
        .command("UpdateRepairJobLine", runner_.handler(&update_line))
        .command("DeleteRepairJobLine", runner_.handler(&delete_line))
        .command("StartRepairJob", runner_.handler(&start))
        .command("CompleteRepairJob", runner_.handler(&complete))
        .command("CancelRepairJob", runner_.handler(&cancel))
        .command("InvoiceRepairJob", runner_.handler(&invoice));
}

asio::awaitable<rpc::Result<v1::RepairJob>> RepairHandlers::get(rpc::CallContext& call,
                                                                const v1::GetRepairJobRequest& request) {
    sql::RoundTrip trip;
    const auto job = add_find(trip, request.id());
    co_await trip.run(pools_.local(), call.deadline);
    auto found = trip[job];
    if (!found) {
        co_return std::move(found).error();
    }
    if (!found->covered_by(access::reach(call.caller, Permission::repairs_read))) {
        co_return no_such_job();
    }
    co_return std::move(found->job);
}

}  // namespace loan_manager::fleet::repairs
