#include "fleet/sales/trade_in.hpp"

#include <algorithm>

#include "fleet/bikes/rows.hpp"
#include "fleet/bikes/rules.hpp"
#include "fleet/bikes/state.hpp"
#include "fleet/sales/rules.hpp"
#include "fleet/stock_numbers/rows.hpp"
#include "runtime/uuid.hpp"
#include "sql/row_message.hpp"

namespace loan_manager::fleet::sales {
namespace {

std::string in_trade_in(const std::string& field) { return "trade_in." + field; }

}  // namespace

v1::Bike trade_in_bike(const v1::SellBikeRequest& request, const std::string& sale_id, runtime::Date today) {
    v1::ProcureBikeRequest purchase;
    sql::copy_fields(request.trade_in(), purchase);
    purchase.set_purchase_price(request.trade_in_value());
    purchase.set_procurement_date(sale_date_of(request, today));
    purchase.set_procurement_source(v1::PROCUREMENT_SOURCE_TRADE_IN);
    auto bike = bikes::draft(purchase, today);
    bike.set_id(runtime::new_uuid().to_string());
    bike.set_trade_in_sale_id(sale_id);
    return bike;
}

std::vector<rpc::FieldIssue> check_identity(const v1::Bike& trade_in, const v1::Bike& sold) {
    std::vector<rpc::FieldIssue> issues;
    const auto keys = bikes::identity_keys(sold);
    for (const auto& own : bikes::identity_keys(trade_in)) {
        const auto same = [&](const bikes::IdentityKey& key) {
            return key.field == own.field && key.value == own.value;
        };
        if (std::any_of(keys.begin(), keys.end(), same)) {
            issues.emplace_back(in_trade_in(std::string(own.field)), validate::issue::not_allowed);
        }
    }
    return issues;
}

rpc::Error as_trade_in(rpc::Error error) {
    for (auto& detail : error.details) {
        detail.field = in_trade_in(detail.field);
    }
    return error;
}

void give_back(commands::CommandContext& command, v1::Bike& trade_in, const ledger::Booked& purchase,
               const v1::Sale& sale) {
    const v1::Bike before = trade_in;
    ledger::reverse(command, purchase, "Trade-in of " + sale.invoice_no() + " returned", trade_in);
    stock_numbers::release_number(command, trade_in.id(), v1::RELEASE_REASON_WRITTEN_OFF);
    bikes::mark_written_off(trade_in, v1::WRITE_OFF_KIND_TRADE_IN_RETURNED, command.caller().user_id, command.now(),
                            sale.void_reason());
    bikes::save(command, trade_in);
    bikes::record(command, "BIKE_WRITTEN_OFF", before, trade_in, sale.void_reason());
}

}  // namespace loan_manager::fleet::sales
