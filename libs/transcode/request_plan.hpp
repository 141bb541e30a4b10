// How the requests of a route are read: worked out once from descriptors, so that reading is table look-ups.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "loanmanager/options/v1/options.pb.h"
#include "transcode/field_kind.hpp"

namespace loan_manager::transcode {

struct ObjectPlan;

struct FieldPlan {
    const google::protobuf::FieldDescriptor* field = nullptr;
    FieldKind kind = FieldKind::text;
    bool repeated = false;
    bool comma_list = false;
    /// Of a nested object.
    const ObjectPlan* object = nullptr;
};

/// The keys a JSON object, or the query, may have.
struct ObjectPlan {
    std::map<std::string, FieldPlan, std::less<>> fields;
};

struct RequestPlan {
    const google::protobuf::Message* prototype = nullptr;
    /// In the order of the path template.
    std::vector<FieldPlan> path;
    ObjectPlan query;
    /// Null without a body.
    const ObjectPlan* body = nullptr;
    /// The message field the body goes into; null when it is the request itself.
    const google::protobuf::FieldDescriptor* body_field = nullptr;
    /// Receives the keys present in the body of a PATCH; null when there is none.
    const google::protobuf::FieldDescriptor* update_mask = nullptr;

    /// Owns the plans of nested objects, by message type.
    std::map<const google::protobuf::Descriptor*, std::unique_ptr<ObjectPlan>> objects;
    std::unique_ptr<ObjectPlan> root;
};

/// Makes the plan of a method; what its annotations get wrong is appended to `problems`, one sentence each.
std::shared_ptr<const RequestPlan> plan_request(const google::protobuf::MethodDescriptor* method,
                                                const loanmanager::options::v1::Route& route,
                                                const std::vector<std::string>& path_variables,
                                                std::vector<std::string>& problems);

}  // namespace loan_manager::transcode
