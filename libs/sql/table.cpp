#include "sql/table.hpp"

#include <google/protobuf/timestamp.pb.h>
#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <optional>
#include <stdexcept>

#include "rpc/timestamp.hpp"
#include "sql/row_message.hpp"
#include "transcode/enum_token.hpp"

namespace loan_manager::sql {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Timestamp;

bool has(const std::vector<const char*>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_bookkeeping(const std::string& name) {
    return name == "version" || name == "created_at" || name == "created_by" || name == "updated_at" ||
           name == "updated_by";
}

bool is_creation(const std::string& name) { return name == "id" || name == "created_at" || name == "created_by"; }

/// "to_date($, 'YYYY')" → "to_date($7, 'YYYY')"
std::string numbered(std::string expression, int parameter) {
    return expression.insert(expression.find('$') + 1, std::to_string(parameter));
}

[[noreturn]] void raise(const FieldDescriptor* field, const std::string& problem) {
    throw postgres::Failure(
        postgres::Error(postgres::Error::Kind::conversion, "column \"" + field->name() + "\" " + problem));
}

int value_of_token(const FieldDescriptor* field, std::string_view token) {
    const auto* value = transcode::enum_value_of(field->enum_type(), token);
    if (value == nullptr) {
        raise(field, "has a value that " + field->enum_type()->full_name() + " does not know");
    }
    return value->number();
}

}  // namespace

Table::Kind Table::kind_of(const FieldDescriptor* field) {
    const auto unsupported = [&] {
        return std::logic_error(field->full_name() + " has a type that no column can be read as");
    };
    switch (field->cpp_type()) {
        case FieldDescriptor::CPPTYPE_STRING:
            return field->is_repeated() ? Kind::texts : Kind::text;
        case FieldDescriptor::CPPTYPE_ENUM:
            return field->is_repeated() ? Kind::tokens : Kind::token;
        case FieldDescriptor::CPPTYPE_INT32:
            if (!field->is_repeated()) return Kind::int32;
            break;
        case FieldDescriptor::CPPTYPE_INT64:
            if (!field->is_repeated()) return Kind::int64;
            break;
        case FieldDescriptor::CPPTYPE_DOUBLE:
            if (!field->is_repeated()) return Kind::real;
            break;
        case FieldDescriptor::CPPTYPE_BOOL:
            if (!field->is_repeated()) return Kind::boolean;
            break;
        case FieldDescriptor::CPPTYPE_MESSAGE:
            if (!field->is_repeated()) {
                return field->message_type() == Timestamp::descriptor() ? Kind::time : Kind::json;
            }
            break;
        default:
            break;
    }
    throw unsupported();
}

Table::Table(const google::protobuf::Descriptor* message, Layout layout) : layout_(std::move(layout)) {
    const auto check_name = [&](const char* name) {
        if (message->FindFieldByName(name) == nullptr) {
            throw std::logic_error(message->full_name() + " has no field " + name);
        }
    };
    for (const auto* names : {&layout_.generated, &layout_.absent, &layout_.unaudited}) {
        std::for_each(names->begin(), names->end(), check_name);
    }
    std::for_each(layout_.computed.begin(), layout_.computed.end(),
                  [&](const Layout::Computed& column) { check_name(column.field); });
    std::for_each(layout_.converted.begin(), layout_.converted.end(),
                  [&](const Layout::Converted& column) { check_name(column.field); });

    std::string inserted, placeholders, updated;
    int inserts = 0;
    int updates = 1;  // $1 is the id
    for (int i = 0; i < message->field_count(); ++i) {
        const auto* field = message->field(i);
        const auto& name = field->name();
        if (has(layout_.absent, name)) {
            continue;
        }
        const auto computed = std::find_if(layout_.computed.begin(), layout_.computed.end(),
                                           [&](const Layout::Computed& column) { return column.field == name; });
        const auto converted = std::find_if(layout_.converted.begin(), layout_.converted.end(),
                                            [&](const Layout::Converted& column) { return column.field == name; });
        const bool is_converted = converted != layout_.converted.end();
        const char* written_as = is_converted ? converted->write : "$";
        Column column{};
        column.field = field;
        column.kind = kind_of(field);
        column.nullable = field->has_presence();
        column.written = computed == layout_.computed.end() && !has(layout_.generated, name);
        column.updated = column.written && !is_creation(name);
        column.audited = column.written && name != "id" && !is_bookkeeping(name) && !has(layout_.unaudited, name);
        all_.push_back(column);

        columns_ += columns_.empty() ? "" : ", ";
        if (computed != layout_.computed.end()) {
            columns_ += std::string(computed->expression) + " AS " + name;
        } else if (is_converted) {
            columns_ += std::string(converted->read) + " AS " + name;
        } else {
            columns_ += std::string(layout_.alias) + '.' + name;
        }
        if (column.written) {
            inserted += (inserts == 0 ? "" : ", ") + name;
            placeholders += (inserts == 0 ? "" : ", ") + numbered(written_as, inserts + 1);
            ++inserts;
        }
        if (column.updated) {
            updated += (updates == 1 ? "" : ", ") + name + " = " + numbered(written_as, updates + 1);
            ++updates;
        }
    }
    const std::string table = layout_.table;
    const std::string short_name = table.substr(table.find('.') + 1);
    insert_name_ = short_name + ".insert";
    insert_ = "INSERT INTO " + table + " (" + inserted + ") VALUES (" + placeholders + ")";
    update_name_ = short_name + ".update";
    update_ = "UPDATE " + table + " SET " + updated + " WHERE id = $1";
}

void Table::read(const postgres::Row& row, Message& message, int first) const {
    int index = first;
    for (const auto& column : all_) {
        read_column(column, row, index++, message);
    }
}

void Table::read_column(const Column& column, const postgres::Row& row, int index, Message& message) const {
    const auto* field = column.field;
    const auto* write = message.GetReflection();
    if (column.nullable && row.is_null(index)) {
        write->ClearField(&message, field);
        return;
    }
    switch (column.kind) {
        case Kind::text:
            return write->SetString(&message, field, row.get<std::string>(index));
        case Kind::int32:
            return write->SetInt32(&message, field, row.get<std::int32_t>(index));
        case Kind::int64:
            return write->SetInt64(&message, field, row.get<std::int64_t>(index));
        case Kind::real:
            return write->SetDouble(&message, field, row.get<double>(index));
        case Kind::boolean:
            return write->SetBool(&message, field, row.get<bool>(index));
        case Kind::token:
            return write->SetEnumValue(&message, field, value_of_token(field, row.get<std::string_view>(index)));
        case Kind::time: {
            auto& stamp = static_cast<Timestamp&>(*write->MutableMessage(&message, field));
            return rpc::assign(stamp, row.get<std::chrono::system_clock::time_point>(index));
        }
        case Kind::json: {
            boost::system::error_code error;
            const auto value = boost::json::parse(row.get<std::string_view>(index), error);
            auto* part = write->MutableMessage(&message, field);
            part->Clear();
            if (error || !value.is_object() || !read_texts(value.get_object(), *part)) {
                raise(field, "holds JSON that " + field->message_type()->full_name() + " does not know");
            }
            return;
        }
        case Kind::texts:
            write->ClearField(&message, field);
            for (auto& text : row.get<std::vector<std::string>>(index)) {
                write->AddString(&message, field, std::move(text));
            }
            return;
        case Kind::tokens:
            write->ClearField(&message, field);
            for (const auto& token : row.get<std::vector<std::string>>(index)) {
                write->AddEnumValue(&message, field, value_of_token(field, token));
            }
            return;
    }
}

void Table::add_value(const Column& column, const Message& row, postgres::Params& params) {
    const auto* field = column.field;
    const auto* read = row.GetReflection();
    if (column.nullable && !read->HasField(row, field)) {
        params.add(nullptr);
        return;
    }
    switch (column.kind) {
        case Kind::text:
            params.add(read->GetString(row, field));
            return;
        case Kind::int32:
            params.add(read->GetInt32(row, field));
            return;
        case Kind::int64:
            params.add(read->GetInt64(row, field));
            return;
        case Kind::real:
            params.add(read->GetDouble(row, field));
            return;
        case Kind::boolean:
            params.add(read->GetBool(row, field));
            return;
        case Kind::token:
            params.add(transcode::enum_token(field->enum_type(), read->GetEnumValue(row, field)));
            return;
        case Kind::time:
            params.add(rpc::to_time(static_cast<const Timestamp&>(read->GetMessage(row, field))));
            return;
        case Kind::json:
            params.add(boost::json::serialize(texts_of(read->GetMessage(row, field))));
            return;
        case Kind::texts:
        case Kind::tokens: {
            std::vector<std::string> elements;
            for (int i = 0; i < read->FieldSize(row, field); ++i) {
                elements.push_back(column.kind == Kind::texts
                                       ? read->GetRepeatedString(row, field, i)
                                       : std::string(transcode::enum_token(field->enum_type(),
                                                                           read->GetRepeatedEnumValue(row, field, i))));
            }
            params.add(elements);
            return;
        }
    }
}

postgres::Params Table::insert_values(const Message& row) const {
    postgres::Params params;
    for (const auto& column : all_) {
        if (column.written) {
            add_value(column, row, params);
        }
    }
    return params;
}

postgres::Params Table::update_values(const Message& row) const {
    postgres::Params params;
    const auto* id = row.GetDescriptor()->FindFieldByName("id");
    params.add(row.GetReflection()->GetString(row, id));
    for (const auto& column : all_) {
        if (column.updated) {
            add_value(column, row, params);
        }
    }
    return params;
}

Difference Table::compare(const Message& before, const Message& after) const {
    Difference difference;
    for (const auto& column : all_) {
        if (!column.audited) {
            continue;
        }
        auto old_value = value_of(before, column.field);
        auto new_value = value_of(after, column.field);
        if (old_value != new_value) {
            difference.before.emplace(column.field->name(), std::move(old_value));
            difference.after.emplace(column.field->name(), std::move(new_value));
        }
    }
    return difference;
}

Difference Table::created(const Message& row) const {
    Difference difference;
    for (const auto& column : all_) {
        if (!column.audited) {
            continue;
        }
        auto value = value_of(row, column.field);
        if (!value.is_null()) {
            difference.after.emplace(column.field->name(), std::move(value));
        }
    }
    return difference;
}

}  // namespace loan_manager::sql
