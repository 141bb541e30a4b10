// How the answers of a route are written: worked out once from descriptors.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "loanmanager/options/v1/options.pb.h"
#include "transcode/field_kind.hpp"

namespace loan_manager::transcode {

struct WriterPlan;

struct WriterField {
    const google::protobuf::FieldDescriptor* field = nullptr;
    /// `,"brand":` and `,"brand":null`, ready to be copied.
    std::string key;
    std::string null_entry;
    FieldKind kind = FieldKind::text;
    bool repeated = false;
    bool has_presence = false;
    bool omit_unset = false;
    /// Text that is JSON already.
    bool json = false;
    /// The key is left out while this bool of the same message is true.
    const google::protobuf::FieldDescriptor* omit_when = nullptr;
    /// Of a nested message.
    const WriterPlan* object = nullptr;
    /// `"IN_STOCK"` by number for enums, quotes included.
    std::unordered_map<int, std::string> tokens;
};

struct WriterPlan {
    std::vector<WriterField> fields;
};

/// Plans of a message type and of everything inside it.
class WriterPlans {
public:
    /// Problems (types without a JSON form, a wrong omit_when) are appended to `problems`.
    const WriterPlan* of(const google::protobuf::Descriptor* type, std::vector<std::string>& problems);

private:
    std::unordered_map<const google::protobuf::Descriptor*, std::unique_ptr<WriterPlan>> plans_;
};

/// A template such as "/v1/bikes/{id}": texts between fields; `fields` has one element less than `texts`.
struct LocationPlan {
    std::vector<std::string> texts;
    std::vector<const google::protobuf::FieldDescriptor*> fields;
};

struct ResponsePlan {
    const google::protobuf::Message* prototype = nullptr;
    WriterPlans plans;
    const WriterPlan* root = nullptr;
    /// google.protobuf.Empty: no body.
    bool empty = false;
    /// The one field whose value is the answer; null: the whole message is.
    const WriterField* body = nullptr;
    const google::protobuf::FieldDescriptor* version = nullptr;
    LocationPlan location;
};

std::shared_ptr<const ResponsePlan> plan_response(const google::protobuf::MethodDescriptor* method,
                                                  const loanmanager::options::v1::Route& route,
                                                  std::vector<std::string>& problems);

/// Appends the value of one field, without its key.
void write_field(const WriterField& plan, const google::protobuf::Message& message, std::string& out);

/// Appends the message by its plan.
void write_message(const WriterPlan& plan, const google::protobuf::Message& message, std::string& out);

}  // namespace loan_manager::transcode
