#include "sql/row_message.hpp"

#include <google/protobuf/timestamp.pb.h>
#include <algorithm>
#include <boost/json/array.hpp>
#include <stdexcept>

#include "rpc/timestamp.hpp"
#include "runtime/colombo_time.hpp"
#include "transcode/enum_token.hpp"

namespace loan_manager::sql {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Timestamp;

std::logic_error unsupported(const FieldDescriptor* field) {
    return std::logic_error(field->full_name() + " has a type that no row has");
}

void copy_elements(const Message& from, const FieldDescriptor* source, Message& to, const FieldDescriptor* target) {
    const auto* read = from.GetReflection();
    const auto* write = to.GetReflection();
    write->ClearField(&to, target);
    for (int i = 0; i < read->FieldSize(from, source); ++i) {
        switch (source->cpp_type()) {
            case FieldDescriptor::CPPTYPE_STRING:
                write->AddString(&to, target, read->GetRepeatedString(from, source, i));
                break;
            case FieldDescriptor::CPPTYPE_ENUM:
                write->AddEnumValue(&to, target, read->GetRepeatedEnumValue(from, source, i));
                break;
            default:
                throw unsupported(source);
        }
    }
}

void copy_field(const Message& from, const FieldDescriptor* source, Message& to, const FieldDescriptor* target) {
    const auto* read = from.GetReflection();
    const auto* write = to.GetReflection();
    if (source->cpp_type() != target->cpp_type() || source->is_repeated() != target->is_repeated()) {
        throw std::logic_error(source->full_name() + " and " + target->full_name() + " have different types");
    }
    if (source->is_repeated()) {
        return copy_elements(from, source, to, target);
    }
    if (!read->HasField(from, source)) {
        write->ClearField(&to, target);
        return;
    }
    switch (source->cpp_type()) {
        case FieldDescriptor::CPPTYPE_STRING:
            return write->SetString(&to, target, read->GetString(from, source));
        case FieldDescriptor::CPPTYPE_INT32:
            return write->SetInt32(&to, target, read->GetInt32(from, source));
        case FieldDescriptor::CPPTYPE_INT64:
            return write->SetInt64(&to, target, read->GetInt64(from, source));
        case FieldDescriptor::CPPTYPE_DOUBLE:
            return write->SetDouble(&to, target, read->GetDouble(from, source));
        case FieldDescriptor::CPPTYPE_BOOL:
            return write->SetBool(&to, target, read->GetBool(from, source));
        case FieldDescriptor::CPPTYPE_ENUM:
            return write->SetEnumValue(&to, target, read->GetEnumValue(from, source));
        case FieldDescriptor::CPPTYPE_MESSAGE:
            if (source->message_type() == target->message_type()) {
                return write->MutableMessage(&to, target)->CopyFrom(read->GetMessage(from, source));
            }
            break;
        default:
            break;
    }
    throw unsupported(source);
}

void copy_named(const Message& from, std::string_view name, Message& to, Except except) {
    if (std::find(except.begin(), except.end(), name) != except.end()) {
        return;
    }
    const auto* source = from.GetDescriptor()->FindFieldByName(std::string(name));
    const auto* target = to.GetDescriptor()->FindFieldByName(std::string(name));
    if (source != nullptr && target != nullptr) {
        copy_field(from, source, to, target);
    }
}

boost::json::value element_of(const Message& message, const FieldDescriptor* field, int index) {
    const auto* read = message.GetReflection();
    switch (field->cpp_type()) {
        case FieldDescriptor::CPPTYPE_STRING:
            return boost::json::value(read->GetRepeatedString(message, field, index));
        case FieldDescriptor::CPPTYPE_ENUM:
            return boost::json::value(
                transcode::enum_token(field->enum_type(), read->GetRepeatedEnumValue(message, field, index)));
        default:
            throw unsupported(field);
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

boost::json::value value_of(const Message& message, const FieldDescriptor* field) {
    const auto* read = message.GetReflection();
    if (field->is_repeated()) {
        boost::json::array elements;
        for (int i = 0; i < read->FieldSize(message, field); ++i) {
            elements.push_back(element_of(message, field, i));
        }
        return elements;
    }
    if (field->has_presence() && !read->HasField(message, field)) {
        return nullptr;
    }
    switch (field->cpp_type()) {
        case FieldDescriptor::CPPTYPE_STRING:
            return boost::json::value(read->GetString(message, field));
        case FieldDescriptor::CPPTYPE_INT32:
            return read->GetInt32(message, field);
        case FieldDescriptor::CPPTYPE_INT64:
            return read->GetInt64(message, field);
        case FieldDescriptor::CPPTYPE_DOUBLE:
            return read->GetDouble(message, field);
        case FieldDescriptor::CPPTYPE_BOOL:
            return read->GetBool(message, field);
        case FieldDescriptor::CPPTYPE_ENUM:
            return boost::json::value(transcode::enum_token(field->enum_type(), read->GetEnumValue(message, field)));
        case FieldDescriptor::CPPTYPE_MESSAGE:
            if (field->message_type() == Timestamp::descriptor()) {
                const auto& stamp = static_cast<const Timestamp&>(read->GetMessage(message, field));
                return boost::json::value(runtime::format_rfc3339(rpc::to_time(stamp)));
            }
            return texts_of(read->GetMessage(message, field));
        default:
            throw unsupported(field);
    }
}

boost::json::object values_of(const Message& row, std::initializer_list<const char*> shown) {
    boost::json::object out;
    for (const char* name : shown) {
        const auto* field = row.GetDescriptor()->FindFieldByName(name);
        if (field == nullptr) {
            throw std::logic_error(row.GetDescriptor()->full_name() + " has no field " + name);
        }
        out.emplace(name, value_of(row, field));
    }
    return out;
}

boost::json::object texts_of(const Message& message) {
    const auto* type = message.GetDescriptor();
    const auto* read = message.GetReflection();
    boost::json::object texts;
    for (int i = 0; i < type->field_count(); ++i) {
        const auto* field = type->field(i);
        if (field->is_repeated() || field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) {
            throw unsupported(field);
        }
        if (read->HasField(message, field)) {
            texts.emplace(field->name(), read->GetString(message, field));
        }
    }
    return texts;
}

bool read_texts(const boost::json::object& object, Message& message) {
    for (const auto& [name, value] : object) {
        const auto* field = message.GetDescriptor()->FindFieldByName(std::string(name));
        if (field == nullptr || field->cpp_type() != FieldDescriptor::CPPTYPE_STRING || !value.is_string()) {
            return false;
        }
        message.GetReflection()->SetString(&message, field, std::string(value.get_string()));
    }
    return true;
}

}  // namespace loan_manager::sql
