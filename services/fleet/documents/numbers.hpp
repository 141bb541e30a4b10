#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <string>

#include "commands/command_context.hpp"
#include "sql/round_trip.hpp"

/// Numbers of documents (D-604): per kind, scope and Colombo year, without gaps. Drawn under lock in the command's
/// transaction, so a failure returns the number; draw it last, after every other lock (D-218).
namespace loan_manager::fleet::documents {

/// The draw of a number on its way: once the trip has run it reads as the number in print.
struct Draw {
    sql::Handle<std::int64_t> number;
    const char* prefix;
    std::string scope;
    int year;
    int digits;
    std::string read(const sql::RoundTrip& trip) const;
};
/// "INV-MA-26-000001"
Draw add_invoice_number(sql::RoundTrip& trip, const commands::CommandContext& command, const std::string& company_code);

/// In a trip of its own: "TRF-WW-26-00001"
boost::asio::awaitable<std::string> draw_transfer_number(commands::CommandContext& command,
                                                         const std::string& from_branch_code);
/// "WO-BRC-26-00001"
boost::asio::awaitable<std::string> draw_job_number(commands::CommandContext& command, const std::string& branch_code);

}  // namespace loan_manager::fleet::documents
