#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>

#include "commands/command_context.hpp"
#include "loanmanager/fleet/v1/sales.pb.h"
#include "rpc/error.hpp"

/// What can be done to sales: a function a command, run by commands::Runner. Guards and errors of each are those of the
/// sale's table in docs/business-rules.md.
namespace loan_manager::fleet::sales {

namespace v1 = loanmanager::fleet::v1;

using Answer = boost::asio::awaitable<rpc::Result<v1::Sale>>;
using commands::CommandContext;

/// What the settings say about selling.
struct Limits {
    std::int32_t stock_number_max = 0;  ///< D-601
    std::int32_t prices_a_day = 0;      ///< price_questions.hpp
};

/// S1: sells a bike. Freezes its cost and P/L, releases its number, books the sale, earns the commissions, takes the
/// trade-in into stock and draws the invoice number: all in one transaction, decided on the bike under lock.
Answer sell(CommandContext& command, const v1::SellBikeRequest& request, Limits limits);
/// S2: corrects customer, delivery, institution, warranty and notes. For 24 hours whoever may; later only an admin, who
/// says why.
Answer update_sale(CommandContext& command, const v1::UpdateSaleRequest& request);
/// S3: within 24 hours of its recording a sale is void at once. S4: later the void is only asked for; the answer is
/// 202, and the sale's commissions stand still until somebody else has decided.
Answer void_sale(CommandContext& command, const v1::VoidSaleRequest& request);
/// S5: the second person agrees.
Answer approve_void(CommandContext& command, const v1::ApproveVoidRequest& request);
/// S6: the second person disagrees, or the requester thinks better of it. The sale is as it was.
Answer reject_void(CommandContext& command, const v1::RejectVoidRequest& request);

}  // namespace loan_manager::fleet::sales
