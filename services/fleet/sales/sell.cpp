// A bike is sold: S1.
#include <algorithm>
#include <array>

#include "access/reach.hpp"
#include "commands/admit.hpp"
#include "commands/constraints.hpp"
#include "fleet/bikes/acquire.hpp"
#include "fleet/bikes/rows.hpp"
#include "fleet/bikes/state.hpp"
#include "fleet/commissions/of_sale.hpp"
#include "fleet/documents/numbers.hpp"
#include "fleet/ledger/rows.hpp"
#include "fleet/organisation/held_branch.hpp"
#include "fleet/sales/commands.hpp"
#include "fleet/sales/price_questions.hpp"
#include "fleet/sales/rows.hpp"
#include "fleet/sales/rules.hpp"
#include "fleet/sales/trade_in.hpp"
#include "fleet/stock_numbers/rows.hpp"
#include "fleet/transfers/rows.hpp"
#include "runtime/uuid.hpp"
#include "sql/proto_values.hpp"
#include "sql/row_message.hpp"

namespace loan_manager::fleet::sales {
namespace {

using access::Permission;

constexpr std::array payment_fields{"selling_price", "payment_method",  "cash_amount",   "bank_amount",
                                    "down_payment",  "financed_amount", "trade_in_value"};

// What the request shows by itself.
void check_request(CommandContext& command, const v1::SellBikeRequest& request) {
    command.issues(check_dates(request, command.today()));
    command.issues(check_trade_in(request, command.today()));
    const auto is_unsound = [&](const char* field) { return command.has_issue(field); };
    if (std::none_of(payment_fields.begin(), payment_fields.end(), is_unsound)) {
        command.issues(check_payment(request));
    }
}

// The only identity this command brings to life is that of the trade-in.
std::optional<rpc::Error> refuse_trade_in(const postgres::Error& error) {
    auto refused = commands::meaning_of(error, bikes::constraints);
    if (refused) {
        refused = as_trade_in(*std::move(refused));
    }
    return refused;
}

v1::Sale sale_of(const CommandContext& command, const v1::SellBikeRequest& request, const Prospect& prospect,
                 const std::string& seller) {
    const auto& bike = prospect.bike;
    v1::Sale sale;
    sql::copy_fields(request, sale, {"payment_method", "selling_branch_id"});
    sale.set_status(v1::SALE_STATUS_ACTIVE);
    sale.set_selling_branch_id(bike.current_branch_id());
    sale.set_selling_branch_code(bike.current_branch_code());
    sale.set_selling_company_id(bike.company_id());
    sale.set_selling_company_code(bike.company_code());
    sale.set_stock_number_at_sale(bike.current_stock_number());
    sale.set_sale_date(prospect.sale_date);
    sale.set_sold_by(seller);
    sql::assign(*sale.mutable_recorded_at(), command.now());

    const auto payment = payment_of(request);
    sale.set_payment_method(payment.method);
    sale.set_cash_amount(payment.cash.to_string());
    sale.set_bank_amount(payment.bank.to_string());
    sale.set_down_payment(payment.down.to_string());
    sale.set_financed_amount(payment.financed.to_string());
    sale.set_trade_in_value(payment.trade_in.to_string());

    const auto& figures = prospect.figures;
    sale.set_total_cost(figures.total_cost.to_string());
    sale.set_profit(figures.profit.to_string());
    sale.set_margin_pct(figures.margin.to_string());
    if (figures.markup) {
        sale.set_markup_pct(figures.markup->to_string());
    }
    sale.set_after_sale_total(bike.after_sale_total());
    if (figures.is_loss()) {
        sale.set_loss_acknowledged_by(command.caller().user_id);
    }
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

Answer sell(CommandContext& command, const v1::SellBikeRequest& request, Limits limits) {
    check_request(command, request);
    command.refuse_with(&refuse_trade_in);
    // A request that is refused anyway is not looked up with values that the database could not read.
    const bool sound = command.valid().has_value();
    const auto may_record = access::reach(command.caller(), Permission::sales_record);
    const std::string sale_id = runtime::new_uuid().to_string();
    const std::string seller = request.has_sold_by() ? request.sold_by() : command.caller().user_id;
    const std::string date = sound ? sale_date_of(request, command.today()) : runtime::format_date(command.today());
    v1::Bike trade_in;
    if (sound && request.has_trade_in()) {
        trade_in = trade_in_bike(request, sale_id, command.today());
    }

    // What belongs to the bike is read after its lock: it is that of the moment in which the lock was had.
    auto& reads = command.reads();
    const std::string id = command.sound_id("bicycle_id", request.bicycle_id());
    const auto lock = bikes::add_lock(reads, id, may_record);
    const auto jobs = bikes::add_open_jobs(reads, id);
    const auto delivered = transfers::add_last_delivery(reads, id);
    const auto place = organisation::add_held_branch_of_bike(reads, id);
    const auto named_place =
        organisation::add_held_branch(reads, command.sound_id("selling_branch_id", request.selling_branch_id()));
    const auto officer = add_officer(reads, command.sound_id("sold_by", seller));
    const auto twin = bikes::add_duplicates(reads, trade_in, command.caller());
    const auto inputs = commissions::add_inputs(reads, id, date, commissions::Reading::for_sale);
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }

    const auto named = command[named_place];
    if (request.has_selling_branch_id() && !named) {
        command.issue("selling_branch_id", validate::issue::not_found);
    }
    auto locked = commands::admit(command, command[lock], [&](const bikes::Locked& row) {
        return row.covered && (!named || may_record.covers(named->place.branch_id, named->place.company_id));
    });
    if (!locked) {
        co_return locked.error();
    }
    v1::Bike& bike = locked->bike;
    const auto branch = command[place];
    const auto price = money::Money::parse(request.selling_price()).value();

    Prospect prospect(bike);
    prospect.figures = figures_of(price, money::Money::parse(bike.total_cost()).value());
    prospect.facts.open_job = command[jobs].stock > 0;
    prospect.facts.elsewhere = named && named->place.branch_id != bike.current_branch_id();
    prospect.branch_is_active = branch && branch->is_active;
    prospect.officer = command[officer];
    prospect.sale_date = date;
    prospect.delivered_on = command[delivered];
    if (is_blind(command.caller(), bike)) {
        sql::RoundTrip asking;
        const auto verdict = add_question(asking, command.caller().user_id, bike.id(), price, limits.prices_a_day);
        command.when_refused(std::move(asking), verdict);
    }
    command.issues(check_terms(prospect));
    command.issues(check_identity(trade_in, bike));
    if (auto valid = command.valid(); !valid) {
        co_return valid.error();
    }
    // D-212: who may accept a loss comes before the state of the bike. Its cost is a fact in every state.
    const bool loss = prospect.figures.is_loss();
    if (loss && !access::reach(command.caller(), Permission::sales_approve_loss)
                     .covers(bike.current_branch_id(), bike.company_id())) {
        co_return rpc::Error("LOSS_NEEDS_MANAGER");
    }
    if (auto sellable = check_sellable(prospect); !sellable) {
        co_return sellable.error();
    }
    if (loss && !request.acknowledge_loss()) {
        co_return rpc::Error("LOSS_NOT_ACKNOWLEDGED");
    }
    if (auto doubled = command[twin]) {
        co_return as_trade_in(*std::move(doubled));
    }

    // Last: from here to the commit the branch's procurements wait, and the company's other sales.
    v1::Sale sale = sale_of(command, request, prospect, seller);
    sale.set_id(sale_id);
    sql::RoundTrip draws;
    std::optional<stock_numbers::Draw> number;
    if (request.has_trade_in()) {
        number = stock_numbers::add_draw(draws, command, branch->place, limits.stock_number_max);
    }
    const auto invoice = documents::add_invoice_number(draws, command, sale.selling_company_code());
    co_await command.run(draws);
    if (number) {
        const auto issued = draws[*number];
        if (!issued) {
            co_return issued.error();
        }
        sale.set_trade_in_bicycle_id(trade_in.id());
        bikes::take_in(command, trade_in, branch->place, v1::ASSIGN_REASON_TRADE_IN, *issued);
    }
    sale.set_invoice_no(draws[invoice]);

    insert(command, sale);
    const auto known = command[inputs];
    commissions::create(command, reference_to(sale), known, commissions::facts_of(bike, price, seller, known));
    bikes::mark_sold(bike, sale.id());
    stock_numbers::release_number(command, bike.id(), v1::RELEASE_REASON_SOLD);
    ledger::book(command, entry_of(sale), bike);
    bikes::save(command, bike);
    record_new(command, sale);
    co_return visible_to(command.caller(), std::move(sale));
}

}  // namespace loan_manager::fleet::sales
