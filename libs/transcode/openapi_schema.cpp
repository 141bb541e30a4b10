#include "transcode/openapi_schema.hpp"

#include <boost/json/array.hpp>
#include <vector>

#include "transcode/enum_token.hpp"

namespace loan_manager::transcode {
namespace {

namespace json = boost::json;
using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using loanmanager::options::v1::Field;

json::object reference(const std::string& name) { return {{"$ref", "#/components/schemas/" + name}}; }

// Declaration order reads better than the plan's alphabetical one.
std::vector<const FieldPlan*> in_order(const Descriptor* type, const ObjectPlan& plan) {
    std::vector<const FieldPlan*> fields;
    for (int i = 0; i < type->field_count(); ++i) {
        const auto found = plan.fields.find(type->field(i)->name());
        if (found != plan.fields.end()) fields.push_back(&found->second);
    }
    return fields;
}

void allow_null(json::object& schema) {
    if (const auto* type = schema.if_contains("type"); type != nullptr && !schema.contains("enum")) {
        schema["type"] = json::array{*type, "null"};
    } else {
        json::object inner = std::move(schema);
        schema = {{"anyOf", json::array{std::move(inner), json::object{{"type", "null"}}}}};
    }
}

json::object scalar(FieldKind kind) {
    switch (kind) {
        case FieldKind::boolean:
            return {{"type", "boolean"}};
        case FieldKind::int32:
            return {{"type", "integer"}, {"format", "int32"}};
        case FieldKind::uint32:
            return {{"type", "integer"}, {"minimum", 0}, {"maximum", 4294967295}};
        case FieldKind::int64:
            return {{"type", "string"}, {"format", "int64"}, {"pattern", "^-?[0-9]+$"}};
        case FieldKind::uint64:
            return {{"type", "string"}, {"format", "uint64"}, {"pattern", "^[0-9]+$"}};
        case FieldKind::number32:
            return {{"type", "number"}, {"format", "float"}};
        case FieldKind::number64:
            return {{"type", "number"}, {"format", "double"}};
        case FieldKind::timestamp:
            return {{"type", "string"}, {"format", "date-time"}};
        default:
            return {{"type", "string"}};
    }
}

void add_format(const Field& options, json::object& schema) {
    const auto put = [&](const char* pattern, const char* example) {
        if (pattern != nullptr) schema["pattern"] = pattern;
        schema["examples"] = json::array{example};
    };
    switch (options.format()) {
        case Field::FORMAT_UUID:
            schema["format"] = "uuid";
            return put(nullptr, "0198c5a0-7c1e-7f3a-9b1d-2f6f0c5d8e11");
        case Field::FORMAT_UUID_OR_CODE:
            return put("^([A-Z]{2,10}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$", "WW");
        case Field::FORMAT_DATE:
            schema["format"] = "date";
            return put(nullptr, "2026-03-01");
        case Field::FORMAT_MONEY:
            return put("^[0-9]{1,12}(\\.[0-9]{1,2})?$", "185000.00");
        case Field::FORMAT_PERCENT:
            return put("^[0-9]{1,3}(\\.[0-9]{1,2})?$", "12.50");
        case Field::FORMAT_PHONE:
            return put("^(0[0-9]{9}|\\+[0-9]{8,15})$", "0771234567");
        case Field::FORMAT_EMAIL:
            schema["format"] = "email";
            return put(nullptr, "name@example.com");
        case Field::FORMAT_MONTH:
            return put("^[0-9]{4}-(0[1-9]|1[0-2])$", "2026-03");
        case Field::FORMAT_NIC:
            return put("^([0-9]{9}[VvXx]|[0-9]{12}|(?=.*[A-Za-z])[0-9A-Za-z]{6,12})$", "853400937V");
        default:
            return;
    }
}

// What libs/validate checks, as a schema.
void add_constraints(const FieldPlan& plan, json::object& schema) {
    const auto& options = options_of(plan.field);
    if (plan.kind == FieldKind::text) {
        const auto min_len = options.required() && !options.raw() ? std::max(options.min_len(), 1U) : options.min_len();
        if (min_len != 0) schema["minLength"] = min_len;
        if (options.max_len() != 0) schema["maxLength"] = options.max_len();
        if (!options.pattern().empty()) schema["pattern"] = "^(" + options.pattern() + ")$";
        if (options.secret()) schema["format"] = "password";
        if (options.one_of_size() > 0) schema["enum"] = json::array(options.one_of().begin(), options.one_of().end());
        add_format(options, schema);
        if (options.or_number()) {
            schema["type"] = json::array{"string", "number"};
            schema["examples"] = json::array{"2.5"};
        }
    }
    if (options.has_min()) schema["minimum"] = options.min();
    if (options.has_max()) schema["maximum"] = options.max();
}

json::value example_of(const FieldPlan& plan) {
    json::value value;
    json::object constraints;
    add_constraints(plan, constraints);
    if (const auto* examples = constraints.if_contains("examples")) {
        value = examples->as_array().front();
    } else if (const auto* tokens = constraints.if_contains("enum")) {
        value = tokens->as_array().front();
    } else if (plan.kind == FieldKind::enumeration) {
        const auto* type = plan.field->enum_type();
        value = enum_token(type, type->value(type->value_count() > 1 ? 1 : 0)->number());
    } else if (plan.kind == FieldKind::boolean) {
        value = true;
    } else if (plan.kind == FieldKind::message) {
        value = json::object{};
    } else if (plan.kind == FieldKind::timestamp) {
        value = "2026-03-01T09:30:00.000Z";
    } else if (plan.kind == FieldKind::text || plan.kind == FieldKind::int64 || plan.kind == FieldKind::uint64) {
        value = plan.kind == FieldKind::text ? plan.field->name() : "1";
    } else {
        value = plan.field->name() == "year" ? 2020 : 1;
    }
    return plan.repeated ? json::value(json::array{value}) : value;
}

}  // namespace

// Short names; a second message of the same short name gets its package's service in front.
std::string SchemaRegistry::claim(const std::string& name, const std::string& identity) {
    for (std::string candidate = name;; candidate += '_') {
        const auto [at, fresh] = names_.emplace(candidate, identity);
        if (fresh || at->second == identity) return candidate;
    }
}

json::object SchemaRegistry::enumeration(const EnumDescriptor* type) {
    const std::string name = claim(type->name(), type->full_name());
    json::array tokens;
    for (int i = 0; i < type->value_count(); ++i) {
        const auto token = enum_token(type, type->value(i)->number());
        if (!token.empty()) tokens.emplace_back(token);
    }
    schemas_[name] = {{"type", "string"}, {"enum", std::move(tokens)}};
    return reference(name);
}

json::object SchemaRegistry::output_field(const FieldDescriptor* field, FieldKind kind) {
    json::object schema = kind == FieldKind::message       ? response(field->message_type())
                          : kind == FieldKind::enumeration ? enumeration(field->enum_type())
                                                           : scalar(kind);
    const auto& options = options_of(field);
    if (options.json()) schema = {{"type", "object"}};
    if (kind == FieldKind::text) add_format(options, schema);
    if (options.secret()) schema["format"] = "password";
    if (field->is_repeated()) return {{"type", "array"}, {"items", std::move(schema)}};
    if (field->has_presence() && !options.omit_unset()) allow_null(schema);
    if (!options.description().empty()) schema["description"] = options.description();
    return schema;
}

json::object SchemaRegistry::response(const Descriptor* type) {
    const std::string name = claim(type->name(), type->full_name());
    if (schemas_.contains(name)) return reference(name);
    schemas_[name] = {};  // a message may contain itself
    json::object properties;
    json::array required;
    for (int i = 0; i < type->field_count(); ++i) {
        const auto* field = type->field(i);
        const auto& options = options_of(field);
        const auto kind = kind_of(field);
        if (options.internal() || !kind) continue;
        properties[field->name()] = output_field(field, *kind);
        if (options.omit_when().empty() && !options.omit_unset()) required.emplace_back(field->name());
    }
    json::object schema{{"type", "object"}, {"properties", std::move(properties)}};
    if (!required.empty()) schema["required"] = std::move(required);
    schemas_[name] = std::move(schema);
    return reference(name);
}

json::object SchemaRegistry::input_field(const FieldPlan& plan, bool nullable) {
    json::object schema;
    if (plan.kind == FieldKind::message) {
        schema = request(plan.field->message_type(), *plan.object, false);
    } else if (plan.kind == FieldKind::enumeration) {
        schema = enumeration(plan.field->enum_type());
    } else {
        schema = scalar(plan.kind);
        add_constraints(plan, schema);
    }
    if (plan.repeated) schema = {{"type", "array"}, {"items", std::move(schema)}};
    if (nullable) allow_null(schema);
    const auto& description = options_of(plan.field).description();
    if (!description.empty()) schema["description"] = description;
    return schema;
}

json::object SchemaRegistry::request(const Descriptor* type, const ObjectPlan& plan, bool patch) {
    // What a client sends is stricter than what it receives: a message used both ways has two schemas.
    const bool also_response = names_.contains(type->name()) && names_[type->name()] == type->full_name();
    const std::string name = claim(type->name() + (also_response ? "Input" : ""), "input " + type->full_name());
    if (schemas_.contains(name)) return reference(name);
    schemas_[name] = {};
    json::object properties;
    json::array required;
    for (const FieldPlan* field : in_order(type, plan)) {
        const auto& options = options_of(field->field);
        properties[field->field->name()] = input_field(*field, patch && options.nullable());
        if (options.required()) required.emplace_back(field->field->name());
    }
    json::object schema{{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
    if (!required.empty()) schema["required"] = std::move(required);
    schemas_[name] = std::move(schema);
    return reference(name);
}

json::object SchemaRegistry::request_example(const Descriptor* type, const ObjectPlan& plan, bool patch) {
    json::object example;
    for (const FieldPlan* field : in_order(type, plan)) {
        const auto& options = options_of(field->field);
        if (options.required() || (patch && example.empty())) example[field->field->name()] = example_of(*field);
    }
    return example;
}

json::object SchemaRegistry::take() {
    json::object all;
    for (auto& [name, schema] : schemas_) all[name] = std::move(schema);
    return all;
}

}  // namespace loan_manager::transcode
