// One scalar value of a request, from a URL or from JSON, into its field.
#pragma once

#include <google/protobuf/message.h>

#include <string_view>

#include "strict_json/strict_json.hpp"
#include "transcode/request_plan.hpp"
#include "validate/issue.hpp"

namespace loan_manager::transcode {

/// Sets the field, or appends to it when repeated. Returns the issue token when the value does not fit, else
/// an empty view. Not for messages.
validate::IssueToken set_from_url(const FieldPlan& plan, std::string_view text, google::protobuf::Message& message);
validate::IssueToken set_from_json(const FieldPlan& plan, const strict_json::Value& value,
                                   google::protobuf::Message& message);

}  // namespace loan_manager::transcode
