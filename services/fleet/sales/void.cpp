// A sale is taken back: S3 to S6, with the guards of D-509 and the effects of D-510.
#include <algorithm>
#include <optional>
#include <vector>

#include "access/reach.hpp"
#include "commands/admit.hpp"
#include "fleet/bikes/rows.hpp"
#include "fleet/bikes/state.hpp"
#include "fleet/commissions/of_sale.hpp"
#include "fleet/ledger/rows.hpp"
#include "fleet/organisation/held_branch.hpp"
#include "fleet/sales/commands.hpp"
#include "fleet/sales/rows.hpp"
#include "fleet/sales/rules.hpp"
#include "fleet/sales/trade_in.hpp"
#include "fleet/stock_numbers/rows.hpp"
#include "sql/proto_values.hpp"

namespace loan_manager::fleet::sales {
namespace {

using access::Permission;

/// A sale that somebody wants void, with the bike it sold and the one it took in trade: all under lock.
struct Case {
    v1::Sale sale;
    v1::Bike bike;
    std::optional<v1::Bike> trade_in;
};
/// Locks the bikes in the order of their ids, then the sale (D-218). NOT_FOUND
struct CaseLock {
    sql::Handle<std::vector<bikes::Locked>> both;
    sql::Handle<rpc::Result<v1::Sale>> sale;

