#include "postgres/session.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <set>

namespace loan_manager::postgres::detail {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;

namespace {

void set_default(Dsn& dsn, std::string_view keyword, std::string_view value) {
    if (dsn.get(keyword).empty()) dsn.set(keyword, value);
}

std::string setting(std::string_view name, std::chrono::milliseconds value) {
    return " -c " + std::string(name) + '=' + std::to_string(value.count());
}

// Everything the session needs to be told at its start, so that no statement has to be sent for it.
Dsn complete(const ConnectOptions& options) {
    Dsn dsn = options.dsn;
    std::string server_options = setting("statement_timeout", options.statement_timeout) +
                                 setting("idle_in_transaction_session_timeout", options.idle_in_transaction_timeout);
    if (options.lock_timeout.count() > 0) server_options += setting("lock_timeout", options.lock_timeout);
    // Our statements are short; compiling one costs more than it can save, and badly estimated ones get compiled.
    server_options += " -c jit=off";
    // pipeline.cpp knows that it is so, and changes it.
    server_options += " -c plan_cache_mode=force_generic_plan";
    // A service that was killed must not hold its locks until its statements end by themselves.
    server_options += " -c client_connection_check_interval=2000";
    server_options += ' ' + std::string(dsn.get("options"));
    // decode.cpp reads these formats.
    server_options += " -c TimeZone=UTC -c DateStyle=ISO -c bytea_output=hex -c extra_float_digits=1";
    dsn.set("options", server_options);
    dsn.set("client_encoding", "UTF8");
    set_default(dsn, "application_name", options.application_name);
    set_default(dsn, "gssencmode", "disable");
    set_default(dsn, "keepalives_idle", "30");
    set_default(dsn, "keepalives_interval", "10");
    set_default(dsn, "keepalives_count", "3");
    set_default(dsn, "tcp_user_timeout", "10000");
    return dsn;
}

// A host name that libpq would resolve itself, blocking the loop. Lists of hosts stay with libpq.
bool needs_resolving(const Dsn& dsn) {
    const std::string host(dsn.get("host"));
    if (host.empty() || host.front() == '/' || host.find(',') != std::string::npos || !dsn.get("hostaddr").empty()) {
        return false;
    }
    boost::system::error_code not_an_address;
    asio::ip::make_address(host, not_an_address);
    return not_an_address.failed();
}

void set_addresses(Dsn& dsn, const asio::ip::tcp::resolver::results_type& found) {
    const std::string host(dsn.get("host"));
    std::string hosts;
    std::string addresses;
    std::set<std::string> seen;
    for (const auto& entry : found) {
        const std::string address = entry.endpoint().address().to_string();
        if (!seen.insert(address).second) continue;
        const std::string_view comma = addresses.empty() ? "" : ",";
        addresses.append(comma).append(address);
        hosts.append(comma).append(host);
    }
    dsn.set("host", hosts);
    dsn.set("hostaddr", addresses);
}

}  // namespace

asio::awaitable<Result<std::shared_ptr<Session>>> Session::open(asio::io_context& context,
                                                                const ConnectOptions& options,
                                                                std::shared_ptr<CancelThreads> cancellers) {
    auto session = std::make_shared<Session>(context, std::move(cancellers));
    const Result<void> connected = co_await session->connect(options);
    if (!connected) co_return connected.error();
    co_return session;
}

asio::awaitable<Result<void>> Session::connect(ConnectOptions options) {
    const Deadline deadline = std::chrono::steady_clock::now() + options.connect_timeout;
    Dsn dsn = complete(options);
    if (needs_resolving(dsn)) {
        const auto resolver = std::make_shared<asio::ip::tcp::resolver>(context_);
        asio::steady_timer limit(context_, deadline);
        limit.async_wait([resolver](const boost::system::error_code& error) {
            if (!error) resolver->cancel();
        });
        boost::system::error_code error;
        const std::string host(dsn.get("host"));
        const auto found = co_await resolver->async_resolve(host, "", asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return Error(Error::Kind::unavailable, "resolving " + host + ": " + error.message());
        set_addresses(dsn, found);
    }
    std::vector<const char*> keywords;
    std::vector<const char*> values;
    for (const auto& [keyword, value] : dsn.entries()) {
        keywords.push_back(keyword.c_str());
        values.push_back(value.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    connection_ = PQconnectStartParams(keywords.data(), values.data(), 0);
    if (connection_ == nullptr) co_return Error(Error::Kind::unavailable, "out of memory");
    PQsetNoticeReceiver(connection_, &Session::on_notice, this);

    operating_ = true;
    arm(deadline);
    PostgresPollingStatusType progress = PGRES_POLLING_WRITING;
    if (PQstatus(connection_) == CONNECTION_BAD) progress = PGRES_POLLING_FAILED;
    while (progress != PGRES_POLLING_OK) {
        if (progress == PGRES_POLLING_FAILED) {
            Error error = error_from(connection_, "connecting to " + options.dsn.describe());
            mark_broken();
            co_return error;
        }
        if (!adopt_socket()) co_return error_from(connection_, "connecting to " + options.dsn.describe());
        const Wake wake = co_await wait_for(progress == PGRES_POLLING_READING ? stream_descriptor::wait_read
                                                                              : stream_descriptor::wait_write);
        if (wake != Wake::ready) {
            mark_broken();
            Error error = interrupted(wake);
            if (wake == Wake::timed_out) error.kind = Error::Kind::unavailable;
            co_return error;
        }
        progress = PQconnectPoll(connection_);
    }
    operating_ = false;
    if (!adopt_socket() || PQsetnonblocking(connection_, 1) != 0 || PQenterPipelineMode(connection_) == 0) {
        co_return error_from(connection_, "setting up the connection");
    }
    co_return Result<void>();
}

bool Session::adopt_socket() {
    // libpq may have gone on to another address, and thus socket, in any PQconnectPoll().
    if (socket_.is_open()) socket_.release();
    boost::system::error_code error;
    socket_.assign(PQsocket(connection_), error);
    return !error;
}

}  // namespace loan_manager::postgres::detail
