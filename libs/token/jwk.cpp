#include "token/jwk.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <optional>

#include "digest/sha256.hpp"
#include "token/strict_object.hpp"

namespace loan_manager::token {
namespace {

namespace json = boost::json;

json::object to_object(const Key& key) {
    json::object jwk;
    jwk["kty"] = "OKP";
    jwk["crv"] = "Ed25519";
    jwk["use"] = "sig";
    jwk["alg"] = to_string(key.algorithm());
    jwk["kid"] = key.kid();
    jwk["x"] = base64url_encode(key.public_bytes());
    return jwk;
}

// nullopt: absent; an empty view: present but not text, which equals no expected value.
std::optional<std::string_view> text(const json::object& jwk, std::string_view name) {
    const json::value* value = jwk.if_contains(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_string()) return std::string_view{};
    return std::string_view(value->get_string());
}

bool may_verify(const json::object& jwk) {
    if (text(jwk, "use").value_or("sig") != "sig") return false;
    const json::value* operations = jwk.if_contains("key_ops");
    if (operations == nullptr) return true;
    if (!operations->is_array()) return false;
    for (const json::value& operation : operations->get_array()) {
        if (operation.is_string() && operation.get_string() == "verify") return true;
    }
    return false;
}

bool is_ed25519(const json::object& jwk) { return text(jwk, "kty") == "OKP" && text(jwk, "crv") == "Ed25519"; }

result<Key> from_object(const json::object& jwk) {
    const auto kid = text(jwk, "kid");
    const auto point = text(jwk, "x");
    if (!is_ed25519(jwk) || !may_verify(jwk) || text(jwk, "alg").value_or("EdDSA") != "EdDSA" || jwk.contains("d") ||
        !kid || kid->empty() || !point) {
        return Errc::bad_key;
    }
    const auto bytes = base64url_decode(*point);
    if (!bytes) return Errc::bad_key;
    return Key::ed25519_public(*bytes, std::string(*kid));
}

}  // namespace

result<std::string> write_jwk(const Key& key) {
    if (key.algorithm() != Algorithm::eddsa) return Errc::bad_key;
    return json::serialize(to_object(key));
}

std::string write_jwks(const KeySet& keys) {
    json::array list;
    for (const Key& key : keys.keys()) {
        if (key.algorithm() == Algorithm::eddsa) list.push_back(to_object(key));
    }
    json::object document;
    document["keys"] = std::move(list);
    return json::serialize(document);
}

result<Key> parse_jwk(std::string_view text) {
    if (text.size() > max_jwks_size) return Errc::too_large;
    const auto object = parse_strict_object(text);
    if (!object) return object.error();
    return from_object(*object);
}

result<KeySet> parse_jwks(std::string_view text) {
    if (text.size() > max_jwks_size) return Errc::too_large;
    const auto document = parse_strict_object(text);
    if (!document) return document.error();
    const json::value* list = document->if_contains("keys");
    if (list == nullptr || !list->is_array()) return Errc::malformed;
    KeySet keys;
    for (const json::value& item : list->get_array()) {
        if (!item.is_object()) return Errc::malformed;
        const json::object& jwk = item.get_object();
        if (!is_ed25519(jwk) || !may_verify(jwk)) continue;
        auto key = from_object(jwk);
        if (!key) return key.error();
        if (const auto added = keys.add(std::move(*key)); !added) return added.error();
    }
    return keys;
}

std::string thumbprint(std::span<const std::uint8_t> public_key) {
    // RFC 7638 §3.2: the required members only, in lexicographic order, without white space.
    const std::string canonical = R"({"crv":"Ed25519","kty":"OKP","x":")" + base64url_encode(public_key) + R"("})";
    return base64url_encode(digest::sha256({canonical}));
}

}  // namespace loan_manager::token
