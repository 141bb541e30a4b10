#include "fleet/audit/handlers.hpp"

#include "access/reach.hpp"
#include "fleet/audit/repository.hpp"
#include "fleet/values/reference_check.hpp"

namespace loan_manager::fleet::audit {

namespace asio = boost::asio;

void AuditHandlers::register_with(rpc::Server& server) {
    server.service<v1::AuditService>().query("ListAudit", &AuditHandlers::list, *this);
}

asio::awaitable<rpc::Result<v1::AuditList>> AuditHandlers::list(rpc::CallContext& context,
                                                                const v1::ListAuditRequest& request) {
    const rpc::Result<paging::PageRequest> page = paging::read_page(request);
    if (!page) co_return page.error();
    const access::Reach readable = access::reach(context.caller, access::Permission::audit_read);
    const rpc::Result<ListQuery> query = compose_list(request, *page, readable);
    if (!query) co_return query.error();

    ReferenceCheck references;
    references.user("user_id", LM_MAYBE(request, user_id));
    references.branch("branch_id", LM_MAYBE(request, branch_id));
    postgres::Batch batch;
    query->add_to(batch, statements_);
    references.add_to(batch);
    const std::vector<postgres::Rows> results = (co_await pools_.local().run(batch, context.deadline)).value();
    if (const rpc::Result<void> known = references.read(results); !known) co_return known.error();
    co_return read_list<v1::AuditList>(results, 0, *page, read_row);
}

}  // namespace loan_manager::fleet::audit
