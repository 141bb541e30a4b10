#include "token/strict_object.hpp"

#include "strict_json/strict_json.hpp"

namespace loan_manager::token {
namespace {

constexpr std::size_t max_depth = 8;

}  // namespace

result<boost::json::object> parse_strict_object(std::string_view text) {
    const auto value = strict_json::parse(text, max_depth);
    if (!value || value->as<strict_json::Object>() == nullptr) return Errc::malformed;
    return strict_json::to_boost(*value).as_object();
}

}  // namespace loan_manager::token
