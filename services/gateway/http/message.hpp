// One HTTP request and one HTTP response, as the gateway sees them.
#pragma once

#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loan_manager::gateway::http {

namespace beast_http = boost::beast::http;
using beast_http::field;
using beast_http::verb;

/// A header field; the views point into the head of the request that holds it.
struct Field {
    field id;
    std::string_view name;
    std::string_view value;
};

/// A parsed request. The views live as long as the request is neither reused nor destroyed.
struct Request {
    /// `verb::unknown` for a method outside the registry; `method_text` always holds what was sent.
    verb method = verb::unknown;
    std::string_view method_text;
    /// Origin form: path and query as they were sent, still percent-encoded.
    std::string_view target;
    std::string_view path;
    /// Without the question mark; empty when there is none.
    std::string_view query;
    /// 10 or 11.
    int version = 11;
    std::vector<Field> fields;
    /// What the head announces; absent for a chunked body and for no body.
    std::optional<std::uint64_t> content_length;
    bool chunked = false;
    bool keep_alive = true;
    /// The client waits for `100 Continue` before it sends the body.
    bool expects_continue = false;
    /// The body as received, chunk framing removed.
    std::string body;
    /// The bytes of the head that the views point into.
    std::string head;

    /// Empties the request for the next one of the connection; memory is kept unless the body was large.
    void reset();

    [[nodiscard]] bool has_body() const { return chunked || content_length.value_or(0) > 0; }

    /// Value of the first field of that name, or empty.
    [[nodiscard]] std::string_view header(field id) const;
    /// The same for names that Beast does not know; compared without regard to case.
    [[nodiscard]] std::string_view header(std::string_view name) const;
    [[nodiscard]] std::size_t count(field id) const;
    [[nodiscard]] std::size_t count(std::string_view name) const;
};

/// A response. Framing fields (Date, Content-Length, Connection) are added when it is written.
class Response {
public:
    Response() = default;
    explicit Response(unsigned status) : status_(status) {}

    [[nodiscard]] unsigned status() const { return status_; }
    [[nodiscard]] std::string_view body() const { return shared_body_ ? std::string_view(*shared_body_) : body_; }
    [[nodiscard]] std::string_view content_type() const { return content_type_; }
    /// The further fields as `Name: value\r\n` lines.
    [[nodiscard]] const std::string& fields() const { return fields_; }
    [[nodiscard]] bool closes() const { return close_; }

    void set_status(unsigned status) { status_ = status; }
    void set_body(std::string content_type, std::string body);
    /// For documents served many times: nothing is copied.
    void set_body(std::string content_type, std::shared_ptr<const std::string> body);
    void clear_body();
    /// Appends a field. CR, LF and NUL in the value become spaces: no value can smuggle in a second field.
    void add(std::string_view name, std::string_view value);
    /// The connection ends after this response.
    void close_after() { close_ = true; }

private:
    unsigned status_ = 200;
    std::string content_type_;
    std::string fields_;
    std::string body_;
    std::shared_ptr<const std::string> shared_body_;
    bool close_ = false;
};

}  // namespace loan_manager::gateway::http
