#include "fleet/audit/handlers.hpp"

#include "access/reach.hpp"
#include "fleet/audit/repository.hpp"
#include "fleet/organisation/repository.hpp"

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

    const std::vector<std::string> no_companies;
    const std::vector<std::string> branches{request.branch_id()};
    postgres::Batch batch;
    organisation::add_reference_check(batch, no_companies, branches);
    query->add_to(batch, statements_);
    const std::vector<postgres::Rows> results = (co_await pools_.local().run(batch, context.deadline)).value();
    if (request.has_branch_id() && organisation::read_reference_check(results[0]).branches.empty()) {
        std::vector<rpc::FieldIssue> issues;
        issues.emplace_back("branch_id", std::string(validate::issue::not_found));
        co_return rpc::validation(std::move(issues));
    }
    co_return read_list<v1::AuditList>(results, 1, *page, read_row);
}

}  // namespace loan_manager::fleet::audit
