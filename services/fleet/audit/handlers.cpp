#include "fleet/audit/handlers.hpp"

#include "fleet/audit/queries.hpp"
#include "loanmanager/fleet/v1/audit.grpc.pb.h"

namespace loan_manager::fleet::audit {

void AuditHandlers::register_with(rpc::Server& server) {
    server.service<v1::AuditService>().query("ListAudit", pages_.list<v1::AuditList>(&list, &read_item));
}

}  // namespace loan_manager::fleet::audit
