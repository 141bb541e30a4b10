#pragma once

#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <initializer_list>
#include <string>
#include <string_view>

/// Rows as messages: what a creation copies and what a PATCH changes follow from field names that request and row
/// share.
namespace loan_manager::sql {

/// Fields left alone by the functions below, because they must be resolved first (a branch given by its code).
using Except = std::initializer_list<std::string_view>;

/// Copies every field that both messages have under one name; those unset in `from` are cleared. std::logic_error if
/// two fields of one name have different types.
void copy_fields(const google::protobuf::Message& from, google::protobuf::Message& row, Except except = {});

/// D-210: copies the fields that the mask names. A key of the mask that is unset in the patch clears.
void apply_patch(const google::protobuf::Message& patch, const google::protobuf::FieldMask& mask,
                 google::protobuf::Message& row, Except except = {});

/// Whether the client sent this key.
bool names(const google::protobuf::FieldMask& mask, std::string_view key);

/// A field as the API and audit rows show it: enums as tokens, instants in RFC 3339, unset optional fields as null.
/// std::logic_error on a type no row has.
boost::json::value value_of(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor* field);

/// The named fields of a row.
boost::json::object values_of(const google::protobuf::Message& row, std::initializer_list<const char*> shown);

/// A message of optional texts as JSON, e.g. a cost breakdown: only the parts that are given, in the contract's order.
boost::json::object texts_of(const google::protobuf::Message& message);
/// The way back. False if a key is no field or a value no string.
bool read_texts(const boost::json::object& object, google::protobuf::Message& message);

}  // namespace loan_manager::sql
