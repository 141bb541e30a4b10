#include "paging/cursor.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <openssl/evp.h>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <memory>

#include "runtime/uuid.hpp"
#include "token/base64url.hpp"

namespace loan_manager::paging {
namespace {

// [version, fingerprint, key, id, total or null, capped]
constexpr std::int64_t format_version = 1;
// Sealed: [version, key, id, total or null, capped, totals]
constexpr std::int64_t sealed_version = 2;
constexpr std::size_t parts = 6;
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

std::string encode(const Cursor& cursor, std::string_view fingerprint) {
    boost::json::array content;
    content.emplace_back(format_version);
    content.emplace_back(fingerprint);
    content.emplace_back(cursor.key);
    content.emplace_back(cursor.id);
    if (cursor.total) {
        content.emplace_back(*cursor.total);
    } else {
        content.emplace_back(nullptr);
    }
    content.emplace_back(cursor.total_capped);
    return token::base64url_encode(boost::json::serialize(content));
}

rpc::Result<Cursor> decode(std::string_view text, std::string_view fingerprint) {
    const auto bytes = token::base64url_decode(text);
    if (!bytes) {
        return bad_cursor();
    }
    boost::system::error_code error;
    const auto value =
        boost::json::parse(std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size()), error);
    const auto* content = error ? nullptr : value.if_array();
    if (content == nullptr || content->size() != parts) {
        return bad_cursor();
    }
    const auto& fields = *content;
    if (fields[0] != boost::json::value(format_version) || !fields[1].is_string() || !fields[2].is_string() ||
        !fields[3].is_string() || !(fields[4].is_null() || fields[4].is_int64()) || !fields[5].is_bool()) {
        return bad_cursor();
    }
    Cursor cursor;
    cursor.key = std::string(fields[2].get_string());
    cursor.id = std::string(fields[3].get_string());
    if (fields[4].is_int64()) {
        cursor.total = fields[4].get_int64();
    }
    cursor.total_capped = fields[5].get_bool();
    const bool sane_total = !cursor.total || (*cursor.total >= 0 && *cursor.total <= total_cap);
    if (std::string_view(fields[1].get_string()) != fingerprint || !runtime::is_uuid(cursor.id) || !sane_total ||
        cursor.key.find('\0') != std::string::npos) {
        return bad_cursor();
    }
    return cursor;
}

std::string encode(const Cursor& cursor, std::string_view fingerprint, const Seal& seal) {
    boost::json::array totals;
    for (const auto& total : cursor.totals) {
        totals.emplace_back(total);
    }
    boost::json::array content;
    content.emplace_back(sealed_version);
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
    if (content.at(0) != boost::json::value(sealed_version)) {
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

std::string time_key(std::chrono::system_clock::time_point time) {
    return std::to_string(std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch()).count());
}

rpc::Result<std::chrono::system_clock::time_point> read_time_key(std::string_view key) {
    // The years 1 to 9999: anything else would be an error in the database instead of one of the client.
    constexpr std::int64_t earliest = -62'135'596'800'000'000;
    constexpr std::int64_t latest = 253'402'300'799'999'999;
    const auto micros = read_number_key(key);
    if (!micros || *micros < earliest || *micros > latest) {
        return bad_cursor();
    }
    return std::chrono::system_clock::time_point(std::chrono::microseconds(*micros));
}

rpc::Result<std::int64_t> read_number_key(std::string_view key) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), number);
    if (error != std::errc() || end != key.data() + key.size()) {
        return bad_cursor();
    }
    return number;
}

Sort parse_sort(std::string_view text) {
    const bool descending = text.starts_with('-');
    return Sort{descending ? text.substr(1) : text, descending};
}

}  // namespace loan_manager::paging
