#pragma once

#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>
#include <boost/json/object.hpp>
#include <initializer_list>
#include <string_view>

/// Rows as messages: what a creation copies, what a PATCH changes and what the audit shows follow from field names that
/// request and row share, so that a new column is written down once, in the contract.
namespace loan_manager::fleet {

/// Fields left alone by the functions below, because they must be resolved first (a branch given by its code).
using Except = std::initializer_list<std::string_view>;

/// Copies every field that both messages have under one name; those unset in `from` are cleared.
void copy_fields(const google::protobuf::Message& from, google::protobuf::Message& row, Except except = {});

/// D-210: copies the fields that the mask names. A key of the mask that is unset in the patch clears.
void apply_patch(const google::protobuf::Message& patch, const google::protobuf::FieldMask& mask,
                 google::protobuf::Message& row, Except except = {});

/// Whether the client sent this key.
bool names(const google::protobuf::FieldMask& mask, std::string_view key);

/// The row's values of all fields that `shown` has too, in column names; unset ones are null. For audit rows.
boost::json::object values_of(const google::protobuf::Message& row, const google::protobuf::Descriptor& shown);
/// The same of the named fields.
boost::json::object values_of(const google::protobuf::Message& row, std::initializer_list<const char*> shown);

}  // namespace loan_manager::fleet
