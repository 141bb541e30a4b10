#include <array>
#include <charconv>
#include <cmath>

#include "transcode/enum_token.hpp"
#include "transcode/error.hpp"
#include "transcode/response.hpp"
#include "transcode/response_plan.hpp"
#include "transcode/timestamp.hpp"

namespace loan_manager::transcode {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Which bytes cannot stand in a JSON string as they are.
constexpr std::array<bool, 256> make_escaped() {
    std::array<bool, 256> table{};
    for (std::size_t i = 0; i < 0x20; ++i) table[i] = true;
    table['"'] = true;
    table['\\'] = true;
    return table;
}
constexpr std::array<bool, 256> escaped = make_escaped();

void append_escape(char c, std::string& out) {
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            break;
    }
    constexpr std::string_view digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    out += "\\u00";
    out += digits[byte >> 4U];
    out += digits[byte & 0xFU];
}

template <class Number>
void append_number(Number value, std::string& out) {
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    out.append(digits.data(), end.ptr);
}

template <class Number>
void append_quoted_number(Number value, std::string& out) {
    out += '"';
    append_number(value, out);
    out += '"';
}

template <class Real>
void append_real(Real value, std::string& out) {
    if (std::isfinite(value)) {
        append_number(value, out);
    } else {
        out += "null";  // JSON has neither NaN nor infinity
    }
}

void append_enum(const WriterField& plan, int number, std::string& out) {
    const auto token = plan.tokens.find(number);
    // The zero value, and values of a newer service, have no token.
    if (token == plan.tokens.end()) {
        out += "null";
    } else {
        out += token->second;
    }
}

// Timestamp is read by its field numbers: the message may come from any descriptor pool.
void append_time(const Message& message, std::string& out) {
    const auto* type = message.GetDescriptor();
    const auto* reflection = message.GetReflection();
    const Instant instant{reflection->GetInt64(message, type->FindFieldByNumber(1)),
                          reflection->GetInt32(message, type->FindFieldByNumber(2))};
    constexpr std::int64_t first = -62'135'596'800;  // 0001-01-01
    constexpr std::int64_t last = 253'402'300'799;   // 9999-12-31
    if (instant.seconds < first || instant.seconds > last || instant.nanos < 0) {
        out += "null";
        return;
    }
    out += '"';
    append_timestamp(instant, out);
    out += '"';
}

// Nothing is not JSON; null is.
void append_json(std::string_view json, std::string& out) { out += json.empty() ? "null" : json; }

void append_value(const WriterField& plan, const Message& message, const Reflection& reflection, std::string& out) {
    const FieldDescriptor* field = plan.field;
    switch (plan.kind) {
        case FieldKind::boolean:
            out += reflection.GetBool(message, field) ? "true" : "false";
            return;
        case FieldKind::int32:
            return append_number(reflection.GetInt32(message, field), out);
        case FieldKind::uint32:
            return append_number(reflection.GetUInt32(message, field), out);
        case FieldKind::int64:
            return append_quoted_number(reflection.GetInt64(message, field), out);
        case FieldKind::uint64:
            return append_quoted_number(reflection.GetUInt64(message, field), out);
        case FieldKind::number32:
            return append_real(reflection.GetFloat(message, field), out);
        case FieldKind::number64:
            return append_real(reflection.GetDouble(message, field), out);
        case FieldKind::enumeration:
            return append_enum(plan, reflection.GetEnumValue(message, field), out);
        case FieldKind::timestamp:
            return append_time(reflection.GetMessage(message, field), out);
        case FieldKind::message:
            return write_message(*plan.object, reflection.GetMessage(message, field), out);
        case FieldKind::text: {
            std::string scratch;
            const std::string& text = reflection.GetStringReference(message, field, &scratch);
            return plan.json ? append_json(text, out) : append_json_string(text, out);
        }
    }
}

