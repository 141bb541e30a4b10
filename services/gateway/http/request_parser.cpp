#include "gateway/http/request_parser.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <cctype>
#include <limits>

namespace loan_manager::gateway::http {

namespace {

using boost::beast::iequals;

ParseError classify(const boost::beast::error_code& ec) {
    if (!ec || ec == beast_http::error::need_more) {
        return ParseError::ok;
    }
    if (ec == beast_http::error::bad_version) {
        return ParseError::bad_version;
    }
    if (ec == beast_http::error::body_limit) {
        return ParseError::body_too_large;
    }
    return ParseError::bad_request;
}

// reg-name, IPv4 or bracketed IPv6 with an optional port; nothing that could be taken for a path or user info.
bool is_host(std::string_view host) {
    return std::all_of(host.begin(), host.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_' || c == ':' || c == '[' || c == ']' ||
               c == '%' || c == '~';
    });
}

}  // namespace

RequestParser::RequestParser(Request& request) : request_(request) {
    request_.fields.reserve(16);
    header_limit(std::numeric_limits<std::uint32_t>::max());  // HeadScan has bounded it already
    body_limit(boost::none);                                  // bounded here, once the route is known
}

ParseError RequestParser::parse_head(std::string_view head) {
    request_.head.assign(head);
    boost::beast::error_code ec;
    const std::size_t used = put(boost::asio::buffer(request_.head), ec);
    if (const ParseError error = classify(ec); error != ParseError::ok) {
        return error;
    }
    if (!is_header_done() || used != request_.head.size() || !framing_is_sound() || !host_is_sound()) {
        return ParseError::bad_request;
    }
    request_.chunked = chunked();
    if (const auto length = content_length()) {
        request_.content_length = *length;
    }
    // RFC 9110 10.1.1: a 100-continue expectation in an HTTP/1.0 request is ignored.
    request_.expects_continue =
        request_.version == 11 && request_.has_body() && iequals(request_.header(field::expect), "100-continue");
    request_.keep_alive = keep_alive();
    eager(true);
    return ParseError::ok;
}

std::size_t RequestParser::parse_body(std::string_view bytes, ParseError& error) {
    std::size_t used = 0;
    while (!is_done() && used < bytes.size()) {
        boost::beast::error_code ec;
        const std::size_t n = put(boost::asio::buffer(bytes.data() + used, bytes.size() - used), ec);
        used += n;
        error = classify(ec);
        if (error != ParseError::ok || ec == beast_http::error::need_more || n == 0) {
            break;
        }
    }
    return used;
}

void RequestParser::on_request_impl(verb method, string_view method_text, string_view target, int version,
                                    error_code& ec) {
    request_.method = method;
    request_.method_text = method_text;
    request_.version = version;
    if (!split_target(target)) {
        ec = beast_http::error::bad_target;
    }
}

void RequestParser::on_field_impl(field id, string_view name, string_view value, error_code&) {
    // Beast reports trailer fields through the same door; after the head nothing may add to it.
    if (!is_header_done()) {
        request_.fields.push_back(Field{id, name, value});
    }
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code& ec) {
    if (length && *length > limit_) {
        ec = beast_http::error::body_limit;
        return;
    }
    // Memory follows the bytes that really arrive, not what a head promises.
    request_.body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(length.value_or(0), 64 * 1024)));
}

std::size_t RequestParser::on_body_impl(string_view bytes, error_code& ec) {
    append(bytes, ec);
    return bytes.size();
}

void RequestParser::on_chunk_header_impl(std::uint64_t size, string_view, error_code& ec) {
    if (size > limit_ - request_.body.size()) {
        ec = beast_http::error::body_limit;
    }
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, string_view bytes, error_code& ec) {
    append(bytes, ec);
    return bytes.size();
}

void RequestParser::append(string_view bytes, error_code& ec) {
    if (bytes.size() > limit_ - request_.body.size()) {
        ec = beast_http::error::body_limit;
        return;
    }
    request_.body.append(bytes);
}

bool RequestParser::split_target(std::string_view target) {
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
    request_.target = target;
    request_.path = target.substr(0, question);
    request_.query = question == std::string_view::npos ? std::string_view{} : target.substr(question + 1);
    return true;
}

bool RequestParser::framing_is_sound() const {
    const std::size_t lengths = request_.count(field::content_length);
    const std::size_t encodings = request_.count(field::transfer_encoding);
    if (lengths + encodings > 1) {
        return false;
    }
    if (lengths == 1) {
        const std::string_view value = request_.header(field::content_length);
        return !value.empty() && std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
    }
    if (encodings == 1) {
        return request_.version == 11 && iequals(request_.header(field::transfer_encoding), "chunked");
    }
    return true;
}

bool RequestParser::host_is_sound() const {
    const std::size_t hosts = request_.count(field::host);
    return hosts == 0 ? request_.version == 10 : hosts == 1 && is_host(request_.header(field::host));
}

}  // namespace loan_manager::gateway::http
