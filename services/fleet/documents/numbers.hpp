#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "commands/command_context.hpp"

/// Numbers of documents (D-604): per kind, scope and Colombo year, without gaps. Drawn under lock in the command's
/// transaction, so a failure returns the number; draw it last, after every other lock (D-218).
namespace loan_manager::fleet::documents {

/// "TRF-WW-26-00001"
boost::asio::awaitable<std::string> draw_transfer_number(commands::CommandContext& command,
                                                         const std::string& from_branch_code);
/// "WO-BRC-26-00001"
boost::asio::awaitable<std::string> draw_job_number(commands::CommandContext& command, const std::string& branch_code);
/// "INV-MA-26-000001"
boost::asio::awaitable<std::string> draw_invoice_number(commands::CommandContext& command,
                                                        const std::string& company_code);

}  // namespace loan_manager::fleet::documents
