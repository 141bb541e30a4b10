#include "token/access_token.hpp"

#include <boost/json/array.hpp>
#include <limits>
#include <optional>

namespace loan_manager::token {
namespace {

namespace json = boost::json;

json::array to_array(const std::vector<std::string>& items) {
    json::array list;
    list.reserve(items.size());
    for (const std::string& item : items) list.emplace_back(item);
    return list;
}

std::optional<std::vector<std::string>> text_list(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    if (value == nullptr || !value->is_array()) return std::nullopt;
    std::vector<std::string> items;
    items.reserve(value->get_array().size());
    for (const json::value& item : value->get_array()) {
        if (!item.is_string()) return std::nullopt;
        items.emplace_back(item.get_string());
    }
    return items;
}

}  // namespace

const Expectations& access_token_expectations() {
    static const Expectations expectations{.type = std::string(access_token_type),
                                           .issuer = std::string(access_token_issuer),
                                           .audience = std::string(access_token_audience)};
    return expectations;
}

result<std::string> sign_access_token(const AccessToken& access, const Key& key) {
    Claims claims{.issuer = std::string(access_token_issuer),
                  .audience = std::string(access_token_audience),
                  .subject = access.user_id,
                  .id = access.id,
                  .issued_at = access.issued_at,
                  .not_before = access.issued_at,
                  .expires_at = access.expires_at,
                  .others = {}};
    claims.others["username"] = access.username;
    claims.others["roles"] = to_array(access.roles);
    claims.others["company_scope"] = to_array(access.company_scope);
    claims.others["branch_scope"] = to_array(access.branch_scope);
    claims.others["ver"] = access.version;
    return sign(claims, access_token_type, key);
}

result<AccessToken> verify_access_token(std::string_view text, const KeySet& keys, Seconds now) {
    auto claims = verify(text, keys, access_token_expectations(), now);
    if (!claims) return claims.error();

    const json::value* username = claims->others.if_contains("username");
    const json::value* version = claims->others.if_contains("ver");
    auto roles = text_list(claims->others, "roles");
    auto companies = text_list(claims->others, "company_scope");
    auto branches = text_list(claims->others, "branch_scope");
    if (claims->id.empty() || username == nullptr || !username->is_string() || version == nullptr ||
        !version->is_int64() || version->get_int64() < 0 ||
        version->get_int64() > std::numeric_limits<std::int32_t>::max() || !roles || !companies || !branches) {
        return Errc::bad_claim;
    }
    return AccessToken{.user_id = std::move(claims->subject),
                       .username = std::string(username->get_string()),
                       .roles = std::move(*roles),
                       .company_scope = std::move(*companies),
                       .branch_scope = std::move(*branches),
                       .version = static_cast<std::int32_t>(version->get_int64()),
                       .id = std::move(claims->id),
                       .issued_at = claims->issued_at,
                       .expires_at = claims->expires_at};
}

}  // namespace loan_manager::token
