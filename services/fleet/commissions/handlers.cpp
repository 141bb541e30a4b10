#include "fleet/commissions/handlers.hpp"

#include <utility>

#include "access/reach.hpp"
#include "fleet/commissions/approve.hpp"
#include "fleet/commissions/create_rule.hpp"
#include "fleet/commissions/explanation.hpp"
#include "fleet/commissions/list_query.hpp"
#include "fleet/commissions/past_sales.hpp"
#include "fleet/commissions/pay.hpp"
#include "fleet/commissions/reject.hpp"
#include "fleet/commissions/replay.hpp"
#include "fleet/commissions/repository.hpp"
#include "fleet/commissions/rule_repository.hpp"
#include "fleet/commissions/rules.hpp"
#include "fleet/commissions/update_rule.hpp"
#include "fleet/organisation/repository.hpp"
#include "fleet/values/list_query.hpp"
#include "fleet/values/reference_check.hpp"
#include "postgres/transaction.hpp"

namespace loan_manager::fleet::commissions {
namespace {

namespace asio = boost::asio;
using access::Permission;

// D-901 ³: within reach, or his own.
bool may_read(const access::Identity& caller, const StoredCommission& stored) {
    return stored.covered_by(access::reach(caller, Permission::commissions_read)) ||
           stored.commission.payee_user_id() == caller.user_id;
}

rpc::Error no_such_commission() { return rpc::not_found("There is no such commission."); }

/// Reads the past sales page by page in one snapshot.
class ReplayReader {
public:
    ReplayReader(Terms terms, std::string company_id, const v1::ReplayCommissionRuleRequest& request)
        : terms_(std::move(terms)), company_id_(std::move(company_id)), request_(request) {}

