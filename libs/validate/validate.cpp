#include "validate/validate.hpp"

#include <google/protobuf/field_mask.pb.h>

#include <algorithm>
#include <string>

#include "validate/field_path.hpp"
#include "validate/formats.hpp"
#include "validate/plan.hpp"
#include "validate/text.hpp"
#include "validate/unicode.hpp"

namespace loan_manager::validate {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::FieldMask;
using google::protobuf::Message;
using google::protobuf::Reflection;
using loanmanager::options::v1::Field;
using Kind = FieldPlan::Kind;

constexpr IssueToken ok{};

IssueToken check_format(const FieldPlan& plan, std::string& text) {
    switch (plan.format) {
        case Field::FORMAT_UUID:
            return check_uuid(text);
        case Field::FORMAT_UUID_OR_CODE:
            return check_uuid_or_code(text);
        case Field::FORMAT_DATE:
            return check_date(text);
        case Field::FORMAT_MONEY:
            return check_money(text, plan.positive);
        case Field::FORMAT_SIGNED_MONEY:
            return check_signed_money(text);
        case Field::FORMAT_PERCENT:
            return check_percent(text);
        case Field::FORMAT_QUANTITY:
            return check_quantity(text);
        case Field::FORMAT_PHONE:
            return check_phone(text);
        case Field::FORMAT_EMAIL:
            return check_email(text);
        case Field::FORMAT_MONTH:
            return check_month(text);
        case Field::FORMAT_NIC:
            return check_nic(text);
        default:
            return ok;
    }
}

// What is wrong with a value, and the limit it broke.
struct Finding {
    Finding(IssueToken token) : what(token) {}
    Finding(IssueToken token, std::string broken) : what(token), limit(std::move(broken)) {}

    IssueToken what;
    std::string limit;
};

// Where a text is too long for its format or list of tokens, that says more than a length.
Finding too_long(const FieldPlan& plan) {
    if (plan.max_len != 0) return {issue::too_long, std::to_string(plan.max_len)};
    if (plan.format == Field::FORMAT_EMAIL) return {issue::too_long, std::to_string(plan.limit.code_points)};
    return plan.one_of.empty() ? issue::format : issue::not_allowed;
}

// The end of the range that an amount or a percentage of the right form lies beyond.
std::string broken_limit(const FieldPlan& plan, const std::string& text) {
    const bool low = text.starts_with('-') || text.find_first_of("123456789") == std::string::npos;
    switch (plan.format) {
        case Field::FORMAT_MONEY:
            if (low) return plan.positive ? "0.01" : "0.00";
            return "999999999999.99";
        case Field::FORMAT_SIGNED_MONEY:
            return text.starts_with('-') ? "-999999999999.99" : "999999999999.99";
        case Field::FORMAT_PERCENT:
            return low ? "0.00" : "100.00";
        default:
            return {};
    }
}

Finding check_form(const FieldPlan& plan, std::string& text) {
    const auto what = check_format(plan, text);
    return {what, what == issue::out_of_range ? broken_limit(plan, text) : std::string()};
}

// Normalises and checks a text. Empty text is for the caller to judge.
Finding check_text(const FieldPlan& plan, std::string& text) {
    if (plan.as_typed) return text.empty() ? Finding(ok) : check_form(plan, text);
    std::size_t length = 0;
    if (plan.raw) {
        if (text.size() > plan.limit.bytes()) return too_long(plan);
        count_text_steps(text.size());
        length = count_code_points(text);
    } else if (const auto problem = normalise_text(text, TextRules{plan.limit, plan.multiline}, length);
               problem != TextProblem::none) {
        return problem == TextProblem::too_long ? too_long(plan) : issue::format;
    }
    if (text.empty()) return ok;
    if (length < plan.min_len) return {issue::too_short, std::to_string(plan.min_len)};
    if (length > plan.limit.code_points) return too_long(plan);
    if (!plan.one_of.empty() && std::find(plan.one_of.begin(), plan.one_of.end(), text) == plan.one_of.end()) {
        return issue::not_allowed;
    }
    if (plan.pattern != nullptr && !re2::RE2::FullMatch(text, *plan.pattern)) return issue::format;
    return check_form(plan, text);
}

Finding check_ends(const FieldPlan& plan, bool low, bool high) {
    if (low) return {issue::out_of_range, std::to_string(*plan.min)};
    if (high) return {issue::out_of_range, std::to_string(*plan.max)};
    return ok;
}

template <class Number>
Finding check_range(const FieldPlan& plan, Number value) {
    return check_ends(plan, plan.min && std::cmp_less(value, *plan.min),
                      plan.max && std::cmp_greater(value, *plan.max));
}

Finding check_real(const FieldPlan& plan, double value) {
    return check_ends(plan, plan.min && !(value >= static_cast<double>(*plan.min)),
                      plan.max && !(value <= static_cast<double>(*plan.max)));
}

// The zero value means "not given", and over gRPC any number can arrive.
Finding check_enum(const FieldPlan& plan, int value) {
    const bool known = value != 0 && plan.field->enum_type()->FindValueByNumber(value) != nullptr;
    return known ? ok : issue::not_allowed;
}

class Checker {
public:
    explicit Checker(const RequestPlan& plan, std::vector<Issue>& issues) : plan_(plan), issues_(issues) {}

