#include "fleet/audit/handlers.hpp"

#include "fleet/audit/queries.hpp"
#include "loanmanager/fleet/v1/audit.grpc.pb.h"

namespace loan_manager::fleet::audit {

void AuditHandlers::register_with(rpc::Server& server) {
    server.service<v1::AuditService>().query("ListAudit", &AuditHandlers::list, *this);
}

boost::asio::awaitable<rpc::Result<v1::AuditList>> AuditHandlers::list(rpc::CallContext& call,
                                                                       const v1::ListAuditRequest& request) {
    auto page = co_await pages_.read(request, call.deadline);
    if (!page) {
        co_return page.error();
    }
    auto query = list_query(request, std::move(*page), call.caller);
    if (!query) {
        co_return query.error();
    }
    co_return co_await sql::run<v1::AuditList>(*query, pools_.local(), call.deadline, &read_item);
}

}  // namespace loan_manager::fleet::audit