    asio::awaitable<postgres::Result<v1::CommissionReplay>> operator()(postgres::Transaction& transaction) const {
        Replay replay(terms_);
        After after;
        after.sale_date = request_.from();
        after.id = commands::no_id;
        for (;;) {
            postgres::Batch batch;
            add_past_sales(batch, company_id_, request_.to(), after);
            const auto results = (co_await transaction.run(batch)).value();
            const auto sales = read_past_sales(results.at(0));
            for (const auto& sale : sales) {
                replay.add(sale);
            }
            if (static_cast<int>(sales.size()) < past_sales_page) {
                co_return replay.result();
            }
            after.sale_date = sales.back().sale_date;
            after.id = sales.back().id;
        }
    }

private:
    Terms terms_;
    std::string company_id_;
    const v1::ReplayCommissionRuleRequest& request_;
};

}  // namespace

void CommissionHandlers::register_with(rpc::Server& server) {
    auto service = server.service<v1::CommissionService>();
    service.query("ListCommissionRules", &CommissionHandlers::list_rules, *this)
        .query("GetCommissionRule", &CommissionHandlers::get_rule, *this)
        .command("CreateCommissionRule", runner_.handler<CreateRule>())
        .command("UpdateCommissionRule", runner_.handler<UpdateRule>())
        .query("ReplayCommissionRule", &CommissionHandlers::replay, *this)
        .query("ListCommissions", &CommissionHandlers::list, *this)
        .query("GetCommission", &CommissionHandlers::get, *this)
        .query("ExplainCommission", &CommissionHandlers::explain, *this)
        .command("ApproveCommission", runner_.handler<Approve>())
        .command("RejectCommission", runner_.handler<Reject>())
        .command("PayCommission", runner_.handler<Pay>());
}

asio::awaitable<rpc::Result<v1::CommissionRuleList>> CommissionHandlers::list_rules(
    rpc::CallContext& context, const v1::ListCommissionRulesRequest& request) {
    const auto page = paging::read_page(request);
    if (!page) {
        co_return page.error();
    }
    const auto readable = access::reach(context.caller, Permission::commission_rules_read);
    ReferenceCheck references;
    references.company("company_id", LM_MAYBE(request, company_id));
    postgres::Batch batch;
    if (auto added = add_rule_list(batch, rule_statements_, request, *page, readable); !added) {
        co_return added.error();
    }
    references.add_to(batch);
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    if (auto known = references.read(results); !known) {
        co_return known.error();
    }
    co_return fleet::read_list<v1::CommissionRuleList>(results, 0, *page, read_rule);
}

asio::awaitable<rpc::Result<v1::CommissionRule>> CommissionHandlers::get_rule(
    rpc::CallContext& context, const v1::GetCommissionRuleRequest& request) {
    postgres::Batch batch;
    add_find_rule(batch, request.id(), access::reach(context.caller, Permission::commission_rules_read));
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    if (results.at(0).empty()) {
        co_return rpc::not_found("There is no such commission rule.");
    }
    co_return read_rule(results.at(0).front());
}

asio::awaitable<rpc::Result<v1::CommissionReplay>> CommissionHandlers::replay(
    rpc::CallContext& context, const v1::ReplayCommissionRuleRequest& request) {
    const auto rule = draft(request);
    auto issues = check(rule);
    if (request.to() < request.from()) {
        issues.emplace_back("to", validate::issue::out_of_range);
    }
    postgres::Batch batch;
    organisation::add_company(batch, request.company_id());
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    const auto company = organisation::read_company(results.at(0));
    if (!company) {
        issues.emplace_back("company_id", validate::issue::not_found);
    }
    if (!issues.empty()) {
        co_return rpc::validation(std::move(issues));
    }
    const auto reach = access::reach(context.caller, Permission::commission_rules_manage);
    if (!reach.covers(std::string_view(), company->id())) {
        co_return rpc::out_of_scope();
    }

    postgres::TransactionOptions options;
    options.isolation = postgres::Isolation::repeatable_read;
    options.read_only = true;
    const ReplayReader reader(terms_of(rule), company->id(), request);
    co_return (co_await postgres::with_transaction(pools_.local(), options, reader, context.deadline)).value();
}

asio::awaitable<rpc::Result<v1::CommissionList>> CommissionHandlers::list(rpc::CallContext& context,
                                                                          const v1::ListCommissionsRequest& request) {
    const auto page = paging::read_page(request);
    if (!page) {
        co_return page.error();
    }
    const bool of_somebody = request.has_payee() && request.payee() != "me";
    ReferenceCheck references;
    references.user("payee", of_somebody ? std::optional(request.payee()) : std::nullopt);
    references.sale("sale_id", LM_MAYBE(request, sale_id));
    references.branch("branch_id", LM_MAYBE(request, branch_id));
    postgres::Batch batch;
    if (auto added = add_list(batch, list_statements_, request, *page, context.caller); !added) {
        co_return added.error();
    }
    references.add_to(batch);
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    if (auto known = references.read(results); !known) {
        co_return known.error();
    }
    co_return read_list(results, 0, *page, context.caller);
}

asio::awaitable<rpc::Result<v1::Commission>> CommissionHandlers::get(rpc::CallContext& context,
                                                                     const v1::GetCommissionRequest& request) {
    postgres::Batch batch;
    add_find(batch, request.id());
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    const auto found = read_found(results.at(0));
    if (!found || !may_read(context.caller, *found)) {
        co_return no_such_commission();
    }
    co_return visible_to(context.caller, *found);
}

asio::awaitable<rpc::Result<v1::CommissionExplanation>> CommissionHandlers::explain(
    rpc::CallContext& context, const v1::ExplainCommissionRequest& request) {
    postgres::Batch batch;
    add_find(batch, request.id());
    add_frozen(batch, request.id());
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    const auto found = read_found(results.at(0));
    if (!found || !may_read(context.caller, *found)) {
        co_return no_such_commission();
    }
    const auto frozen = read_frozen(results, 1, found->commission);
    const bool costs_visible = found->covered_by(access::reach(context.caller, Permission::costs_read));
    co_return commissions::explain(frozen, costs_visible);
}

}  // namespace loan_manager::fleet::commissions
