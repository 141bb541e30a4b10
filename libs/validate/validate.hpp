// Declarative checks of request messages, from the field options in proto/loanmanager/options/v1.
#pragma once

#include <google/protobuf/message.h>

#include <vector>

#include "validate/issue.hpp"

namespace loan_manager::validate {

/// Checks every field of a request message against its options and appends what is wrong to `issues`, one
/// issue per field. Fields that already have an issue (found by the gateway) are left alone.
///
/// Text is normalised in place before it is measured (D-206): trimmed of Unicode white space, NFC, control
/// characters refused (newlines are allowed in `multiline` fields); empty optional text is cleared, empty
/// required text is `required`. Formats rewrite to the stored form: UUIDs in lower case, money and
/// percentages with two decimals, phone numbers in E.164 (D-209). `raw` fields are passed on untouched.
///
/// A request with an `update_mask` is a PATCH: the mask names the keys the client sent, relative to the one
/// message field beside it. A key in the mask whose field is unset is a null: allowed where the field is
/// `nullable`, else `required`. Without a mask (a plain gRPC client) it is filled with the populated fields;
/// populated fields outside a given mask are cleared, so that a service need not look at the mask to ignore them.
///
/// Field paths read as an HTTP client wrote them: a body bound to one field of the request (`body: "bike"`)
/// adds no prefix. Costs a few microseconds per message. Thread-safe for different messages.
void check(google::protobuf::Message& request, std::vector<Issue>& issues);

}  // namespace loan_manager::validate
