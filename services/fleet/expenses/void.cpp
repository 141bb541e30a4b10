#include "fleet/expenses/void.hpp"

#include "fleet/bikes/repository.hpp"
#include "fleet/expenses/correction.hpp"
#include "fleet/expenses/repository.hpp"
#include "fleet/ledger/repository.hpp"
#include "fleet/values/proto_values.hpp"

namespace loan_manager::fleet::expenses {

void Void::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    add_correction(reads, unit.sound_id("id", request.id()));
}

boost::asio::awaitable<rpc::Result<v1::Expense>> Void::execute(commands::Unit& unit, const request_type& request,
                                                               std::vector<postgres::Rows>& reads) {
    if (auto valid = unit.valid(); !valid) {
        co_return valid.error();
    }
    auto correction = read_correction(unit, reads);
    if (!correction) {
        co_return correction.error();
    }

    v1::Expense expense = std::move(correction->expense);
    expense.set_voided_by(unit.caller().user_id);
    assign(*expense.mutable_voided_at(), unit.now());
    expense.set_void_reason(request.reason());
    save(unit, expense);
    ledger::reverse(unit, correction->booked, "Voided: " + request.reason(), correction->bike);
    bikes::save_state(unit, correction->bike);

    boost::json::object before{{"voided_at", nullptr}, {"voided_by", nullptr}};
    boost::json::object after{{"voided_at", runtime::format_rfc3339(unit.now())}, {"voided_by", expense.voided_by()}};
    record(unit, "EXPENSE_VOIDED", expense, std::move(before), std::move(after), request.reason());
    co_return expense;
}

}  // namespace loan_manager::fleet::expenses
