#include "fleet/sales/sell.hpp"

#include <algorithm>
#include <array>

#include "access/reach.hpp"
#include "fleet/bikes/acquire.hpp"
#include "fleet/bikes/repository.hpp"
#include "fleet/bikes/state.hpp"
#include "fleet/commissions/of_sale.hpp"
#include "fleet/documents/numbers.hpp"
#include "fleet/ledger/rows.hpp"
#include "fleet/sales/journal.hpp"
#include "fleet/sales/repository.hpp"
#include "fleet/sales/rules.hpp"
#include "fleet/sales/sale_row.hpp"
#include "fleet/sales/trade_in.hpp"
#include "fleet/stock_numbers/rows.hpp"
#include "fleet/values/proto_values.hpp"
#include "fleet/values/row_message.hpp"
#include "runtime/uuid.hpp"

namespace loan_manager::fleet::sales {
namespace {

using access::Permission;

constexpr std::array payment_fields{"selling_price", "payment_method",  "cash_amount",   "bank_amount",
                                    "down_payment",  "financed_amount", "trade_in_value"};

void add_issues(commands::Unit& unit, const std::vector<rpc::FieldIssue>& issues) {
    for (const auto& issue : issues) {
        unit.issue(issue.field, issue.issue);
    }
}

// What only the bike can tell about the request. Whoever may not sell it has not come this far.
rpc::Result<void> check_against(commands::Unit& unit, const v1::SellBikeRequest& request, const v1::Bike& bike,
                                const Figures& figures) {
    if (is_before(sale_date_of(request, unit.today()), bike.procurement_date())) {
        unit.issue("sale_date", validate::issue::out_of_range);
    }
    if (!figures.is_storable()) {
        unit.issue("selling_price", validate::issue::out_of_range);
    }
    return unit.valid();
}

// D-212: who may accept a loss comes before the state of the bike. Its cost is a fact in every state.
rpc::Result<void> check_sellable(const commands::Unit& unit, const v1::SellBikeRequest& request, const v1::Bike& bike,
                                 const Figures& figures, bikes::BikeFacts facts,
                                 const std::optional<bikes::BranchRow>& branch) {
    const auto may_approve_loss = access::reach(unit.caller(), Permission::sales_approve_loss);
    if (figures.is_loss() && !may_approve_loss.covers(bike.current_branch_id(), bike.company_id())) {
        return rpc::Error("LOSS_NEEDS_MANAGER");
    }
    if (auto ready = bikes::check_ready(bike, facts, {v1::BIKE_STATUS_IN_STOCK, v1::BIKE_STATUS_ALLOCATED});
        !ready) {
        return ready.error();
    }
    if (!branch || !branch->is_active) {
        return rpc::Error("BRANCH_INACTIVE");
    }
    if (figures.is_loss() && !request.acknowledge_loss()) {
        return rpc::Error("LOSS_NOT_ACKNOWLEDGED");
    }
    return {};
}

v1::Sale draft(const commands::Unit& unit, const v1::SellBikeRequest& request, const v1::Bike& bike,
               const Figures& figures) {
    v1::Sale sale;
    copy_fields(request, sale, {"payment_method", "selling_branch_id"});
    sale.set_status(v1::SALE_STATUS_ACTIVE);
    sale.set_selling_branch_id(bike.current_branch_id());
    sale.set_selling_branch_code(bike.current_branch_code());
    sale.set_selling_company_id(bike.company_id());
    sale.set_selling_company_code(bike.company_code());
    sale.set_stock_number_at_sale(bike.current_stock_number());
    sale.set_sale_date(sale_date_of(request, unit.today()));

    const auto payment = payment_of(request);
    sale.set_payment_method(payment.method);
    sale.set_cash_amount(payment.cash.to_string());
    sale.set_bank_amount(payment.bank.to_string());
    sale.set_down_payment(payment.down.to_string());
    sale.set_financed_amount(payment.financed.to_string());
    sale.set_trade_in_value(payment.trade_in.to_string());

    sale.set_total_cost(figures.total_cost.to_string());
    sale.set_profit(figures.profit.to_string());
    sale.set_margin_pct(figures.margin.to_string());
    if (figures.markup) {
        sale.set_markup_pct(figures.markup->to_string());
    }
    sale.set_after_sale_total(bike.after_sale_total());
    if (figures.is_loss()) {
        sale.set_loss_acknowledged_by(unit.caller().user_id);
    }

    sale.set_version(1);
    for (auto* moment : {sale.mutable_recorded_at(), sale.mutable_created_at(), sale.mutable_updated_at()}) {
        assign(*moment, unit.now());
    }
    sale.set_created_by(unit.caller().user_id);
    sale.set_updated_by(unit.caller().user_id);
    return sale;
}

ledger::Entry entry_of(const v1::Sale& sale) {
    ledger::Entry entry;
    entry.type = v1::LEDGER_ENTRY_TYPE_SALE;
    entry.source = ledger::Source::sales;
    entry.source_id = sale.id();
    entry.bicycle_id = sale.bicycle_id();
    entry.branch_id = sale.selling_branch_id();
    entry.amount = sale.selling_price();
    entry.entry_date = sale.sale_date();
    entry.description = "Sale " + sale.invoice_no();
    return entry;
}

}  // namespace

void Sell::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    add_issues(unit, check_dates(request, unit.today()));
    const auto is_unsound = [&](const char* field) { return unit.has_issue(field); };
    if (std::none_of(payment_fields.begin(), payment_fields.end(), is_unsound)) {
        add_issues(unit, check_payment(request));
    }
    const std::string id = unit.sound_id("bicycle_id", request.bicycle_id());
    bikes::add_lock(reads, id, access::reach(unit.caller(), Permission::sales_record));
    bikes::add_open_jobs(reads, id);
    bikes::add_branch(reads, unit.sound_id("selling_branch_id", request.selling_branch_id()));
}

