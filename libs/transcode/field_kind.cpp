#include "transcode/field_kind.hpp"

namespace loan_manager::transcode {

using google::protobuf::FieldDescriptor;

std::optional<FieldKind> kind_of(const FieldDescriptor* field) {
    if (field->is_map()) return std::nullopt;
    switch (field->type()) {
        case FieldDescriptor::TYPE_BOOL:
            return FieldKind::boolean;
        case FieldDescriptor::TYPE_INT32:
        case FieldDescriptor::TYPE_SINT32:
        case FieldDescriptor::TYPE_SFIXED32:
            return FieldKind::int32;
        case FieldDescriptor::TYPE_UINT32:
        case FieldDescriptor::TYPE_FIXED32:
            return FieldKind::uint32;
        case FieldDescriptor::TYPE_INT64:
        case FieldDescriptor::TYPE_SINT64:
        case FieldDescriptor::TYPE_SFIXED64:
            return FieldKind::int64;
        case FieldDescriptor::TYPE_UINT64:
        case FieldDescriptor::TYPE_FIXED64:
            return FieldKind::uint64;
        case FieldDescriptor::TYPE_FLOAT:
            return FieldKind::number32;
        case FieldDescriptor::TYPE_DOUBLE:
            return FieldKind::number64;
        case FieldDescriptor::TYPE_STRING:
            return FieldKind::text;
        case FieldDescriptor::TYPE_ENUM:
            return FieldKind::enumeration;
        case FieldDescriptor::TYPE_BYTES:
        case FieldDescriptor::TYPE_GROUP:
            return std::nullopt;
        case FieldDescriptor::TYPE_MESSAGE:
            break;
    }
    const auto* type = field->message_type();
    if (type->full_name() == "google.protobuf.Timestamp") return FieldKind::timestamp;
    if (type->file()->package() == "google.protobuf") return std::nullopt;
    return FieldKind::message;
}

}  // namespace loan_manager::transcode