    void run(Message& request) {
        if (plan_.update_mask != nullptr) read_mask(request);
        const bool whole = plan_.update_mask != nullptr && plan_.masked == nullptr;
        check_message(*plan_.root, request, whole);
    }

private:
    // Brings mask and populated fields into agreement, see check().
    void read_mask(Message& request) {
        const Reflection& reflection = *request.GetReflection();
        // A PATCH without the masked message is one that changes nothing.
        Message& target = plan_.masked != nullptr ? *reflection.MutableMessage(&request, plan_.masked) : request;
        const bool given = reflection.HasField(request, plan_.update_mask);
        Message& mask = *reflection.MutableMessage(&request, plan_.update_mask);
        const auto* paths = mask.GetDescriptor()->FindFieldByNumber(FieldMask::kPathsFieldNumber);

        std::vector<const FieldDescriptor*> populated;
        target.GetReflection()->ListFields(target, &populated);
        std::erase_if(populated, [&](const auto* f) { return f == plan_.update_mask || plan_.path.contains(f); });
        if (!given) {
            mask_ = std::move(populated);
            for (const auto* field : mask_) mask.GetReflection()->AddString(&mask, paths, field->name());
            return;
        }
        for (int i = 0; i < mask.GetReflection()->FieldSize(mask, paths); ++i) {
            const std::string name = mask.GetReflection()->GetRepeatedString(mask, paths, i);
            const auto* field = target.GetDescriptor()->FindFieldByName(name);
            if (field == nullptr || field == plan_.update_mask || plan_.path.contains(field)) {
                add_issue(issues_, FieldPath::clip(name), issue::unknown);
            } else {
                mask_.push_back(field);
            }
        }
        for (const auto* field : populated) {
            if (!in_mask(field)) target.GetReflection()->ClearField(&target, field);
        }
    }

    bool in_mask(const FieldDescriptor* field) const {
        return std::find(mask_.begin(), mask_.end(), field) != mask_.end();
    }

    // `patched`: the message's fields are those the mask speaks of.
    void check_message(const MessagePlan& plan, Message& message, bool patched) {
        for (const FieldPlan& field : plan.fields) {
            const std::size_t before = path_.size();
            if (field.field != plan_.body) path_.push(field.field->name());
            if (!has_issue()) check_field(field, message, patched && in_mask(field.field));
            path_.truncate(before);
        }
    }

    bool has_issue() const {
        const auto here = [&](const Issue& i) { return i.field == path_.text(); };
        return std::any_of(issues_.begin(), issues_.end(), here);
    }

    void note(Finding found) {
        if (!found.what.empty()) add_issue(issues_, path_.text(), found.what, std::move(found.limit));
    }

    void check_field(const FieldPlan& plan, Message& message, bool in_patch) {
        if (plan.repeated) return check_list(plan, message, in_patch);
        const Reflection& reflection = *message.GetReflection();
        // Without presence, the empty or zero value stands for "not given" in text and enums.
        const bool given = plan.field->has_presence() ? reflection.HasField(message, plan.field)
                           : plan.kind == Kind::text || plan.kind == Kind::enumeration
                               ? reflection.HasField(message, plan.field)
                               : true;
        if (!given) return missing(plan, in_patch);
        if (plan.kind == Kind::text) return check_text_field(plan, message, in_patch);
        if (plan.kind == Kind::message) {
            return check_message(*plan.object, *reflection.MutableMessage(&message, plan.field),
                                 plan.field == plan_.masked);
        }
        note(check_number(plan, message));
    }

