#include "strict_json/strict_json.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/object.hpp>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <utility>

#include "validate/field_path.hpp"

namespace loan_manager::strict_json {
namespace {

using boost::json::error_code;

// Receives the parser's events and builds the tree.
class TreeHandler {
public:
    static constexpr std::size_t max_object_size = max_values;
    static constexpr std::size_t max_array_size = max_values;
    static constexpr std::size_t max_key_size = 1'048'576;
    static constexpr std::size_t max_string_size = 16'777'216;

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }

    bool on_object_begin(error_code& ec) { return open(Value{Object{}}, ec); }
    bool on_object_end(std::size_t, error_code& ec) {
        const auto& members = std::get<Object>(open_.back().value.data);
        if (const std::string* twice = find_duplicate(members)) {
            problem_ = Problem{"A key appears more than once in a JSON object.", path_of(*twice)};
            return stop(ec);
        }
        return close(ec);
    }
    bool on_array_begin(error_code& ec) { return open(Value{Array{}}, ec); }
    bool on_array_end(std::size_t, error_code& ec) { return close(ec); }

    bool on_key_part(std::string_view part, std::size_t, error_code&) { return collect(part); }
    bool on_key(std::string_view part, std::size_t, error_code&) {
        collect(part);
        open_.back().key = std::exchange(text_, {});
        return true;
    }
    bool on_string_part(std::string_view part, std::size_t, error_code&) { return collect(part); }
    bool on_string(std::string_view part, std::size_t, error_code& ec) {
        collect(part);
        return add(Value{std::exchange(text_, {})}, ec);
    }
    bool on_number_part(std::string_view part, error_code&) { return collect(part); }
    bool on_int64(std::int64_t, std::string_view part, error_code& ec) { return add_number(part, ec); }
    bool on_uint64(std::uint64_t, std::string_view part, error_code& ec) { return add_number(part, ec); }
    bool on_double(double, std::string_view part, error_code& ec) { return add_number(part, ec); }
    bool on_bool(bool value, error_code& ec) { return add(Value{value}, ec); }
    bool on_null(error_code& ec) { return add(Value{Null{}}, ec); }
    bool on_comment_part(std::string_view, error_code&) { return true; }
    bool on_comment(std::string_view, error_code&) { return true; }

    Value& root() noexcept { return root_; }
    // Set when the handler, not the parser, refused the document.
    std::optional<Problem>& problem() noexcept { return problem_; }

private:
    // A container whose end has not come yet, and the key its next member gets.
    struct Open {
        Value value;
        std::string key;
    };

    static const std::string* find_duplicate(const Object& members) {
        std::vector<const std::string*> keys;
        keys.reserve(members.size());
        for (const auto& member : members) keys.push_back(&member.key);
        std::sort(keys.begin(), keys.end(), [](const auto* a, const auto* b) { return *a < *b; });
        const auto same = [](const auto* a, const auto* b) { return *a == *b; };
        const auto twice = std::adjacent_find(keys.begin(), keys.end(), same);
        return twice == keys.end() ? nullptr : *twice;
    }

    std::string path_of(std::string_view last) const {
        validate::FieldPath path;
        for (std::size_t i = 0; i + 1 < open_.size(); ++i) {
            if (const auto* items = open_[i].value.as<Array>()) {
                path.push_index(items->size());
            } else {
                path.push(open_[i].key);
            }
        }
        path.push(last);
        return path.text();
    }

    bool collect(std::string_view part) {
        text_.append(part);
        return true;
    }
    bool add_number(std::string_view part, error_code& ec) {
        collect(part);
        return add(Value{Number{std::exchange(text_, {})}}, ec);
    }
    bool count(error_code& ec) {
        if (++values_ <= max_values) return true;
        problem_ = Problem{"The JSON document has too many values.", {}};
        return stop(ec);
    }
    bool open(Value container, error_code& ec) {
        if (!count(ec)) return false;
        open_.push_back(Open{std::move(container), {}});
        return true;
    }
    bool close(error_code&) {
        Value done = std::move(open_.back().value);
        open_.pop_back();
        attach(std::move(done));
        return true;
    }
    bool add(Value value, error_code& ec) {
        if (!count(ec)) return false;
        attach(std::move(value));
        return true;
    }
    void attach(Value value) {
        if (open_.empty()) {
            root_ = std::move(value);
        } else if (auto* items = std::get_if<Array>(&open_.back().value.data)) {
            items->push_back(std::move(value));
        } else {
            std::get<Object>(open_.back().value.data).push_back(Member{std::move(open_.back().key), std::move(value)});
        }
    }
    static bool stop(error_code& ec) {
        ec = boost::json::error::syntax;
        return false;
    }

    Value root_;
    std::vector<Open> open_;
    std::string text_;
    std::size_t values_ = 0;
    std::optional<Problem> problem_;
};

Problem malformed(const std::string& why, std::size_t offset) {
    return Problem{"The text is not valid JSON: " + why + " at byte " + std::to_string(offset) + ".", {}};
}

boost::json::value to_boost(const Number& number) {
    const char* end = number.text.data() + number.text.size();
    std::int64_t integer = 0;
    if (const auto read = std::from_chars(number.text.data(), end, integer);
        read.ec == std::errc() && read.ptr == end) {
        return integer;
    }
    // Beyond the range of double: its largest values, never an error here.
    return std::strtod(number.text.c_str(), nullptr);
}

}  // namespace

boost::system::result<Value, Problem> parse(std::string_view text, std::size_t depth) {
    boost::json::parse_options options;
    options.max_depth = depth;
    boost::json::basic_parser<TreeHandler> parser(options);
    error_code ec;
    const std::size_t used = parser.write_some(false, text.data(), text.size(), ec);
    if (parser.handler().problem()) return *std::move(parser.handler().problem());
    if (ec) return malformed(ec.message(), used);
    if (used < text.size()) return malformed("extra data", used);
    return std::move(parser.handler().root());
}

boost::json::value to_boost(const Value& value) {
    if (const bool* flag = value.as<bool>()) return *flag;
    if (const Number* number = value.as<Number>()) return to_boost(*number);
    if (const std::string* text = value.as<std::string>()) return boost::json::value(*text);
    if (const Array* items = value.as<Array>()) {
        boost::json::array list;
        list.reserve(items->size());
        for (const Value& item : *items) list.push_back(to_boost(item));
        return list;
    }
    if (const Object* members = value.as<Object>()) {
        boost::json::object object;
        for (const Member& member : *members) object.emplace(member.key, to_boost(member.value));
        return object;
    }
    return nullptr;
}

}  // namespace loan_manager::strict_json
