#include "token/strict_json.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>

namespace loan_manager::token {
namespace {

namespace json = boost::json;

constexpr std::size_t max_depth = 8;

// Counts the names a text contains. Boost.JSON keeps only the last of equal names, so a text with a duplicate
// contains more names than the object made from it.
struct NameCounter {
    static constexpr std::size_t max_object_size = 1024;
    static constexpr std::size_t max_array_size = 4096;
    static constexpr std::size_t max_key_size = 1024;
    static constexpr std::size_t max_string_size = std::size_t{64} * 1024;

    std::size_t names = 0;

    using error_code = json::error_code;
    using string_view = json::string_view;

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&) { return true; }
    bool on_object_end(std::size_t, error_code&) { return true; }
    bool on_array_begin(error_code&) { return true; }
    bool on_array_end(std::size_t, error_code&) { return true; }
    bool on_key_part(string_view, std::size_t, error_code&) { return true; }
    bool on_key(string_view, std::size_t, error_code&) {
        ++names;
        return true;
    }
    bool on_string_part(string_view, std::size_t, error_code&) { return true; }
    bool on_string(string_view, std::size_t, error_code&) { return true; }
    bool on_number_part(string_view, error_code&) { return true; }
    bool on_int64(std::int64_t, string_view, error_code&) { return true; }
    bool on_uint64(std::uint64_t, string_view, error_code&) { return true; }
    bool on_double(double, string_view, error_code&) { return true; }
    bool on_bool(bool, error_code&) { return true; }
    bool on_null(error_code&) { return true; }
    bool on_comment_part(string_view, error_code&) { return true; }
    bool on_comment(string_view, error_code&) { return true; }
};

std::size_t count_names(const json::value& value) {
    std::size_t names = 0;
    if (value.is_object()) {
        for (const auto& member : value.get_object()) names += 1 + count_names(member.value());
    } else if (value.is_array()) {
        for (const json::value& item : value.get_array()) names += count_names(item);
    }
    return names;
}

}  // namespace

result<json::object> parse_strict_object(std::string_view text) {
    json::parse_options options;
    options.max_depth = max_depth;

    json::basic_parser<NameCounter> counter(options);
    json::error_code ec;
    const std::size_t used = counter.write_some(false, text.data(), text.size(), ec);
    if (ec || used != text.size() || !counter.done()) return Errc::malformed;

    json::value value = json::parse(text, ec, {}, options);
    if (ec || !value.is_object() || count_names(value) != counter.handler().names) return Errc::malformed;
    return std::move(value.get_object());
}

}  // namespace loan_manager::token
