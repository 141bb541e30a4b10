#include "fleet/commissions/handlers.hpp"

#include <utility>

#include "access/reach.hpp"
#include "fleet/commissions/commands.hpp"
#include "fleet/commissions/explanation.hpp"
#include "fleet/commissions/past_sales.hpp"
#include "fleet/commissions/queries.hpp"
#include "fleet/commissions/rows.hpp"
#include "fleet/commissions/rule_rows.hpp"
#include "fleet/commissions/rules.hpp"
#include "loanmanager/fleet/v1/commissions.grpc.pb.h"
#include "postgres/transaction.hpp"

namespace loan_manager::fleet::commissions {
namespace {

namespace asio = boost::asio;
using access::Permission;

// D-901 ³: within reach, or his own. NOT_FOUND otherwise (D-902).
rpc::Result<StoredCommission> readable(rpc::Result<StoredCommission> found, const access::Identity& caller) {
    if (found && !found->covered_by(access::reach(caller, Permission::commissions_read)) &&
        found->commission.payee_user_id() != caller.user_id) {
        return no_such_commission();
    }
    return found;
}

}  // namespace

void CommissionHandlers::register_with(rpc::Server& server) {
    server.service<v1::CommissionService>()
        .query("ListCommissionRules", pages_.list<v1::CommissionRuleList>(&list_rules, &read_rule))
        .query("GetCommissionRule", &CommissionHandlers::get_rule, *this)
        .command("CreateCommissionRule", runner_.handler(&create_rule))
        .command("UpdateCommissionRule", runner_.handler(&update_rule))
        .query("ReplayCommissionRule", &CommissionHandlers::replay, *this)
        .query("ListCommissions", pages_.list<v1::CommissionList>(&list, &read_item))
        .query("GetCommission", &CommissionHandlers::get, *this)
        .query("ExplainCommission", &CommissionHandlers::explain, *this)
        .command("ApproveCommission", runner_.handler(&approve))
        .command("RejectCommission", runner_.handler(&reject))
        .command("PayCommission", runner_.handler(&pay));
}

asio::awaitable<rpc::Result<v1::CommissionRule>> CommissionHandlers::get_rule(
    rpc::CallContext& call, const v1::GetCommissionRuleRequest& request) {
    sql::RoundTrip trip;
    const auto rule = add_find_rule(trip, request.id(), access::reach(call.caller, Permission::commission_rules_read));
    co_await trip.run(pools_.local(), call.deadline);
    co_return trip[rule];
}

asio::awaitable<rpc::Result<v1::CommissionReplay>> CommissionHandlers::replay(
    rpc::CallContext& call, const v1::ReplayCommissionRuleRequest& request) {
    const auto rule = draft(request);
    auto issues = check(rule);
    if (request.to() < request.from()) {
        issues.emplace_back("to", validate::issue::out_of_range);
    }
    sql::RoundTrip trip;
    const auto found =
        add_find_company(trip, request.company_id(), access::reach(call.caller, Permission::commission_rules_manage));
    co_await trip.run(pools_.local(), call.deadline);
    const auto company = trip[found];
    if (!company) {
        issues.emplace_back("company_id", validate::issue::not_found);
    }
    if (!issues.empty()) {
        co_return rpc::validation(std::move(issues));
    }
    if (!company->covered) {
        co_return rpc::out_of_scope();
    }

    postgres::TransactionOptions options;
    options.isolation = postgres::Isolation::repeatable_read;
    options.read_only = true;
    const ReplayReader reader(terms_of(rule), company->id, request.from(), request.to());
    co_return (co_await postgres::with_transaction(pools_.local(), options, reader, call.deadline)).value();
}

asio::awaitable<rpc::Result<v1::Commission>> CommissionHandlers::get(rpc::CallContext& call,
                                                                     const v1::GetCommissionRequest& request) {
    sql::RoundTrip trip;
    const auto commission = add_find(trip, request.id());
    co_await trip.run(pools_.local(), call.deadline);
    const auto found = readable(trip[commission], call.caller);
    if (!found) {
        co_return found.error();
    }
    co_return visible_to(call.caller, *found);
}

asio::awaitable<rpc::Result<v1::CommissionExplanation>> CommissionHandlers::explain(
    rpc::CallContext& call, const v1::ExplainCommissionRequest& request) {
    sql::RoundTrip trip;
    const auto commission = add_find(trip, request.id());
    const auto behind = add_frozen(trip, request.id());
    co_await trip.run(pools_.local(), call.deadline);
    const auto found = readable(trip[commission], call.caller);
    if (!found) {
        co_return found.error();
    }
    const auto frozen = read_frozen(trip, behind, found->commission);
    const bool costs_visible = found->covered_by(access::reach(call.caller, Permission::costs_read));
    co_return commissions::explain(frozen, costs_visible);
}

}  // namespace loan_manager::fleet::commissions
