#include "fleet/sales/voiding.hpp"

#include "fleet/bikes/repository.hpp"
#include "fleet/bikes/state.hpp"
#include "fleet/commissions/of_sale.hpp"
#include "fleet/sales/journal.hpp"
#include "fleet/sales/repository.hpp"
#include "fleet/sales/trade_in.hpp"
#include "fleet/stock_numbers/rows.hpp"
#include "fleet/values/proto_values.hpp"

namespace loan_manager::fleet::sales {

void add_lock_case(postgres::Batch& batch, const std::string& sale_id) {
    // Whom the bikes belong to by now does not matter: the sale is in the scope of its selling branch (D-903).
    bikes::add_lock_of(batch, bikes::Part::sale, sale_id, access::Reach::everything());
    add_lock(batch, sale_id);
}

rpc::Result<VoidCase> read_case(const std::vector<postgres::Rows>& results) {
    VoidCase subject;
    auto sale = read_sale(results.at(1));
    if (!sale) {
        return sale.error();
    }
    subject.sale = *std::move(sale);
    for (const auto row : results.at(0)) {
        auto locked = bikes::read_locked(row);
        if (locked.bike.id() == subject.sale.bicycle_id()) {
            subject.bike = std::move(locked.bike);
        } else {
            subject.trade_in = std::move(locked.bike);
        }
    }
    return subject;
}

boost::asio::awaitable<rpc::Result<Undoing>> check_voidable(commands::Unit& unit, const VoidCase& subject) {
    postgres::Batch batch;
    commissions::add_lock_all(batch, subject.sale.id());
    bikes::add_open_jobs(batch, subject.bike.id());
    bikes::add_duplicates(batch, subject.bike, unit.caller());
    bikes::add_branch(batch, subject.sale.selling_branch_id());
    ledger::add_find(batch, ledger::Source::sales, subject.sale.id());
    if (subject.trade_in) {
        ledger::add_find(batch, ledger::Source::bicycles, subject.trade_in->id());
    }
    auto found = (co_await unit.transaction().run(batch)).value();

    if (bikes::read_open_jobs(found.at(1)).all > 0) {
        co_return rpc::Error("OPEN_JOB");
    }
    if (auto twin = bikes::read_duplicate(found.at(2))) {
        co_return *std::move(twin);
    }
    const auto branch = bikes::read_branch(found.at(3));
    if (!branch || !branch->is_active) {
        co_return rpc::Error("BRANCH_INACTIVE");
    }
    if (subject.trade_in && subject.trade_in->status() != v1::BIKE_STATUS_IN_STOCK) {
        co_return rpc::Error("TRADE_IN_NOT_RETURNABLE", "The bike taken in trade is not in stock any more.");
    }

    Undoing undoing;
    auto sale_entry = ledger::read_found(found.at(4));
    if (!sale_entry) {
        co_return sale_entry.error();
    }
    undoing.sale_entry = *std::move(sale_entry);
    if (subject.trade_in) {
        auto purchase = ledger::read_found(found.at(5));
        if (!purchase) {
            co_return purchase.error();
        }
        undoing.purchase_of_trade_in = *std::move(purchase);
    }
    undoing.commissions = std::move(found.at(0));
    co_return rpc::Result<Undoing>(std::move(undoing));
}

void void_sale(commands::Unit& unit, VoidCase& subject, const Undoing& undoing) {
    auto& sale = subject.sale;
    auto& bike = subject.bike;
    const auto before = sale.status();
    sale.set_status(v1::SALE_STATUS_VOIDED);
    sale.set_voided_by(unit.caller().user_id);
    assign(*sale.mutable_voided_at(), unit.now());
    save_state(unit, sale);
    record_status(unit, "SALE_VOIDED", sale, before, sale.void_reason());

    bikes::mark_unsold(bike, sale.stock_number_at_sale());
    stock_numbers::reopen_number(unit, bike.id(), sale.stock_number_at_sale());
    ledger::reverse(unit, undoing.sale_entry, "Void of sale " + sale.invoice_no(), bike);
    bikes::save_state(unit, bike);

    if (subject.trade_in) {
        give_back(unit, *subject.trade_in, *undoing.purchase_of_trade_in, sale);
    }
    commissions::take_back(unit, undoing.commissions, reference_to(sale), sale.void_reason());
}

}  // namespace loan_manager::fleet::sales
