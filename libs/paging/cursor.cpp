#include "paging/cursor.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <openssl/evp.h>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <memory>

#include "token/base64url.hpp"

namespace loan_manager::paging {
namespace {

// [version, key, id, total or null, capped, totals]
constexpr std::int64_t format_version = 2;
constexpr std::size_t fingerprint_bytes = 12;

}  // namespace

rpc::Error bad_cursor() { return rpc::Error("BAD_CURSOR"); }

std::string fingerprint(const google::protobuf::Message& request) {
    const std::unique_ptr<google::protobuf::Message> filters(request.New());
    filters->CopyFrom(request);
    for (const char* name : {"cursor", "limit", "with_total"}) {
        if (const auto* field = request.GetDescriptor()->FindFieldByName(name)) {
            filters->GetReflection()->ClearField(filters.get(), field);
        }
    }
    std::string bytes = request.GetDescriptor()->full_name() + '\n';
    {
        google::protobuf::io::StringOutputStream stream(&bytes);
        google::protobuf::io::CodedOutputStream coded(&stream);
        coded.SetSerializationDeterministic(true);
        filters->SerializeToCodedStream(&coded);
    }
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    EVP_Digest(bytes.data(), bytes.size(), digest, &length, EVP_sha256(), nullptr);
    return token::base64url_encode(std::span<const std::uint8_t>(digest, fingerprint_bytes));
}

std::string encode(const Cursor& cursor, std::string_view fingerprint, const Seal& seal) {
    boost::json::array totals;
    for (const auto& total : cursor.totals) {
        totals.emplace_back(total);
    }
    boost::json::array content;
    content.emplace_back(format_version);
    content.emplace_back(cursor.key);
    content.emplace_back(cursor.id);
    content.push_back(cursor.total ? boost::json::value(*cursor.total) : boost::json::value(nullptr));
    content.emplace_back(cursor.total_capped);
    content.emplace_back(std::move(totals));
    return seal.close(boost::json::serialize(content), fingerprint);
}

// What opens was written by us, though perhaps by another version.
rpc::Result<Cursor> decode(std::string_view text, std::string_view fingerprint, const Seal& seal) {
    const auto opened = seal.open(text, fingerprint);
    if (!opened) {
        return bad_cursor();
    }
    const auto value = boost::json::parse(*opened);
    const auto& content = value.as_array();
    if (content.at(0) != boost::json::value(format_version)) {
        return bad_cursor();
    }
    Cursor cursor;
    cursor.key = std::string(content.at(1).as_string());
    cursor.id = std::string(content.at(2).as_string());
    if (const auto* total = content.at(3).if_int64()) {
        cursor.total = *total;
    }
    cursor.total_capped = content.at(4).as_bool();
    for (const auto& total : content.at(5).as_array()) {
        cursor.totals.emplace_back(total.as_string());
    }
    return cursor;
}

Sort parse_sort(std::string_view text) {
    const bool descending = text.starts_with('-');
    return Sort{descending ? text.substr(1) : text, descending};
}

}  // namespace loan_manager::paging
