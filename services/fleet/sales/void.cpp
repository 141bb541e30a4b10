#include "fleet/sales/void.hpp"

#include "access/reach.hpp"
#include "fleet/bikes/repository.hpp"
#include "fleet/sales/journal.hpp"
#include "fleet/sales/repository.hpp"
#include "fleet/sales/rules.hpp"
#include "fleet/sales/sale_row.hpp"
#include "fleet/sales/voiding.hpp"
#include "fleet/values/proto_values.hpp"

namespace loan_manager::fleet::sales {

void VoidSale::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    add_lock_case(reads, unit.sound_id("id", request.id()));
}

boost::asio::awaitable<rpc::Result<v1::Sale>> VoidSale::execute(commands::Unit& unit, const request_type& request,
                                                                std::vector<postgres::Rows>& reads) {
    if (auto valid = unit.valid(); !valid) {
        co_return valid.error();
    }
    auto subject = read_case(reads);
    if (!subject) {
        co_return subject.error();
    }
    v1::Sale& sale = subject->sale;
    if (!covers(unit.caller(), access::Permission::sales_void, sale)) {
        co_return rpc::out_of_scope();
    }
    if (auto current = commands::check_version(unit.context(), sale.version()); !current) {
        co_return current.error();
    }
    if (sale.status() != v1::SALE_STATUS_ACTIVE) {
        co_return rpc::Error("INVALID_STATE");
    }
    const auto undoing = co_await check_voidable(unit, *subject);
    if (!undoing) {
        co_return undoing.error();
    }

    sale.set_void_requested_by(unit.caller().user_id);
    assign(*sale.mutable_void_requested_at(), unit.now());
    sale.set_void_reason(request.reason());
    if (is_recent(to_time(sale.recorded_at()), unit.now())) {
        void_sale(unit, *subject, *undoing);
    } else {
        sale.set_status(v1::SALE_STATUS_VOID_PENDING);
        save_state(unit, sale);
        record_status(unit, "SALE_VOID_REQUESTED", sale, v1::SALE_STATUS_ACTIVE, request.reason());
        unit.set_http_status(202);
    }
    hide_costs_from(unit.caller(), sale);
    co_return sale;
}

std::optional<rpc::Error> VoidSale::refuse(const postgres::Error& error) { return bikes::refuse(error); }

}  // namespace loan_manager::fleet::sales
