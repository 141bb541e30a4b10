#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>

#include "loanmanager/fleet/v1/sales.pb.h"
#include "postgres/pool.hpp"
#include "rpc/context.hpp"
#include "rpc/error.hpp"
#include "runtime/colombo_time.hpp"

namespace loan_manager::fleet::sales {

namespace v1 = loanmanager::fleet::v1;

/// What a sale today at a price would yield and earn, without selling. The caller sees whether it is a loss; the
/// figures only with `costs:read`, and without it only for so many prices a day (price_questions.hpp).
///
/// NOT_FOUND unless the caller could sell where the bike stands; otherwise whatever would stand against the sale, in
/// the same words, but for what a loss needs. RATE_LIMITED.
boost::asio::awaitable<rpc::Result<v1::SalePreview>> preview(postgres::Pool& pool, rpc::CallContext& call,
                                                             const v1::PreviewSaleRequest& request, runtime::Date today,
                                                             std::int32_t prices_a_day);

}  // namespace loan_manager::fleet::sales
