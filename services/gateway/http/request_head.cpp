#include "gateway/http/request_head.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <cctype>
#include <limits>

namespace loan_manager::gateway::http {

namespace {

using boost::beast::error_code;
using boost::beast::iequals;

// reg-name, IPv4 or bracketed IPv6 with an optional port; nothing that could be taken for a path or user info.
bool is_host(std::string_view host) {
    return std::all_of(host.begin(), host.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_' || c == ':' || c == '[' || c == ']' ||
               c == '%' || c == '~';
    });
}

bool split_target(std::string_view target, Request& request) {
    if (target.find('#') != std::string_view::npos) {
        return false;
    }
    // RFC 9112 3.2.2: a server accepts the absolute form; the authority plays no part in routing here.
    if (!target.empty() && target.front() != '/') {
        const std::size_t scheme = target.find("://");
        if (scheme == std::string_view::npos ||
            (!iequals(target.substr(0, scheme), "http") && !iequals(target.substr(0, scheme), "https"))) {
            return false;
        }
        target.remove_prefix(scheme + 3);
        const std::size_t slash = target.find_first_of("/?");
        const std::string_view authority = target.substr(0, slash);
        if (authority.empty() || !is_host(authority) || slash == std::string_view::npos || target[slash] != '/') {
            return false;
        }
        target.remove_prefix(slash);
    }
    if (target.empty()) {
        return false;
    }
    const std::size_t question = target.find('?');
    request.target = target;
    request.path = target.substr(0, question);
    request.query = question == std::string_view::npos ? std::string_view{} : target.substr(question + 1);
    return true;
}

bool framing_is_sound(const Request& request) {
    const std::size_t lengths = request.count(field::content_length);
    const std::size_t encodings = request.count(field::transfer_encoding);
    if (lengths + encodings > 1) {
        return false;
    }
    if (lengths == 1) {
        const std::string_view value = request.header(field::content_length);
        return !value.empty() && std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
    }
    if (encodings == 1) {
        return request.version == 11 && iequals(request.header(field::transfer_encoding), "chunked");
    }
    return true;
}

bool host_is_sound(const Request& request) {
    const std::size_t hosts = request.count(field::host);
    return hosts == 0 ? request.version == 10 : hosts == 1 && is_host(request.header(field::host));
}

// RFC 9112 3: method, target and version with one space between. Beast takes what follows the first space in a target
// for a version it does not know, which would blame the version for a space in the target.
bool request_line_is_sound(std::string_view head) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    const std::size_t target = line.find(' ');
    const std::size_t version = line.rfind(' ');
    if (target == std::string_view::npos || line.find(' ', target + 1) != version || version == target) {
        return false;
    }
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const std::string_view text = line.substr(version + 1);
    return text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) && text[6] == '.' && is_digit(text[7]);
}

// Stops after the head: bodies are read by BodyReader. Beast's chunk parser aborts the process, when assertions are on,
// if the last chunk of an empty body arrives in certain pieces.
class HeadParser final : public beast_http::basic_parser<true> {
public:
    explicit HeadParser(Request& request) : request_(request) {
        header_limit(std::numeric_limits<std::uint32_t>::max());  // HeadScan has bounded it already
        body_limit(boost::none);                                  // bounded once the route is known
    }

private:
    using string_view = boost::beast::string_view;

    void on_request_impl(verb method, string_view method_text, string_view target, int version,
                         error_code& ec) override {
        request_.method = method;
        request_.method_text = method_text;
        request_.version = version;
        if (!split_target(target, request_)) {
            ec = beast_http::error::bad_target;
        }
    }
    void on_field_impl(field id, string_view name, string_view value, error_code&) override {
        request_.fields.push_back(Field{id, name, value});
    }
    void on_response_impl(int, string_view, int, error_code&) override {}
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(string_view, error_code&) override { return 0; }
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view, error_code&) override { return 0; }
    void on_finish_impl(error_code&) override {}

    Request& request_;
};

}  // namespace

ParseError parse_head(std::string_view head, Request& request) {
    request.head.assign(head);
    if (!request_line_is_sound(request.head)) {
        return ParseError::bad_request;
    }
    request.fields.reserve(16);
    HeadParser parser(request);
    error_code ec;
    const std::size_t used = parser.put(boost::asio::buffer(request.head), ec);
    if (ec) {
        return ec == beast_http::error::bad_version ? ParseError::bad_version : ParseError::bad_request;
    }
    if (!parser.is_header_done() || used != request.head.size() || !framing_is_sound(request) ||
        !host_is_sound(request)) {
        return ParseError::bad_request;
    }
    request.chunked = parser.chunked();
    if (const auto length = parser.content_length()) {
        request.content_length = *length;
    }
    // RFC 9110 10.1.1: a 100-continue expectation in an HTTP/1.0 request is ignored.
    request.expects_continue =
        request.version == 11 && request.has_body() && iequals(request.header(field::expect), "100-continue");
    request.keep_alive = parser.keep_alive();
    return ParseError::ok;
}

}  // namespace loan_manager::gateway::http
