#include "transcode/request_plan.hpp"

#include <algorithm>
#include <set>

namespace loan_manager::transcode {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

class Planner {
public:
    Planner(RequestPlan& plan, std::string where, std::vector<std::string>& problems)
        : plan_(plan), where_(std::move(where)), problems_(problems) {}

    void plan(const Descriptor* request, const loanmanager::options::v1::Route& route,
              const std::vector<std::string>& path_variables) {
        for (const auto& name : path_variables) plan_path_variable(request, name);
        if (route.body() == "*") {
            plan_whole_body(request);
        } else {
            if (!route.body().empty()) plan_body_field(request, route.body());
            plan_query(request);
        }
        if (route.method() == "PATCH") plan_update_mask(request);
    }

private:
    void problem(const std::string& text) { problems_.push_back(where_ + ": " + text); }

    // Fields that clients cannot set through body or query.
    bool hidden(const FieldDescriptor* field) const {
        return bound_.contains(field) || is_update_mask(field) || options_of(field).internal();
    }

    // Every field that a client can set passes here.
    void check_options(const FieldDescriptor* field) {
        if (options_of(field).json()) problem("field " + field->full_name() + " is json, which is for answers only");
    }

    void plan_path_variable(const Descriptor* request, const std::string& name) {
        const auto* field = request->FindFieldByName(name);
        if (field == nullptr) return problem("path variable {" + name + "} is not a field of " + request->full_name());
        if (!bound_.insert(field).second) return problem("path variable {" + name + "} appears twice");
        if (field->is_repeated()) return problem("path variable {" + name + "} is repeated");
        const auto kind = scalar_kind(field, "path variable {" + name + "}");
        if (kind) plan_.path.push_back(FieldPlan{field, *kind, false, false, nullptr});
    }

    void plan_whole_body(const Descriptor* request) {
        plan_.root = std::make_unique<ObjectPlan>();
        plan_.body = plan_.root.get();
        fill(*plan_.root, request);
    }

    void plan_body_field(const Descriptor* request, const std::string& name) {
        const auto* field = request->FindFieldByName(name);
        if (field == nullptr) return problem("body field \"" + name + "\" is not a field of " + request->full_name());
        if (field->is_repeated() || kind_of(field) != FieldKind::message) {
            return problem("body field \"" + name + "\" is not a message");
        }
        if (!bound_.insert(field).second) return problem("field \"" + name + "\" is bound by path and body");
        plan_.body_field = field;
        plan_.body = object_of(field->message_type());
    }

    void plan_query(const Descriptor* request) {
        for (int i = 0; i < request->field_count(); ++i) {
            const auto* field = request->field(i);
            if (hidden(field)) continue;
            check_options(field);
            const auto kind = scalar_kind(field, "query parameter \"" + field->name() + "\"");
            if (!kind) continue;
            plan_.query.fields.emplace(
                field->name(), FieldPlan{field, *kind, field->is_repeated(), options_of(field).comma_list(), nullptr});
        }
    }

    void plan_update_mask(const Descriptor* request) {
        const auto* field = request->FindFieldByName("update_mask");
        if (field == nullptr || !is_update_mask(field)) return;
        plan_.update_mask = field;
        // libs/validate reads the mask as relative to the only message beside it; keep both of one mind.
        std::vector<const FieldDescriptor*> messages;
        for (int i = 0; i < request->field_count(); ++i) {
            const auto* beside = request->field(i);
            if (beside != field && !beside->is_repeated() && kind_of(beside) == FieldKind::message) {
                messages.push_back(beside);
            }
        }
        const auto* masked = messages.size() == 1 ? messages.front() : nullptr;
        if (plan_.body == nullptr || masked != plan_.body_field) {
            problem("update_mask must go with a body bound to the only message field of " + request->full_name());
        }
    }

    std::optional<FieldKind> scalar_kind(const FieldDescriptor* field, const std::string& what) {
        const auto kind = kind_of(field);
        if (kind && *kind != FieldKind::message) return kind;
        problem(what + " has a type that cannot be written in a URL");
        return std::nullopt;
    }

    const ObjectPlan* object_of(const Descriptor* type) {
        auto& slot = plan_.objects[type];
        if (slot == nullptr) {
            // In place before it is filled: a message may contain itself.
            slot = std::make_unique<ObjectPlan>();
            ObjectPlan& object = *slot;
            fill(object, type);
            return &object;
        }
        return slot.get();
    }

    void fill(ObjectPlan& object, const Descriptor* type) {
        for (int i = 0; i < type->field_count(); ++i) {
            const auto* field = type->field(i);
            if (hidden(field)) continue;
            check_options(field);
            const auto kind = kind_of(field);
            if (!kind) {
                problem("field " + field->full_name() + " has a type without a JSON form");
                continue;
            }
            const auto* nested = *kind == FieldKind::message ? object_of(field->message_type()) : nullptr;
            object.fields.emplace(field->name(), FieldPlan{field, *kind, field->is_repeated(), false, nested});
        }
    }

    RequestPlan& plan_;
    std::string where_;
    std::vector<std::string>& problems_;
    // Fields that path or body already fill.
    std::set<const FieldDescriptor*> bound_;
};

}  // namespace

std::shared_ptr<const RequestPlan> plan_request(const google::protobuf::MethodDescriptor* method,
                                                const loanmanager::options::v1::Route& route,
                                                const std::vector<std::string>& path_variables,
                                                std::vector<std::string>& problems) {
    auto plan = std::make_shared<RequestPlan>();
    const auto* request = method->input_type();
    plan->prototype = google::protobuf::MessageFactory::generated_factory()->GetPrototype(request);
    if (plan->prototype == nullptr) {
        problems.push_back(method->full_name() + ": " + request->full_name() + " is not compiled into this program");
        return plan;
    }
    Planner(*plan, method->full_name(), problems).plan(request, route, path_variables);
    return plan;
}

}  // namespace loan_manager::transcode
