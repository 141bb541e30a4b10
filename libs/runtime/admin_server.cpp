#include "runtime/admin_server.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <exception>
#include <list>
#include <utility>

#include "runtime/background.hpp"
#include "runtime/listen.hpp"
#include "runtime/log.hpp"

namespace loan_manager::runtime {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t max_connections = 32;
constexpr std::uint32_t max_header_bytes = 8192;
// From the beginning of a connection to the end of its first request …
constexpr std::chrono::seconds first_request_time{5};
// … and between requests; scrapers come back every 15 s.
constexpr std::chrono::seconds request_time{30};
constexpr std::chrono::seconds answer_time{5};
constexpr std::chrono::milliseconds accept_pause{100};

PeriodicOptions accepting() {
    PeriodicOptions options;
    options.name = "admin server";
    options.interval = accept_pause;
    return options;
}

}  // namespace

// A connection. The order of the list is that in which they began to wait for their present request.
struct AdminServer::Sessions {
    struct Session {
        explicit Session(asio::ip::tcp::socket socket) : stream(std::move(socket)) {}
        beast::tcp_stream stream;
        bool waiting = true;
    };
    std::list<Session> list;

    // Closes the connection that has waited longest; of those that are being answered, the oldest, if none waits.
    void make_room() {
        const auto open = [](Session& one) { return one.stream.socket().is_open(); };
        auto chosen = std::find_if(list.begin(), list.end(), [&](Session& one) { return one.waiting && open(one); });
        if (chosen == list.end()) {
            chosen = std::find_if(list.begin(), list.end(), open);
        }
        if (chosen != list.end()) {
            chosen->stream.close();
        }
    }
};

// Keeps a session until its coroutine has ended, wherever the server is by then.
struct AdminServer::Place {
    Place(std::shared_ptr<Sessions> owner, asio::ip::tcp::socket socket)
        : sessions(std::move(owner)),
          entry(sessions->list.emplace(sessions->list.end(), std::move(socket))),
          guard(nullptr, [all = sessions, at = entry](void*) { all->list.erase(at); }) {}

    void wait() {
        entry->waiting = true;
        sessions->list.splice(sessions->list.end(), sessions->list, entry);
    }

    std::shared_ptr<Sessions> sessions;
    std::list<Sessions::Session>::iterator entry;
    std::shared_ptr<void> guard;
};

AdminServer::AdminServer(asio::io_context& context, const std::string& host, std::uint16_t port,
                         std::map<std::string, Page, std::less<>> pages)
    : context_(context),
      acceptor_(open_acceptor(context, host, port, "ADMIN_PORT")),
      pages_(std::move(pages)),
      sessions_(std::make_shared<Sessions>()),
      accepting_(context.get_executor(), accepting(), [this] { return accept(); }) {}

std::uint16_t AdminServer::port() const { return acceptor_.local_endpoint().port(); }

void AdminServer::start() { accepting_.start(); }

void AdminServer::stop() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    accepting_.stop();
    pages_.clear();
}

// A round lasts until something goes wrong.
asio::awaitable<void> AdminServer::accept() {
    while (acceptor_.is_open()) {
        auto [error, socket] = co_await acceptor_.async_accept(use_tuple);
        if (!acceptor_.is_open()) {
            co_return;
        }
        if (error) {
            // Out of descriptors, most likely: that passes, and the server must still be there afterwards.
            log::warning("the admin server cannot accept a connection", {{"error", error.message()}});
            accepting_.note_failure();
            co_return;
        }
        if (sessions_->list.size() >= max_connections) {
            sessions_->make_room();
        }
        Place place(sessions_, std::move(socket));
        background(context_.get_executor(), "admin connection", serve(std::move(place)));
    }
}

asio::awaitable<void> AdminServer::serve(Place place) {
    beast::tcp_stream& stream = place.entry->stream;
    beast::flat_buffer buffer(std::size_t{2} * max_header_bytes);
    for (auto time = first_request_time;; time = request_time) {
        http::request_parser<http::empty_body> parser;
        parser.header_limit(max_header_bytes);
        place.wait();
        stream.expires_after(time);
        // The header only: no page takes a body, and Beast 1.81 aborts on some malformed chunked ones.
        const auto [read_error, bytes] = co_await http::async_read_header(stream, buffer, parser, use_tuple);
        if (read_error) {
            co_return;
        }
        place.entry->waiting = false;
        const auto& request = parser.get();
        const bool has_body = parser.chunked() || parser.content_length().value_or(0) != 0;
        Answer page = answer(request.method_string(), request.target());

        http::response<http::string_body> response(static_cast<http::status>(page.status), request.version());
        response.set(http::field::content_type, page.content_type);
        response.set(http::field::cache_control, "no-store");
        if (page.status == 405) {
            response.set(http::field::allow, "GET, HEAD");
        }
        response.keep_alive(request.keep_alive() && !has_body);
        response.body() = std::move(page.body);
        response.prepare_payload();
        if (request.method() == http::verb::head) {
            response.body().clear();
        }
        stream.expires_after(answer_time);
        const auto [write_error, written] = co_await http::async_write(stream, response, use_tuple);
        if (write_error || !response.keep_alive()) {
            co_return;
        }
    }
}

AdminServer::Answer AdminServer::answer(std::string_view method, std::string_view target) const {
    const auto page = pages_.find(target.substr(0, target.find('?')));
    if (page == pages_.end()) {
        return {404, "text/plain", "not found\n"};
    }
    if (method != "GET" && method != "HEAD") {
        return {405, "text/plain", "method not allowed\n"};
    }
    try {
        return page->second();
    } catch (const std::exception& exception) {
        log::error("an admin page failed", {{"page", target}, {"error", exception.what()}});
        return {500, "text/plain", "internal error\n"};
    }
}

}  // namespace loan_manager::runtime
