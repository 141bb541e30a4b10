// The checks of a request type, worked out once from its descriptors.
#pragma once

#include <google/protobuf/descriptor.h>
#include <re2/re2.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "loanmanager/options/v1/options.pb.h"
#include "validate/text.hpp"

namespace loan_manager::validate {

struct MessagePlan;

struct FieldPlan {
    enum class Kind { text, int32, int64, uint32, uint64, number32, number64, enumeration, message, other };

    const google::protobuf::FieldDescriptor* field = nullptr;
    Kind kind = Kind::other;
    bool repeated = false;
    bool required = false;
    bool nullable = false;
    /// Elements are reported under the name of the list: the client did not write them as an array.
    bool comma_list = false;

    /// Text
    bool raw = false;
    bool multiline = false;
    bool positive = false;
    std::uint32_t min_len = 0;
    std::uint32_t max_len = 0;
    /// What text is judged as typed, without trimming and normalising: numbers (D-201).
    bool as_typed = false;
    /// The longest text that could be right; nothing longer is looked at.
    TextLimit limit{0};
    loanmanager::options::v1::Field::Format format = loanmanager::options::v1::Field::FORMAT_UNSPECIFIED;
    std::unique_ptr<re2::RE2> pattern;
    std::vector<std::string> one_of;

    /// Lists
    std::uint32_t max_items = 0;

    /// Numbers
    std::optional<std::int64_t> min;
    std::optional<std::int64_t> max;

    /// Nested messages
    const MessagePlan* object = nullptr;
};

struct MessagePlan {
    std::vector<FieldPlan> fields;
};

struct RequestPlan {
    MessagePlan* root = nullptr;
    /// The JSON body is this field, so that its name is not part of paths; null when it is the whole request.
    const google::protobuf::FieldDescriptor* body = nullptr;
    /// Of a PATCH: the mask, and the field it speaks of (null: of the request itself).
    const google::protobuf::FieldDescriptor* update_mask = nullptr;
    const google::protobuf::FieldDescriptor* masked = nullptr;
    /// Fields filled from the path; a mask does not concern them.
    std::set<const google::protobuf::FieldDescriptor*> path;

    std::map<const google::protobuf::Descriptor*, std::unique_ptr<MessagePlan>> messages;
};

/// The plan of a request type. Made at the first use and kept for the life of the process: it is a function of the
/// descriptor alone. Throws std::invalid_argument on an annotation that cannot work: a malformed pattern, a text or a
/// list without a bound.
const RequestPlan& plan_of(const google::protobuf::Descriptor* request);

}  // namespace loan_manager::validate