void append_element(const WriterField& plan, const Message& message, const Reflection& reflection, int index,
                    std::string& out) {
    const FieldDescriptor* field = plan.field;
    switch (plan.kind) {
        case FieldKind::boolean:
            out += reflection.GetRepeatedBool(message, field, index) ? "true" : "false";
            return;
        case FieldKind::int32:
            return append_number(reflection.GetRepeatedInt32(message, field, index), out);
        case FieldKind::uint32:
            return append_number(reflection.GetRepeatedUInt32(message, field, index), out);
        case FieldKind::int64:
            return append_quoted_number(reflection.GetRepeatedInt64(message, field, index), out);
        case FieldKind::uint64:
            return append_quoted_number(reflection.GetRepeatedUInt64(message, field, index), out);
        case FieldKind::number32:
            return append_real(reflection.GetRepeatedFloat(message, field, index), out);
        case FieldKind::number64:
            return append_real(reflection.GetRepeatedDouble(message, field, index), out);
        case FieldKind::enumeration:
            return append_enum(plan, reflection.GetRepeatedEnumValue(message, field, index), out);
        case FieldKind::timestamp:
            return append_time(reflection.GetRepeatedMessage(message, field, index), out);
        case FieldKind::message:
            return write_message(*plan.object, reflection.GetRepeatedMessage(message, field, index), out);
        case FieldKind::text: {
            std::string scratch;
            return append_json_string(reflection.GetRepeatedStringReference(message, field, index, &scratch), out);
        }
    }
}

void append_array(const WriterField& plan, const Message& message, const Reflection& reflection, std::string& out) {
    out += '[';
    const int size = reflection.FieldSize(message, plan.field);
    for (int i = 0; i < size; ++i) {
        if (i > 0) out += ',';
        append_element(plan, message, reflection, i, out);
    }
    out += ']';
}

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
    out += '"';
    std::size_t plain = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!escaped[static_cast<unsigned char>(text[i])]) continue;
        out.append(text, plain, i - plain);
        append_escape(text[i], out);
        plain = i + 1;
    }
    out.append(text, plain);
    out += '"';
}

void write_field(const WriterField& plan, const Message& message, std::string& out) {
    const Reflection& reflection = *message.GetReflection();
    if (plan.repeated) {
        append_array(plan, message, reflection, out);
    } else {
        append_value(plan, message, reflection, out);
    }
}

void write_message(const WriterPlan& plan, const Message& message, std::string& out) {
    const Reflection& reflection = *message.GetReflection();
    const std::size_t start = out.size();
    for (const WriterField& field : plan.fields) {
        if (field.omit_when != nullptr && reflection.GetBool(message, field.omit_when)) continue;
        if (field.has_presence && !reflection.HasField(message, field.field)) {
            if (!field.omit_unset) out += field.null_entry;
            continue;
        }
        out += field.key;
        write_field(field, message, out);
    }
    // Every entry begins with a comma; the first one's place is that of the brace.
    if (out.size() == start) {
        out += '{';
    } else {
        out[start] = '{';
    }
    out += '}';
}

namespace {

// A number as one, everything else – amounts too (D-201) – as text.
void append_limit(const std::string& limit, std::string& out) {
    const std::size_t sign = limit.starts_with('-') ? 1 : 0;
    const bool number = limit.size() > sign && limit.size() <= 15 + sign &&
                        limit.find_first_not_of("0123456789", sign) == std::string::npos;
    if (number) {
        out += limit;
    } else {
        append_json_string(limit, out);
    }
}

void append_detail(const validate::Issue& detail, std::string& out) {
    out += R"({"field":)";
    append_json_string(detail.field, out);
    out += R"(,"issue":)";
    append_json_string(detail.issue, out);
    if (!detail.limit.empty()) {
        out += R"(,"limit":)";
        append_limit(detail.limit, out);
    }
    if (!detail.bicycle_id.empty()) {
        out += R"(,"bicycle_id":)";
        append_json_string(detail.bicycle_id, out);
        out += R"(,"stock_number":)";
        append_json_string(detail.stock_number, out);
    }
    out += '}';
}

}  // namespace

std::string error_body(std::string_view code, std::string_view message, std::string_view request_id,
                       const std::vector<validate::Issue>& details) {
    std::string out;
    out.reserve(128 + message.size() + details.size() * 64);
    out += R"({"code":)";
    append_json_string(code, out);
    out += R"(,"message":)";
    append_json_string(message, out);
    out += R"(,"request_id":)";
    append_json_string(request_id, out);
    out += R"(,"details":[)";
    for (std::size_t i = 0; i < details.size(); ++i) {
        if (i > 0) out += ',';
        append_detail(details[i], out);
    }
    out += "]}";
    return out;
}

}  // namespace loan_manager::transcode
