#include "gateway/http/message.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>

namespace loan_manager::gateway::http {

void Request::reset() {
    constexpr std::size_t keep = 64 * 1024;
    method = verb::unknown;
    method_text = target = path = query = {};
    version = 11;
    fields.clear();
    content_length.reset();
    chunked = false;
    keep_alive = true;
    expects_continue = false;
    body.clear();
    if (body.capacity() > keep) {
        body.shrink_to_fit();
    }
    head.clear();
}

std::string_view Request::header(field id) const {
    for (const Field& f : fields) {
        if (f.id == id) {
            return f.value;
        }
    }
    return {};
}

std::string_view Request::header(std::string_view name) const {
    for (const Field& f : fields) {
        if (boost::beast::iequals(f.name, name)) {
            return f.value;
        }
    }
    return {};
}

std::size_t Request::count(field id) const {
    return static_cast<std::size_t>(
        std::count_if(fields.begin(), fields.end(), [id](const Field& f) { return f.id == id; }));
}

std::size_t Request::count(std::string_view name) const {
    return static_cast<std::size_t>(std::count_if(
        fields.begin(), fields.end(), [name](const Field& f) { return boost::beast::iequals(f.name, name); }));
}

void Response::set_body(std::string content_type, std::string body) {
    content_type_ = std::move(content_type);
    body_ = std::move(body);
    shared_body_.reset();
}

void Response::set_body(std::string content_type, std::shared_ptr<const std::string> body) {
    content_type_ = std::move(content_type);
    shared_body_ = std::move(body);
    body_.clear();
}

void Response::clear_body() {
    content_type_.clear();
    body_.clear();
    shared_body_.reset();
}

void Response::add(std::string_view name, std::string_view value) {
    fields_.append(name);
    fields_.append(": ");
    const std::size_t from = fields_.size();
    fields_.append(value);
    std::replace_if(
        fields_.begin() + static_cast<std::ptrdiff_t>(from), fields_.end(),
        [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
    fields_.append("\r\n");
}

}  // namespace loan_manager::gateway::http
