#include "fleet/values/row_message.hpp"

#include <algorithm>

#include "transcode/enum_token.hpp"

namespace loan_manager::fleet {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

void copy_field(const Message& from, const FieldDescriptor* source, Message& to, const FieldDescriptor* target) {
    const auto* read = from.GetReflection();
    const auto* write = to.GetReflection();
    if (!read->HasField(from, source)) {
        write->ClearField(&to, target);
        return;
    }
    switch (source->cpp_type()) {
        case FieldDescriptor::CPPTYPE_STRING:
            write->SetString(&to, target, read->GetString(from, source));
            break;
        case FieldDescriptor::CPPTYPE_INT32:
            write->SetInt32(&to, target, read->GetInt32(from, source));
            break;
        case FieldDescriptor::CPPTYPE_DOUBLE:
            write->SetDouble(&to, target, read->GetDouble(from, source));
            break;
        case FieldDescriptor::CPPTYPE_BOOL:
            write->SetBool(&to, target, read->GetBool(from, source));
            break;
        case FieldDescriptor::CPPTYPE_ENUM:
            write->SetEnumValue(&to, target, read->GetEnumValue(from, source));
            break;
        default:
            break;  // rows of flat facts have no other types
    }
}

boost::json::value value_of(const Message& message, const FieldDescriptor* field) {
    const auto* read = message.GetReflection();
    if (field->has_presence() && !read->HasField(message, field)) {
        return nullptr;
    }
    switch (field->cpp_type()) {
        case FieldDescriptor::CPPTYPE_STRING:
            return boost::json::value(read->GetString(message, field));
        case FieldDescriptor::CPPTYPE_INT32:
            return read->GetInt32(message, field);
        case FieldDescriptor::CPPTYPE_DOUBLE:
            return read->GetDouble(message, field);
        case FieldDescriptor::CPPTYPE_BOOL:
            return read->GetBool(message, field);
        case FieldDescriptor::CPPTYPE_ENUM:
            return boost::json::value(transcode::enum_token(field->enum_type(), read->GetEnumValue(message, field)));
        default:
            return nullptr;
    }
}

bool contains(Except names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

void copy_named(const Message& from, std::string_view name, Message& to, Except except) {
    const auto* source = from.GetDescriptor()->FindFieldByName(std::string(name));
    const auto* target = to.GetDescriptor()->FindFieldByName(std::string(name));
    const bool shared = source != nullptr && target != nullptr && source->cpp_type() == target->cpp_type() &&
                        !source->is_repeated() && !target->is_repeated();
    if (shared && !contains(except, name)) {
        copy_field(from, source, to, target);
    }
}

}  // namespace

void copy_fields(const Message& from, Message& row, Except except) {
    for (int i = 0; i < from.GetDescriptor()->field_count(); ++i) {
        copy_named(from, from.GetDescriptor()->field(i)->name(), row, except);
    }
}

void apply_patch(const Message& patch, const google::protobuf::FieldMask& mask, Message& row, Except except) {
    for (const auto& path : mask.paths()) {
        copy_named(patch, path, row, except);
    }
}

bool names(const google::protobuf::FieldMask& mask, std::string_view key) {
    return std::find(mask.paths().begin(), mask.paths().end(), key) != mask.paths().end();
}

boost::json::object values_of(const Message& row, const Descriptor& shown) {
    boost::json::object out;
    for (int i = 0; i < shown.field_count(); ++i) {
        if (const auto* field = row.GetDescriptor()->FindFieldByName(shown.field(i)->name())) {
            out.emplace(field->name(), value_of(row, field));
        }
    }
    return out;
}

boost::json::object values_of(const Message& row, std::initializer_list<const char*> shown) {
    boost::json::object out;
    for (const char* name : shown) {
        out.emplace(name, value_of(row, row.GetDescriptor()->FindFieldByName(name)));
    }
    return out;
}

}  // namespace loan_manager::fleet
