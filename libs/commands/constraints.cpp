#include "commands/constraints.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "validate/field_options.hpp"
#include "validate/issue.hpp"

namespace loan_manager::commands {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using loanmanager::options::v1::Field;

// The amounts given in a request, by the paths of their fields.
void find_amounts(const Message& message, const std::string& path, std::vector<rpc::FieldIssue>& found) {
    std::vector<const FieldDescriptor*> given;
    message.GetReflection()->ListFields(message, &given);
    for (const FieldDescriptor* field : given) {
        if (field->is_repeated()) continue;
        const auto& options = validate::options_of(field);
        if (options.format() == Field::FORMAT_MONEY) {
            found.emplace_back(path + field->name(), std::string(validate::issue::out_of_range));
        } else if (field->message_type() != nullptr) {
            // A PATCH is the body itself, not an object inside of it.
            const bool is_body = field->message_type()->name().ends_with("Patch");
            const Message& inner = message.GetReflection()->GetMessage(message, field);
            find_amounts(inner, is_body ? path : path + field->name() + '.', found);
        }
    }
}

}  // namespace

rpc::Error total_too_large(const Message& request) {
    std::vector<rpc::FieldIssue> amounts;
    find_amounts(request, {}, amounts);
    if (amounts.empty()) {
        amounts.emplace_back("total_cost", std::string(validate::issue::out_of_range));
    }
    return rpc::Error("VALIDATION", "With these amounts a total would exceed 999999999999.99.", std::move(amounts));
}

std::optional<rpc::Error> meaning_of(const postgres::Error& error, Constraints known) {
    // Class 23: integrity constraint violation.
    if (!error.sqlstate.starts_with("23") || error.constraint.empty()) {
        return std::nullopt;
    }
    const auto found = std::find_if(known.begin(), known.end(),
                                    [&](const Constraint& constraint) { return constraint.name == error.constraint; });
    if (found == known.end()) {
        return std::nullopt;
    }
    rpc::Error meaning(found->code);
    if (!found->message.empty()) {
        meaning.message = found->message;
    }
    if (!found->field.empty()) {
        meaning.details.emplace_back(std::string(found->field), std::string(found->issue));
    }
    return meaning;
}

}  // namespace loan_manager::commands
