#include "transcode/response_plan.hpp"

#include <algorithm>

#include "transcode/enum_token.hpp"
#include "transcode/response.hpp"

namespace loan_manager::transcode {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

std::unordered_map<int, std::string> quoted_tokens(const EnumDescriptor* type) {
    std::unordered_map<int, std::string> tokens;
    for (int i = 0; i < type->value_count(); ++i) {
        const int number = type->value(i)->number();
        const std::string_view token = enum_token(type, number);
        if (!token.empty()) tokens.emplace(number, '"' + std::string(token) + '"');
    }
    return tokens;
}

const FieldDescriptor* find_omit_when(const FieldDescriptor* field, std::vector<std::string>& problems) {
    const std::string& name = options_of(field).omit_when();
    if (name.empty()) return nullptr;
    const auto* flag = field->containing_type()->FindFieldByName(name);
    if (flag != nullptr && flag->type() == FieldDescriptor::TYPE_BOOL && !flag->is_repeated()) return flag;
    problems.push_back(field->full_name() + ": omit_when names \"" + name + "\", which is not a bool beside it");
    return nullptr;
}

bool is_json(const FieldDescriptor* field, std::vector<std::string>& problems) {
    if (!options_of(field).json()) return false;
    if (field->type() == FieldDescriptor::TYPE_STRING && !field->is_repeated()) return true;
    problems.push_back(field->full_name() + ": json needs a single text field");
    return false;
}

LocationPlan plan_location(const std::string& text, const Descriptor* response, std::vector<std::string>& problems) {
    LocationPlan plan;
    std::size_t at = 0;
    for (std::size_t open = text.find('{'); open != std::string::npos; open = text.find('{', at)) {
        const std::size_t close = text.find('}', open);
        const std::string name = close == std::string::npos ? "" : text.substr(open + 1, close - open - 1);
        const auto* field = response->FindFieldByName(name);
        if (field == nullptr || field->is_repeated() || field->type() != FieldDescriptor::TYPE_STRING) {
            std::string problem = "location \"" + text;
            problem += "\" needs a text field \"" + name;
            problems.push_back(problem + "\" of the response");
            return plan;
        }
        plan.texts.push_back(text.substr(at, open - at));
        plan.fields.push_back(field);
        at = close + 1;
    }
    plan.texts.push_back(text.substr(at));
    return plan;
}

}  // namespace

const WriterPlan* WriterPlans::of(const Descriptor* type, std::vector<std::string>& problems) {
    auto& slot = plans_[type];
    if (slot != nullptr) return slot.get();
    // In place before it is filled: a message may contain itself.
    slot = std::make_unique<WriterPlan>();
    WriterPlan& plan = *slot;
    for (int i = 0; i < type->field_count(); ++i) {
        const auto* field = type->field(i);
        const auto& options = options_of(field);
        if (options.internal()) continue;
        const auto kind = kind_of(field);
        if (!kind) {
            problems.push_back("field " + field->full_name() + " has a type without a JSON form");
            continue;
        }
        WriterField writer;
        writer.field = field;
        writer.key = ',';
        append_json_string(field->name(), writer.key);
        writer.key += ':';
        writer.null_entry = writer.key + "null";
        writer.kind = *kind;
        writer.repeated = field->is_repeated();
        writer.has_presence = field->has_presence();
        writer.omit_unset = options.omit_unset();
        writer.json = is_json(field, problems);
        writer.omit_when = find_omit_when(field, problems);
        if (*kind == FieldKind::message) writer.object = of(field->message_type(), problems);
        if (*kind == FieldKind::enumeration) writer.tokens = quoted_tokens(field->enum_type());
        plan.fields.push_back(std::move(writer));
    }
    return &plan;
}

std::shared_ptr<const ResponsePlan> plan_response(const google::protobuf::MethodDescriptor* method,
                                                  const loanmanager::options::v1::Route& route,
                                                  std::vector<std::string>& all_problems) {
    std::vector<std::string> problems;
    auto plan = std::make_shared<ResponsePlan>();
    const auto* response = method->output_type();
    plan->prototype = google::protobuf::MessageFactory::generated_factory()->GetPrototype(response);
    if (plan->prototype == nullptr) problems.push_back(response->full_name() + " is not compiled into this program");
    plan->empty = response->full_name() == "google.protobuf.Empty";
    plan->root = plan->plans.of(response, problems);
    if (!route.response_body().empty()) {
        const auto& fields = plan->root->fields;
        const auto field = std::find_if(fields.begin(), fields.end(), [&](const WriterField& candidate) {
            return candidate.field->name() == route.response_body();
        });
        if (field == fields.end()) {
            problems.push_back("response_body \"" + route.response_body() + "\" is not a field of " +
                               response->full_name());
        } else {
            plan->body = &*field;
        }
    }
    const auto* version = response->FindFieldByName("version");
    if (version != nullptr && !version->is_repeated() && version->cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
        plan->version = version;
    }
    if (!route.location().empty()) plan->location = plan_location(route.location(), response, problems);
    for (const auto& problem : problems) all_problems.push_back(method->full_name() + ": " + problem);
    return plan;
}

}  // namespace loan_manager::transcode
