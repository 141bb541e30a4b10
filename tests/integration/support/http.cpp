#include "support/http.hpp"

#include <algorithm>
#include <atomic>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json/parse.hpp>
#include <cctype>
#include <random>

#include "support/contract.hpp"

namespace loan_manager::testing {

namespace asio = boost::asio;
namespace beast = boost::beast;

boost::json::value HttpResponse::json() const { return boost::json::parse(body); }

std::string HttpResponse::code() const {
    boost::system::error_code error;
    auto value = boost::json::parse(body, error);
    if (error || !value.is_object() || !value.as_object().contains("code")) return {};
    return std::string(value.at("code").as_string());
}

std::string HttpResponse::header(const std::string& lower_case_name) const {
    auto found = headers.find(lower_case_name);
    return found == headers.end() ? std::string() : found->second;
}

HttpResponse http(std::uint16_t port, const std::string& method, const std::string& target, const Headers& headers,
                  const std::string& body) {
    asio::io_context context;
    asio::ip::tcp::socket socket(context);
    socket.connect({asio::ip::address_v4::loopback(), port});

    beast::http::request<beast::http::string_body> request;
    request.method_string(method);
    request.target(target);
    request.version(11);
    request.set(beast::http::field::host, "127.0.0.1");
    request.set(beast::http::field::connection, "close");
    for (const auto& [name, value] : headers) request.set(name, value);
    if (!body.empty()) {
        if (!headers.contains("content-type")) request.set(beast::http::field::content_type, "application/json");
        request.body() = body;
    }
    request.prepare_payload();
    beast::http::write(socket, request);

    beast::flat_buffer buffer;
    beast::http::response_parser<beast::http::string_body> parser;
    parser.body_limit(64 * 1024 * 1024);
    parser.skip(method == "HEAD");
    beast::http::read(socket, buffer, parser);

    HttpResponse response;
    response.status = parser.get().result_int();
    for (const auto& field : parser.get()) {
        std::string name(field.name_string());
        std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
        response.headers[name] = std::string(field.value());
    }
    response.body = std::move(parser.get().body());
    contract::saw(port, method, target, response);
    return response;
}

RawAnswer raw_http(std::uint16_t port, const std::string& bytes, std::chrono::milliseconds limit) {
    asio::io_context context;
    asio::ip::tcp::socket socket(context);
    socket.connect({asio::ip::address_v4::loopback(), port});
    RawAnswer answer{{}, false};
    char chunk[4096];
    // Reading and writing overlap: a server may answer and close before it has seen everything.
    asio::async_write(socket, asio::buffer(bytes), [](boost::system::error_code, std::size_t) {});
    std::function<void()> read_more = [&] {
        socket.async_read_some(asio::buffer(chunk), [&](boost::system::error_code error, std::size_t size) {
            answer.bytes.append(chunk, size);
            if (error) {
                answer.closed = true;
                return;
            }
            read_more();
        });
    };
    read_more();
    context.run_for(limit);
    contract::saw_raw(port, bytes, answer.bytes);
    return answer;
}

int status_of(const RawAnswer& answer) {
    if (answer.bytes.size() < 12 || answer.bytes.compare(0, 5, "HTTP/") != 0) return 0;
    return std::stoi(answer.bytes.substr(9, 3));
}

std::string fresh_key() {
    static const std::string run = std::to_string(std::random_device{}());
    static std::atomic<int> counter = 0;
    return "test-" + run + "-" + std::to_string(++counter);
}

}  // namespace loan_manager::testing