    // Absent, or null.
    void missing(const FieldPlan& plan, bool in_patch) {
        if (plan.required || (in_patch && !plan.nullable)) note(issue::required);
    }

    void check_text_field(const FieldPlan& plan, Message& message, bool in_patch) {
        const Reflection& reflection = *message.GetReflection();
        std::string scratch;
        const std::string& sent = reflection.GetStringReference(message, plan.field, &scratch);
        std::string text = sent;
        auto found = check_text(plan, text);
        if (!found.what.empty()) return note(std::move(found));
        if (text.empty()) {
            reflection.ClearField(&message, plan.field);
            return missing(plan, in_patch);
        }
        if (text != sent) reflection.SetString(&message, plan.field, std::move(text));
    }

    Finding check_number(const FieldPlan& plan, const Message& message) const {
        const Reflection& reflection = *message.GetReflection();
        switch (plan.kind) {
            case Kind::int32:
                return check_range(plan, reflection.GetInt32(message, plan.field));
            case Kind::int64:
                return check_range(plan, reflection.GetInt64(message, plan.field));
            case Kind::uint32:
                return check_range(plan, reflection.GetUInt32(message, plan.field));
            case Kind::uint64:
                return check_range(plan, reflection.GetUInt64(message, plan.field));
            case Kind::number32:
                return check_real(plan, reflection.GetFloat(message, plan.field));
            case Kind::number64:
                return check_real(plan, reflection.GetDouble(message, plan.field));
            case Kind::enumeration:
                return check_enum(plan, reflection.GetEnumValue(message, plan.field));
            default:
                return ok;
        }
    }

    void check_list(const FieldPlan& plan, Message& message, bool in_patch) {
        const int size = message.GetReflection()->FieldSize(message, plan.field);
        if (size == 0) {
            // An empty list in a PATCH clears it; that is allowed unless one must be there.
            if (plan.required && (in_patch || plan_.update_mask == nullptr)) note(issue::required);
            return;
        }
        if (std::cmp_greater(size, plan.max_items)) {
            return note({issue::too_long, std::to_string(plan.max_items)});
        }
        for (int i = 0; i < size; ++i) {
            const std::size_t before = path_.size();
            if (!plan.comma_list) path_.push_index(static_cast<std::size_t>(i));
            if (!has_issue()) check_element(plan, message, i);
            path_.truncate(before);
        }
    }

    void check_element(const FieldPlan& plan, Message& message, int index) {
        const Reflection& reflection = *message.GetReflection();
        const FieldDescriptor* field = plan.field;
        switch (plan.kind) {
            case Kind::text: {
                std::string text = reflection.GetRepeatedString(message, field, index);
                auto found = check_text(plan, text);
                if (!found.what.empty()) return note(std::move(found));
                if (text.empty()) return note(issue::required);
                return reflection.SetRepeatedString(&message, field, index, std::move(text));
            }
            case Kind::int32:
                return note(check_range(plan, reflection.GetRepeatedInt32(message, field, index)));
            case Kind::int64:
                return note(check_range(plan, reflection.GetRepeatedInt64(message, field, index)));
            case Kind::uint32:
                return note(check_range(plan, reflection.GetRepeatedUInt32(message, field, index)));
            case Kind::uint64:
                return note(check_range(plan, reflection.GetRepeatedUInt64(message, field, index)));
            case Kind::number32:
                return note(check_real(plan, reflection.GetRepeatedFloat(message, field, index)));
            case Kind::number64:
                return note(check_real(plan, reflection.GetRepeatedDouble(message, field, index)));
            case Kind::enumeration:
                return note(check_enum(plan, reflection.GetRepeatedEnumValue(message, field, index)));
            case Kind::message:
                return check_message(*plan.object, *reflection.MutableRepeatedMessage(&message, field, index), false);
            case Kind::other:
                return;
        }
    }

    const RequestPlan& plan_;
    std::vector<Issue>& issues_;
    FieldPath path_;
    // Fields the PATCH names.
    std::vector<const FieldDescriptor*> mask_;
};

}  // namespace

void check(Message& request, std::vector<Issue>& issues) {
    Checker(plan_of(request.GetDescriptor()), issues).run(request);
}

}  // namespace loan_manager::validate
