#include "token/jwt.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <limits>
#include <optional>

#include "token/strict_object.hpp"

namespace loan_manager::token {
namespace {

namespace json = boost::json;

constexpr std::size_t max_header_size = 1024;

// Times beyond the year 9999 can only be nonsense, and would overflow arithmetic with a leeway.
constexpr std::int64_t max_time = 253'402'300'799;

struct Parts {
    std::string_view header, payload, signature, signed_text;
};

std::optional<Parts> split(std::string_view token) {
    const auto first = token.find('.');
    if (first == std::string_view::npos) return std::nullopt;
    const auto second = token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
    return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1),
                 token.substr(0, second)};
}

result<json::object> decode_object(std::string_view part) {
    const auto bytes = base64url_decode(part);
    if (!bytes) return bytes.error();
    return parse_strict_object({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
}

// The member as text; empty when it is absent or something else.
std::string_view text(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view{};
}

std::optional<Seconds> time(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    if (value == nullptr || !value->is_int64()) return std::nullopt;
    const std::int64_t seconds = value->get_int64();
    if (seconds < 0 || seconds > max_time) return std::nullopt;
    return Seconds(std::chrono::seconds(seconds));
}

std::string lower(std::string_view value) {
    std::string copy(value);
    std::transform(copy.begin(), copy.end(), copy.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return copy;
}

// RFC 7515 §4.1.9: a media type whose "application/" prefix is normally omitted, compared without case.
std::string media_type(std::string_view type) {
    constexpr std::string_view prefix = "application/";
    std::string name = lower(type);
    if (name.starts_with(prefix)) name.erase(0, prefix.size());
    return name;
}

bool has_audience(const json::object& payload, std::string_view expected) {
    const json::value* value = payload.if_contains("aud");
    if (value == nullptr) return false;
    if (value->is_string()) return value->get_string() == expected;
    if (!value->is_array()) return false;
    const auto& list = value->get_array();
    return std::any_of(list.begin(), list.end(),
                       [&](const json::value& item) { return item.is_string() && item.get_string() == expected; });
}

result<Claims> check_claims(json::object payload, const Expectations& expected, Seconds now) {
    if (text(payload, "iss") != expected.issuer) return Errc::wrong_issuer;
    if (!has_audience(payload, expected.audience)) return Errc::wrong_audience;

    const auto expires = time(payload, "exp");
    const auto issued = time(payload, "iat");
    if (!expires || !issued) return Errc::bad_claim;
    Seconds not_before = *issued;
    if (payload.contains("nbf")) {
        const auto given = time(payload, "nbf");
        if (!given) return Errc::bad_claim;
        not_before = *given;
    }
    const auto leeway = std::clamp(expected.leeway, std::chrono::seconds{0}, max_leeway);
    if (now >= *expires + leeway) return Errc::expired;
    if (not_before > now + leeway || *issued > now + leeway) return Errc::not_yet_valid;

    const std::string_view subject = text(payload, "sub");
    if (subject.empty()) return Errc::bad_claim;
    Claims claims{.issuer = expected.issuer,
                  .audience = expected.audience,
                  .subject = std::string(subject),
                  .id = std::string(text(payload, "jti")),
                  .issued_at = *issued,
                  .not_before = not_before,
                  .expires_at = *expires,
                  .others = {}};
    for (const char* name : {"iss", "aud", "sub", "jti", "iat", "nbf", "exp"}) payload.erase(name);
    claims.others = std::move(payload);
    return claims;
}

}  // namespace

result<std::string> sign(const Claims& claims, std::string_view type, const Key& key) {
    json::object header;
    header["alg"] = to_string(key.algorithm());
    if (!key.kid().empty()) header["kid"] = key.kid();
    header["typ"] = type;

    json::object payload;
    payload["iss"] = claims.issuer;
    payload["aud"] = claims.audience;
    payload["sub"] = claims.subject;
    if (!claims.id.empty()) payload["jti"] = claims.id;
    payload["iat"] = claims.issued_at.time_since_epoch().count();
    payload["nbf"] = claims.not_before.time_since_epoch().count();
    payload["exp"] = claims.expires_at.time_since_epoch().count();
    for (const auto& member : claims.others) {
        if (!payload.emplace(member.key(), member.value()).second) return Errc::bad_claim;
    }

    std::string token = base64url_encode(json::serialize(header)) + '.' + base64url_encode(json::serialize(payload));
    const auto signature = key.sign(token);
    if (!signature) return signature.error();
    token += '.';
    token += base64url_encode(*signature);
    if (token.size() > max_token_size) return Errc::too_large;
    return token;
}

result<Claims> verify(std::string_view token, const KeySet& keys, const Expectations& expected, Seconds now) {
    if (token.size() > max_token_size) return Errc::too_large;
    const auto parts = split(token);
    if (!parts) return Errc::malformed;
    if (parts->header.size() > max_header_size) return Errc::too_large;

    const auto header = decode_object(parts->header);
    if (!header) return header.error();
    const auto signature = base64url_decode(parts->signature);
    if (!signature) return signature.error();

    // A kid that is not text must not be taken for an absent one.
    if (header->contains("kid") && text(*header, "kid").empty()) return Errc::malformed;
    const Key* key = keys.find(text(*header, "kid"));
    if (key == nullptr) return Errc::unknown_key;
    if (text(*header, "alg") != to_string(key->algorithm())) return Errc::wrong_algorithm;
    if (header->contains("crit") || header->contains("b64")) return Errc::unsupported_header;
    if (!key->verify(parts->signed_text, *signature)) return Errc::bad_signature;

    if (media_type(text(*header, "typ")) != media_type(expected.type)) return Errc::wrong_type;
    auto payload = decode_object(parts->payload);
    if (!payload) return payload.error();
    return check_claims(std::move(*payload), expected, now);
}

}  // namespace loan_manager::token
