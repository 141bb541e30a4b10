#include "commands/secrets.hpp"

#include <set>
#include <unordered_map>
#include <vector>

#include "validate/field_options.hpp"

namespace loan_manager::commands {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

bool look_for_secrets(const Descriptor* type, std::set<const Descriptor*>& seen) {
    if (!seen.insert(type).second) {
        return false;  // a message may contain itself
    }
    for (int i = 0; i < type->field_count(); ++i) {
        const FieldDescriptor* field = type->field(i);
        if (validate::options_of(field).secret() ||
            (field->message_type() != nullptr && look_for_secrets(field->message_type(), seen))) {
            return true;
        }
    }
    return false;
}

void withhold(Message& message, const FieldDescriptor* field) {
    const Reflection& reflection = *message.GetReflection();
    reflection.ClearField(&message, field);
    const FieldDescriptor* shown = message.GetDescriptor()->FindFieldByName(field->name() + "_shown");
    if (shown != nullptr && shown->type() == FieldDescriptor::TYPE_BOOL) {
        reflection.SetBool(&message, shown, true);
    }
}

}  // namespace

bool has_secrets(const Descriptor* type) {
    // Descriptors live as long as the program.
    thread_local std::unordered_map<const Descriptor*, bool> known;
    const auto found = known.find(type);
    if (found != known.end()) {
        return found->second;
    }
    std::set<const Descriptor*> seen;
    return known[type] = look_for_secrets(type, seen);
}

void withhold_secrets(Message& answer) {
    const Reflection& reflection = *answer.GetReflection();
    std::vector<const FieldDescriptor*> present;
    reflection.ListFields(answer, &present);
    for (const FieldDescriptor* field : present) {
        if (validate::options_of(field).secret()) {
            withhold(answer, field);
        } else if (field->message_type() == nullptr || field->is_map()) {
            continue;
        } else if (field->is_repeated()) {
            for (int i = 0; i < reflection.FieldSize(answer, field); ++i) {
                withhold_secrets(*reflection.MutableRepeatedMessage(&answer, field, i));
            }
        } else {
            withhold_secrets(*reflection.MutableMessage(&answer, field));
        }
    }
}

}  // namespace loan_manager::commands
