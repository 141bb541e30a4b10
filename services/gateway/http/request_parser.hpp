// Beast's parser with the strictness a gateway needs in front of other parsers.
#pragma once

#include "gateway/http/message.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace loan_manager::gateway::http {

/// Why a request cannot be understood. `ok` means nothing is wrong so far.
enum class ParseError {
    ok,
    /// Answered 400; the connection ends, since its framing can no longer be trusted.
    bad_request,
    /// Answered 505.
    bad_version,
    /// Answered 413.
    body_too_large,
};

/// Parses one request: first a complete head that HeadScan accepted, then its body in any number of pieces.
///
/// On top of Beast's checks it refuses: Transfer-Encoding other than exactly `chunked`, or together with
/// Content-Length, or in HTTP/1.0; a repeated Content-Length even when the values agree; a missing or repeated
/// Host; targets that are neither origin form nor absolute http(s) form. Trailer fields are dropped.
class RequestParser final : private beast_http::basic_parser<true> {
public:
    /// Fills `request`, which must be fresh or reset, and must outlive the parser.
    explicit RequestParser(Request& request);

    /// Takes the complete head and keeps a copy in the request.
    ParseError parse_head(std::string_view head);

    /// Bounds the body, chunk framing not counted. Call between head and body.
    void limit_body(std::uint64_t bytes) { limit_ = bytes; }

    /// Feeds received bytes; returns how many were used. What is left over belongs to the next request, or must be
    /// offered again with more bytes behind it.
    std::size_t parse_body(std::string_view bytes, ParseError& error);

    /// Head and body are complete.
    [[nodiscard]] bool done() const { return is_done(); }

private:
    using string_view = boost::beast::string_view;
    using error_code = boost::beast::error_code;

    void on_request_impl(verb method, string_view method_text, string_view target, int version,
                         error_code& ec) override;
    void on_response_impl(int, string_view, int, error_code&) override {}
    void on_field_impl(field id, string_view name, string_view value, error_code& ec) override;
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code& ec) override;
    std::size_t on_body_impl(string_view bytes, error_code& ec) override;
    void on_chunk_header_impl(std::uint64_t size, string_view extensions, error_code& ec) override;
    std::size_t on_chunk_body_impl(std::uint64_t remain, string_view bytes, error_code& ec) override;
    void on_finish_impl(error_code&) override {}

    bool split_target(std::string_view target);
    bool framing_is_sound() const;
    bool host_is_sound() const;
    void append(string_view bytes, error_code& ec);

    Request& request_;
    std::uint64_t limit_ = 0;
};

}  // namespace loan_manager::gateway::http
