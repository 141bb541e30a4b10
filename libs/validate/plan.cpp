#include "validate/plan.hpp"

#include <algorithm>
#include <mutex>
#include <shared_mutex>
#include <stdexcept>
#include <unordered_map>

#include "validate/field_options.hpp"

namespace loan_manager::validate {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using loanmanager::options::v1::Field;
using Kind = FieldPlan::Kind;

Kind kind_of(const FieldDescriptor* field) {
    if (field->is_map()) return Kind::other;
    switch (field->cpp_type()) {
        case FieldDescriptor::CPPTYPE_INT32:
            return Kind::int32;
        case FieldDescriptor::CPPTYPE_INT64:
            return Kind::int64;
        case FieldDescriptor::CPPTYPE_UINT32:
            return Kind::uint32;
        case FieldDescriptor::CPPTYPE_UINT64:
            return Kind::uint64;
        case FieldDescriptor::CPPTYPE_FLOAT:
            return Kind::number32;
        case FieldDescriptor::CPPTYPE_DOUBLE:
            return Kind::number64;
        case FieldDescriptor::CPPTYPE_ENUM:
            return Kind::enumeration;
        case FieldDescriptor::CPPTYPE_BOOL:
            return Kind::other;
        case FieldDescriptor::CPPTYPE_STRING:
            return field->type() == FieldDescriptor::TYPE_STRING ? Kind::text : Kind::other;
        case FieldDescriptor::CPPTYPE_MESSAGE:
            return field->message_type()->file()->package() == "google.protobuf" ? Kind::other : Kind::message;
    }
    return Kind::other;
}

// The longest text of a format, in code points; 0 if the format sets none.
std::size_t longest(Field::Format format) {
    switch (format) {
        case Field::FORMAT_UUID:
        case Field::FORMAT_UUID_OR_CODE:
            return 36;
        case Field::FORMAT_DATE:
            return 10;
        case Field::FORMAT_MONTH:
            return 7;
        case Field::FORMAT_MONEY:
        case Field::FORMAT_SIGNED_MONEY:
        case Field::FORMAT_PERCENT:
        case Field::FORMAT_QUANTITY:
            return 16;
        case Field::FORMAT_PHONE:
            return 16;
        case Field::FORMAT_EMAIL:
            return 200;
        case Field::FORMAT_NIC:
            return 12;
        default:
            return 0;
    }
}

bool is_number(Field::Format format) {
    return format == Field::FORMAT_MONEY || format == Field::FORMAT_SIGNED_MONEY || format == Field::FORMAT_PERCENT ||
           format == Field::FORMAT_QUANTITY;
}

TextLimit limit_of(const FieldDescriptor* field) {
    const auto& options = options_of(field);
    std::size_t limit = options.max_len() != 0 ? options.max_len() : longest(options.format());
    if (limit == 0) {
        for (const auto& token : options.one_of()) limit = std::max(limit, token.size());
    }
    if (limit == 0) throw std::invalid_argument(field->full_name() + ": a text of a request needs a longest length");
    return TextLimit{limit};
}

FieldPlan plan_field(const FieldDescriptor* field) {
    const auto& options = options_of(field);
    FieldPlan plan;
    plan.field = field;
    plan.kind = kind_of(field);
    plan.repeated = field->is_repeated();
    // Text that cannot be absent and has a format (an id in the path) cannot be empty either.
    const bool bare = plan.kind == Kind::text && !field->has_presence() && !field->is_repeated();
    const bool formatted = options.format() != Field::FORMAT_UNSPECIFIED;
    plan.required = options.required() || (bare && formatted);
    plan.nullable = options.nullable();
    plan.comma_list = options.comma_list();
    plan.raw = options.raw();
    plan.multiline = options.multiline();
    plan.positive = options.positive();
    plan.min_len = options.min_len();
    plan.max_len = options.max_len();
    plan.format = options.format();
    plan.as_typed = is_number(plan.format);
    if (plan.kind == Kind::text) plan.limit = limit_of(field);
    plan.max_items = options.max_items();
    if (plan.repeated && plan.max_items == 0) {
        throw std::invalid_argument(field->full_name() + ": a list of a request needs a largest number of elements");
    }
    plan.one_of.assign(options.one_of().begin(), options.one_of().end());
    if (!options.pattern().empty()) {
        plan.pattern = std::make_unique<re2::RE2>(options.pattern(), re2::RE2::Quiet);
        if (!plan.pattern->ok()) {
            throw std::invalid_argument(field->full_name() + ": pattern: " + plan.pattern->error());
        }
    }
    if (options.has_min()) plan.min = options.min();
    if (options.has_max()) plan.max = options.max();
    return plan;
}

MessagePlan* plan_message(RequestPlan& plan, const Descriptor* type) {
    auto& slot = plan.messages[type];
    if (slot != nullptr) return slot.get();
    // In place before it is filled: a message may contain itself.
    slot = std::make_unique<MessagePlan>();
    MessagePlan* message = slot.get();
    for (int i = 0; i < type->field_count(); ++i) {
        const auto* field = type->field(i);
        if (options_of(field).internal() || is_update_mask(field)) continue;
        message->fields.push_back(plan_field(field));
        FieldPlan& added = message->fields.back();
        if (added.kind == Kind::message) added.object = plan_message(plan, field->message_type());
    }
    return message;
}

// What the HTTP route of the request says about it: services stand in the file of their messages.
void read_route(RequestPlan& plan, const Descriptor* request) {
    for (int s = 0; s < request->file()->service_count(); ++s) {
        const auto* service = request->file()->service(s);
        for (int m = 0; m < service->method_count(); ++m) {
            const auto* method = service->method(m);
            if (method->input_type() != request) continue;
            const auto& route = method->options().GetExtension(loanmanager::options::v1::route);
            if (route.body() != "*") plan.body = request->FindFieldByName(route.body());
            for (int i = 0; i < request->field_count(); ++i) {
                const bool in_path = route.path().find('{' + request->field(i)->name() + '}') != std::string::npos;
                if (in_path) plan.path.insert(request->field(i));
            }
        }
    }
}

void find_mask(RequestPlan& plan, const Descriptor* request) {
    const auto* mask = request->FindFieldByName("update_mask");
    if (mask == nullptr || !is_update_mask(mask)) return;
    plan.update_mask = mask;
    int messages = 0;
    for (const FieldPlan& field : plan.root->fields) {
        if (field.kind != Kind::message || field.repeated) continue;
        plan.masked = ++messages == 1 ? field.field : nullptr;
    }
}

std::unique_ptr<const RequestPlan> make_plan(const Descriptor* request) {
    auto plan = std::make_unique<RequestPlan>();
    plan->root = plan_message(*plan, request);
    read_route(*plan, request);
    find_mask(*plan, request);
    return plan;
}

}  // namespace

const RequestPlan& plan_of(const Descriptor* request) {
    static std::shared_mutex mutex;
    static std::unordered_map<const Descriptor*, std::unique_ptr<const RequestPlan>> plans;
    {
        const std::shared_lock lock(mutex);
        if (const auto found = plans.find(request); found != plans.end()) return *found->second;
    }
    auto plan = make_plan(request);
    const std::unique_lock lock(mutex);
    return *plans.emplace(request, std::move(plan)).first->second;
}

}  // namespace loan_manager::validate