boost::asio::awaitable<rpc::Result<v1::Sale>> Sell::execute(commands::Unit& unit, const request_type& request,
                                                            std::vector<postgres::Rows>& reads) {
    const auto named = bikes::read_branch(reads.at(2));
    if (request.has_selling_branch_id() && !named) {
        unit.issue("selling_branch_id", validate::issue::not_found);
    }
    if (auto valid = unit.valid(); !valid) {
        co_return valid.error();
    }
    auto locked = bikes::read_locked(reads.at(0));
    if (!locked) {
        co_return locked.error();
    }
    v1::Bike& bike = locked->bike;
    const auto may_record = access::reach(unit.caller(), Permission::sales_record);
    if (!locked->covered || (named && !may_record.covers(named->place.branch_id, named->place.company_id))) {
        co_return rpc::out_of_scope();
    }

    const std::string sale_id = runtime::new_uuid().to_string();
    const std::string seller = request.has_sold_by() ? request.sold_by() : unit.caller().user_id;
    const bool elsewhere = named && named->place.branch_id != bike.current_branch_id();
    v1::Bike trade_in;
    if (request.has_trade_in()) {
        trade_in = trade_in_bike(request, sale_id, unit.today());
    }
    postgres::Batch batch;
    bikes::add_branch(batch, bike.current_branch_id());
    add_officer(batch, seller);
    bikes::add_duplicates(batch, trade_in);
    commissions::add_ground(batch, bike.id(), sale_date_of(request, unit.today()), commissions::Reading::for_sale);
    const auto found = (co_await unit.transaction().run(batch)).value();

    const auto price = money::Money::parse(request.selling_price()).value();
    const auto figures = figures_of(price, money::Money::parse(bike.total_cost()).value());
    // The officer is one of the branch where the bike stands. If another was named, that is what is wrong.
    const auto what = officer_issue(read_officer(found.at(1)), bike.current_branch_id());
    if (!what.empty() && !elsewhere) {
        unit.issue("sold_by", what);
    }
    add_issues(unit, check_identity(trade_in, bike));
    if (auto valid = check_against(unit, request, bike, figures); !valid) {
        co_return valid.error();
    }
    bikes::BikeFacts facts;
    facts.open_job = bikes::read_open_jobs(reads.at(1)).stock > 0;
    facts.elsewhere = elsewhere;
    const auto branch = bikes::read_branch(found.at(0));
    if (auto sellable = check_sellable(unit, request, bike, figures, facts, branch); !sellable) {
        co_return sellable.error();
    }
    if (auto twin = bikes::read_duplicate(found.at(2))) {
        co_return as_trade_in(*std::move(twin));
    }

    auto sale = draft(unit, request, bike, figures);
    sale.set_id(sale_id);
    sale.set_sold_by(seller);
    if (request.has_trade_in()) {
        sale.set_trade_in_bicycle_id(trade_in.id());
        const auto acquired =
            co_await bikes::acquire(unit, trade_in, branch->place, v1::ASSIGN_REASON_TRADE_IN, stock_number_max_);
        if (!acquired) {
            co_return acquired.error();
        }
    }
    sale.set_invoice_no(co_await documents::draw_invoice_number(unit, sale.selling_company_code()));

    insert(unit, sale);
    const auto ground = commissions::read_ground(found, 3);
    commissions::create(unit, reference_to(sale), ground, commissions::facts_of(bike, price, seller, ground));
    bikes::mark_sold(bike, sale.id());
    stock_numbers::release_number(unit, bike.id(), v1::RELEASE_REASON_SOLD);
    ledger::book(unit, entry_of(sale), bike);
    bikes::save_state(unit, bike);

    auto change = change_of("SALE_RECORDED", sale);
    change.new_values = facts(sale);
    unit.record(std::move(change));

    hide_costs_from(unit.caller(), sale);
    co_return sale;
}

std::optional<rpc::Error> Sell::refuse(const postgres::Error& error) {
    // The only identity this command brings to life is that of the trade-in.
    if (auto refused = bikes::refuse(error)) {
        return as_trade_in(*std::move(refused));
    }
    return std::nullopt;
}

}  // namespace loan_manager::fleet::sales