    rpc::Result<Case> read(const sql::RoundTrip& trip) const {
        auto found = trip[sale];
        if (!found) {
            return std::move(found).error();
        }
        Case subject;
        subject.sale = std::move(*found);
        for (auto& locked : trip[both]) {
            if (locked.bike.id() == subject.sale.bicycle_id()) {
                subject.bike = std::move(locked.bike);
            } else {
                subject.trade_in = std::move(locked.bike);
            }
        }
        return subject;
    }
};

CaseLock add_lock_case(sql::RoundTrip& trip, const std::string& sale_id) {
    // Whom the bikes belong to by now does not matter: the sale is in the scope of its selling branch (D-903).
    const auto both = bikes::add_lock_of_sale(trip, sale_id, access::Reach::everything());
    return CaseLock{both, add_lock(trip, sale_id)};
}

rpc::Result<Case> admit(const CommandContext& command, const CaseLock& lock, Permission permission) {
    const auto reach = access::reach(command.caller(), permission);
    return commands::admit(
        command, command[lock], [&](const Case& found) { return covered_by(reach, found.sale); },
        [](const Case& found) { return found.sale.version(); });
}

/// What the effects touch beside the case: the entries to reverse, and the commissions, under lock.
struct Undoing {
    ledger::Booked sale_entry;
    std::optional<ledger::Booked> purchase_of_trade_in;
    std::vector<commissions::StoredCommission> rows;
};

// D-509, in its order: OPEN_JOB, DUPLICATE (the bike would come back to life with the identity of another),
// BRANCH_INACTIVE, TRADE_IN_NOT_RETURNABLE. The sale's own state is asked before. In a trip of its own, since it looks
// for what the locked bike carries.
boost::asio::awaitable<rpc::Result<Undoing>> check_voidable(CommandContext& command, const Case& subject) {
    sql::RoundTrip trip;
    const auto rows = commissions::add_lock_all(trip, subject.sale.id());
    const auto jobs = bikes::add_open_jobs(trip, subject.bike.id());
    const auto twin = bikes::add_duplicates(trip, subject.bike, command.caller());
    const auto place = organisation::add_held_branch(trip, subject.sale.selling_branch_id());
    const auto sale_entry = ledger::add_find(trip, ledger::Source::sales, subject.sale.id());
    std::optional<sql::Handle<rpc::Result<ledger::Booked>>> purchase;
    if (subject.trade_in) {
        purchase = ledger::add_find(trip, ledger::Source::bicycles, subject.trade_in->id());
    }
    co_await command.run(trip);

    if (trip[jobs].all > 0) {
        co_return rpc::Error("OPEN_JOB");
    }
    if (auto doubled = trip[twin]) {
        co_return *std::move(doubled);
    }
    if (const auto branch = trip[place]; !branch || !branch->is_active) {
        co_return rpc::Error("BRANCH_INACTIVE");
    }
    if (subject.trade_in && subject.trade_in->status() != v1::BIKE_STATUS_IN_STOCK) {
        co_return rpc::Error("TRADE_IN_NOT_RETURNABLE", "The bike taken in trade is not in stock any more.");
    }

    Undoing undoing;
    auto booked = trip[sale_entry];
    if (!booked) {
        co_return std::move(booked).error();
    }
    undoing.sale_entry = std::move(*booked);
    if (purchase) {
        auto bought = trip[*purchase];
        if (!bought) {
            co_return std::move(bought).error();
        }
        undoing.purchase_of_trade_in = std::move(*bought);
    }
    undoing.rows = trip[rows];
    co_return undoing;
}

// S3, S5 with every effect of D-510. Who asked for it, when and why is on the sale already; the caller is the one who
// voids. `before`: the sale as the command found it.
void take_effect(CommandContext& command, const v1::Sale& before, Case& subject, Undoing undoing) {
    auto& sale = subject.sale;
    auto& bike = subject.bike;
    sale.set_status(v1::SALE_STATUS_VOIDED);
    sale.set_voided_by(command.caller().user_id);
    sql::assign(*sale.mutable_voided_at(), command.now());
    save(command, sale);
    record(command, "SALE_VOIDED", before, sale, sale.void_reason());

    bikes::mark_unsold(bike, sale.stock_number_at_sale());
    stock_numbers::reopen_number(command, bike.id(), sale.stock_number_at_sale());
    ledger::reverse(command, undoing.sale_entry, "Void of sale " + sale.invoice_no(), bike);
    bikes::save(command, bike);

    if (subject.trade_in) {
        give_back(command, *subject.trade_in, *undoing.purchase_of_trade_in, sale);
    }
    commissions::take_back(command, std::move(undoing.rows), reference_to(sale), sale.void_reason());
}

}  // namespace

Answer void_sale(CommandContext& command, const v1::VoidSaleRequest& request) {
    const auto lock = add_lock_case(command.reads(), command.sound_id("id", request.id()));
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    auto subject = admit(command, lock, Permission::sales_void);
    if (!subject) {
        co_return subject.error();
    }
    v1::Sale& sale = subject->sale;
    if (sale.status() != v1::SALE_STATUS_ACTIVE) {
        co_return rpc::Error("INVALID_STATE");
    }
    auto undoing = co_await check_voidable(command, *subject);
    if (!undoing) {
        co_return undoing.error();
    }

    const v1::Sale before = sale;
    sale.set_void_requested_by(command.caller().user_id);
    sql::assign(*sale.mutable_void_requested_at(), command.now());
    sale.set_void_reason(request.reason());
    if (is_recent(sql::to_time(sale.recorded_at()), command.now())) {
        take_effect(command, before, *subject, std::move(*undoing));
    } else {
        sale.set_status(v1::SALE_STATUS_VOID_PENDING);
        save(command, sale);
        record(command, "SALE_VOID_REQUESTED", before, sale, request.reason());
        command.set_http_status(202);
    }
    co_return visible_to(command.caller(), sale);
}

Answer approve_void(CommandContext& command, const v1::ApproveVoidRequest& request) {
    const auto lock = add_lock_case(command.reads(), command.sound_id("id", request.id()));
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    auto subject = admit(command, lock, Permission::sales_void_approve);
    if (!subject) {
        co_return subject.error();
    }
    v1::Sale& sale = subject->sale;
    if (sale.has_void_requested_by() && sale.void_requested_by() == command.caller().user_id) {
        co_return rpc::Error("SELF_APPROVAL");
    }
    if (sale.status() != v1::SALE_STATUS_VOID_PENDING) {
        co_return rpc::Error("INVALID_STATE");
    }
    auto undoing = co_await check_voidable(command, *subject);
    if (!undoing) {
        co_return undoing.error();
    }

    const v1::Sale before = sale;
    sale.set_void_second_approver(command.caller().user_id);
    take_effect(command, before, *subject, std::move(*undoing));
    co_return visible_to(command.caller(), sale);
}

Answer reject_void(CommandContext& command, const v1::RejectVoidRequest& request) {
    const auto lock = add_lock(command.reads(), command.sound_id("id", request.id()));
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    const auto may_reject = [&](const v1::Sale& sale) {
        const bool is_requester = covered_by(access::reach(command.caller(), Permission::sales_void), sale) &&
                                  sale.void_requested_by() == command.caller().user_id;
        return is_requester || covered_by(access::reach(command.caller(), Permission::sales_void_approve), sale);
    };
    const auto locked =
        commands::admit(command, command[lock], may_reject, [](const v1::Sale& sale) { return sale.version(); });
    if (!locked) {
        co_return locked.error();
    }
    if (locked->status() != v1::SALE_STATUS_VOID_PENDING) {
        co_return rpc::Error("INVALID_STATE");
    }

    v1::Sale sale = *locked;
    sale.set_status(v1::SALE_STATUS_ACTIVE);
    sale.clear_void_requested_by();
    sale.clear_void_requested_at();
    sale.clear_void_reason();
    save(command, sale);
    record(command, "SALE_VOID_REJECTED", *locked, sale, request.reason());
    co_return visible_to(command.caller(), sale);
}

}  // namespace loan_manager::fleet::sales
