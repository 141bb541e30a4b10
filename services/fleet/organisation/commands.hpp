#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>

#include "commands/command_context.hpp"
#include "loanmanager/fleet/v1/organisation.pb.h"
#include "rpc/error.hpp"

/// What can be done to companies and branches (D-301, D-302): a function a command, run by commands::Runner.
namespace loan_manager::fleet::organisation {

namespace v1 = loanmanager::fleet::v1;

template <class Row>
using Answer = boost::asio::awaitable<rpc::Result<Row>>;
using commands::CommandContext;

/// A new company of the group.
Answer<v1::Company> create_company(CommandContext& command, const v1::CreateCompanyRequest& request);
/// PATCH. Its code is part of stock numbers, and it stays active while a branch of it is.
Answer<v1::Company> update_company(CommandContext& command, const v1::UpdateCompanyRequest& request);

/// A new branch, with its stock counter at 0.
Answer<v1::Branch> create_branch(CommandContext& command, const v1::CreateBranchRequest& request);
/// PATCH. Code and company are part of stock numbers, and it stays active while bikes are there or on the way.
Answer<v1::Branch> update_branch(CommandContext& command, const v1::UpdateBranchRequest& request);
/// Skips the numbers that paper has used. Changes the branch's version, whose ETag guards it.
Answer<v1::StockCounter> raise_counter(CommandContext& command, const v1::RaiseStockCounterRequest& request,
                                       std::int32_t stock_number_max);

}  // namespace loan_manager::fleet::organisation
