#pragma once

#include "loanmanager/fleet/v1/audit.pb.h"
#include "rpc/server.hpp"
#include "sql/pages.hpp"

namespace loan_manager::fleet::audit {

namespace v1 = loanmanager::fleet::v1;

/// AuditService over gRPC. One per process, used by all loops.
class AuditHandlers {
public:
    /// Everything must outlive the handlers.
    explicit AuditHandlers(sql::Pages& pages) : pages_(pages) {}

    void register_with(rpc::Server& server);

private:
    sql::Pages& pages_;
};

}  // namespace loan_manager::fleet::audit
