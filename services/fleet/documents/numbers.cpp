#include "fleet/documents/numbers.hpp"

#include <cstdio>

#include "runtime/colombo_time.hpp"

namespace loan_manager::fleet::documents {

namespace asio = boost::asio;

namespace {

constexpr postgres::Statement draw_number{
    "documents.draw",
    "INSERT INTO fleet.document_counters (kind, scope_code, year, last_number) VALUES ($1, $2, $3, 1) "
    "ON CONFLICT (kind, scope_code, year) DO UPDATE SET last_number = document_counters.last_number + 1 "
    "RETURNING last_number"};

// The year and the number as they are printed; a number that outgrows its digits simply gets longer.
std::string print(const char* prefix, const std::string& scope, int year, std::int64_t number, int digits) {
    char tail[40];
    std::snprintf(tail, sizeof tail, "-%02d-%0*lld", year % 100, digits, static_cast<long long>(number));
    return prefix + scope + tail;
}

Draw add_draw(sql::RoundTrip& trip, const commands::CommandContext& command, const char* kind, const char* prefix,
              const std::string& scope, int digits) {
    const int year = static_cast<int>(command.today().year());
    const auto number =
        trip.add<std::int64_t>(draw_number, postgres::Params(kind, scope, year), &sql::one_value<std::int64_t>);
    return Draw{number, prefix, scope, year, digits};
}

asio::awaitable<std::string> draw(commands::CommandContext& command, const char* kind, const char* prefix,
                                  const std::string& scope, int digits) {
    sql::RoundTrip trip;
    const auto drawn = add_draw(trip, command, kind, prefix, scope, digits);
    co_await command.run(trip);
    co_return trip[drawn];
}

}  // namespace

asio::awaitable<std::string> draw_transfer_number(commands::CommandContext& command,
                                                  const std::string& from_branch_code) {
    return draw(command, "TRANSFER", "TRF-", from_branch_code, 5);
}

asio::awaitable<std::string> draw_job_number(commands::CommandContext& command, const std::string& branch_code) {
    return draw(command, "JOB", "WO-", branch_code, 5);
}

Draw add_invoice_number(sql::RoundTrip& trip, const commands::CommandContext& command,
                        const std::string& company_code) {
    return add_draw(trip, command, "INVOICE", "INV-", company_code, 6);
}

std::string Draw::read(const sql::RoundTrip& trip) const { return print(prefix, scope, year, trip[number], digits); }

}  // namespace loan_manager::fleet::documents
