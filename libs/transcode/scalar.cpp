#include "transcode/scalar.hpp"

#include <google/protobuf/timestamp.pb.h>

#include <charconv>
#include <limits>
#include <system_error>

#include "transcode/enum_token.hpp"
#include "transcode/timestamp.hpp"

namespace loan_manager::transcode {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
namespace issue = validate::issue;

using validate::IssueToken;

constexpr IssueToken ok{};

// The setters of protobuf's reflection, singular or repeated by the field.
class Target {
public:
    Target(const FieldPlan& plan, Message& message)
        : message_(message), reflection_(*message.GetReflection()), field_(plan.field), repeated_(plan.repeated) {}

    void set(bool v) {
        repeated_ ? reflection_.AddBool(&message_, field_, v) : reflection_.SetBool(&message_, field_, v);
    }
    void set(std::int32_t v) {
        repeated_ ? reflection_.AddInt32(&message_, field_, v) : reflection_.SetInt32(&message_, field_, v);
    }
    void set(std::uint32_t v) {
        repeated_ ? reflection_.AddUInt32(&message_, field_, v) : reflection_.SetUInt32(&message_, field_, v);
    }
    void set(std::int64_t v) {
        repeated_ ? reflection_.AddInt64(&message_, field_, v) : reflection_.SetInt64(&message_, field_, v);
    }
    void set(std::uint64_t v) {
        repeated_ ? reflection_.AddUInt64(&message_, field_, v) : reflection_.SetUInt64(&message_, field_, v);
    }
    void set(float v) {
        repeated_ ? reflection_.AddFloat(&message_, field_, v) : reflection_.SetFloat(&message_, field_, v);
    }
    void set(double v) {
        repeated_ ? reflection_.AddDouble(&message_, field_, v) : reflection_.SetDouble(&message_, field_, v);
    }
    void set(std::string v) {
        repeated_ ? reflection_.AddString(&message_, field_, std::move(v))
                  : reflection_.SetString(&message_, field_, std::move(v));
    }
    void set_enum(int v) {
        repeated_ ? reflection_.AddEnumValue(&message_, field_, v) : reflection_.SetEnumValue(&message_, field_, v);
    }
    Message& submessage() {
        return *(repeated_ ? reflection_.AddMessage(&message_, field_) : reflection_.MutableMessage(&message_, field_));
    }

private:
    Message& message_;
    const google::protobuf::Reflection& reflection_;
    const FieldDescriptor* field_;
    bool repeated_;
};

// `malformed` is the issue of a text that is no number of this type at all.
template <class Number>
IssueToken set_number(std::string_view text, IssueToken malformed, Target target) {
    Number value{};
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (stop != end || error == std::errc::invalid_argument) {
        // "-1" for an unsigned field is a number all right.
        const bool negative = std::is_unsigned_v<Number> && text.size() > 1 && text.front() == '-' &&
                              text.find_first_not_of("0123456789", 1) == std::string_view::npos;
        return negative ? issue::out_of_range : malformed;
    }
    if (error == std::errc::result_out_of_range) return issue::out_of_range;
    target.set(value);
    return ok;
}

// from_chars also reads "inf" and "nan"; JSON and our queries do not.
template <class Number>
IssueToken set_real(std::string_view text, Target target) {
    const bool plain = text.find_first_not_of("+-.0123456789eE") == std::string_view::npos;
    return plain ? set_number<Number>(text, issue::type, target) : issue::type;
}

IssueToken set_token(const FieldPlan& plan, std::string_view token, Target target) {
    const auto* value = enum_value_of(plan.field->enum_type(), token);
    if (value == nullptr) return issue::not_allowed;
    target.set_enum(value->number());
    return ok;
}

IssueToken set_time(std::string_view text, Target target) {
    const auto instant = parse_timestamp(text);
    if (!instant) return issue::format;
    auto& message = target.submessage();
    const auto* type = message.GetDescriptor();
    message.GetReflection()->SetInt64(&message, type->FindFieldByNumber(1), instant->seconds);
    message.GetReflection()->SetInt32(&message, type->FindFieldByNumber(2), instant->nanos);
    return ok;
}

}  // namespace

IssueToken set_from_url(const FieldPlan& plan, std::string_view text, Message& message) {
    Target target(plan, message);
    switch (plan.kind) {
        case FieldKind::boolean:
            if (text != "true" && text != "false") return issue::type;
            target.set(text == "true");
            return ok;
        case FieldKind::int32:
            return set_number<std::int32_t>(text, issue::type, target);
        case FieldKind::uint32:
            return set_number<std::uint32_t>(text, issue::type, target);
        case FieldKind::int64:
            return set_number<std::int64_t>(text, issue::type, target);
        case FieldKind::uint64:
            return set_number<std::uint64_t>(text, issue::type, target);
        case FieldKind::number32:
            return set_real<float>(text, target);
        case FieldKind::number64:
            return set_real<double>(text, target);
        case FieldKind::text:
            target.set(std::string(text));
            return ok;
        case FieldKind::enumeration:
            return set_token(plan, text, target);
        case FieldKind::timestamp:
            return set_time(text, target);
        case FieldKind::message:
            break;
    }
    return issue::type;
}

IssueToken set_from_json(const FieldPlan& plan, const strict_json::Value& value, Message& message) {
    Target target(plan, message);
    const auto* number = value.as<strict_json::Number>();
    const auto* text = value.as<std::string>();
    switch (plan.kind) {
        case FieldKind::boolean:
            if (const bool* flag = value.as<bool>()) {
                target.set(*flag);
                return ok;
            }
            return issue::type;
        case FieldKind::int32:
        case FieldKind::uint32:
            if (number == nullptr || !number->integral()) return issue::type;
            return plan.kind == FieldKind::int32 ? set_number<std::int32_t>(number->text, issue::type, target)
                                                 : set_number<std::uint32_t>(number->text, issue::type, target);
        case FieldKind::int64:
            return text != nullptr ? set_number<std::int64_t>(*text, issue::format, target) : issue::type;
        case FieldKind::uint64:
            return text != nullptr ? set_number<std::uint64_t>(*text, issue::format, target) : issue::type;
        case FieldKind::number32:
            return number != nullptr ? set_real<float>(number->text, target) : issue::type;
        case FieldKind::number64:
            return number != nullptr ? set_real<double>(number->text, target) : issue::type;
        case FieldKind::text:
            if (number != nullptr && options_of(plan.field).or_number()) {
                target.set(std::string(number->text));
                return ok;
            }
            if (text == nullptr) return issue::type;
            target.set(*text);
            return ok;
        case FieldKind::enumeration:
            return text != nullptr ? set_token(plan, *text, target) : issue::type;
        case FieldKind::timestamp:
            return text != nullptr ? set_time(*text, target) : issue::type;
        case FieldKind::message:
            break;
    }
    return issue::type;
}

}  // namespace loan_manager::transcode
