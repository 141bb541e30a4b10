#include "lifecycle-refresher/paging/cursor.hpp"

#include <openssl/sha.h>

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/system/error_code.hpp>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <memory>
#include <span>

#include "token/base64url.hpp"

namespace loan_manager::lifecycle {
namespace {

namespace json = boost::json;

/// Stands for everything of the request but where in the list it is.
std::string digest_of_filters(const google::protobuf::Message& request) {
    const std::unique_ptr<google::protobuf::Message> filters(request.New());
    filters->CopyFrom(request);
    for (const char* name : {"limit", "cursor", "with_total"}) {
        if (const auto* field = filters->GetDescriptor()->FindFieldByName(name)) {
            filters->GetReflection()->ClearField(filters.get(), field);
        }
    }
    std::string bytes = request.GetDescriptor()->full_name();
    {
        google::protobuf::io::StringOutputStream stream(&bytes);
        google::protobuf::io::CodedOutputStream coded(&stream);
        coded.SetSerializationDeterministic(true);
        filters->SerializeToCodedStream(&coded);
    }
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
    return token::base64url_encode(std::span(digest).first(12));
}

}  // namespace

std::string encode_cursor(const google::protobuf::Message& request, const PageCursor& cursor) {
    json::array parts;
    parts.emplace_back(digest_of_filters(request));
    parts.emplace_back(cursor.total.value_or(-1));
    for (const std::string& key : cursor.keys) {
        parts.emplace_back(key);
    }
    const std::string text = json::serialize(parts);
    return token::base64url_encode(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

std::optional<PageCursor> decode_cursor(const google::protobuf::Message& request, std::string_view text,
                                        std::size_t key_count) {
    const auto bytes = token::base64url_decode(text);
    if (!bytes) {
        return std::nullopt;
    }
    boost::system::error_code error;
    const json::value value =
        json::parse(std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size()), error);
    const json::array* parts = error ? nullptr : value.if_array();
    if (parts == nullptr || parts->size() != key_count + 2 || !(*parts)[0].is_string() || !(*parts)[1].is_int64()) {
        return std::nullopt;
    }
    if ((*parts)[0].get_string() != digest_of_filters(request)) {
        return std::nullopt;
    }
    PageCursor cursor;
    if (const std::int64_t total = (*parts)[1].get_int64(); total >= 0) {
        cursor.total = total;
    }
    for (std::size_t i = 2; i != parts->size(); ++i) {
        if (!(*parts)[i].is_string()) {
            return std::nullopt;
        }
        cursor.keys.emplace_back((*parts)[i].get_string());
    }
    return cursor;
}

}  // namespace loan_manager::lifecycle
