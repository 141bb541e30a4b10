#include "transcode/request.hpp"

#include <google/protobuf/field_mask.pb.h>

#include <algorithm>
#include <set>

#include "strict_json/strict_json.hpp"
#include "transcode/request_plan.hpp"
#include "transcode/scalar.hpp"
#include "transcode/url.hpp"
#include "validate/field_path.hpp"

namespace loan_manager::transcode {
namespace {

using google::protobuf::Message;
namespace issue = validate::issue;

// An answer names this many wrong fields at most.
constexpr std::size_t max_details = 100;

// Fills one message and remembers what did not fit.
class Reader {
public:
    explicit Reader(const RequestPlan& plan) : plan_(plan) {}

    void read_path(const std::vector<std::string>& variables, Message& request) {
        for (std::size_t i = 0; i < plan_.path.size() && i < variables.size(); ++i) {
            const FieldPlan& field = plan_.path[i];
            note(field.field->name(), set_from_url(field, variables[i], request));
        }
    }

    void read_query(std::string_view query, Message& request) {
        std::set<const FieldPlan*> seen;
        for (const auto& parameter : split_query(query)) {
            const auto field = plan_.query.fields.find(parameter.name);
            if (field == plan_.query.fields.end()) {
                note_unknown(validate::FieldPath::clip(parameter.name));
                continue;
            }
            const FieldPlan& plan = field->second;
            const bool again = !seen.insert(&plan).second;
            if (again && !plan.repeated) {
                note(parameter.name, issue::type);
            } else if (!parameter.value) {
                note(parameter.name, issue::format);
            } else if (!parameter.value->empty()) {
                // Forms send empty inputs; whatever the field's type, that is the same as not sending it (D-206).
                note(parameter.name, read_parameter(plan, *parameter.value, request));
            }
        }
    }

    void read_body(const strict_json::Object& body, Message& request) {
        Message& target = plan_.body_field == nullptr
                              ? request
                              : *request.GetReflection()->MutableMessage(&request, plan_.body_field);
        read_object(*plan_.body, body, target);
        if (plan_.update_mask == nullptr) return;
        auto& mask = *request.GetReflection()->MutableMessage(&request, plan_.update_mask);
        const auto* paths = mask.GetDescriptor()->FindFieldByNumber(google::protobuf::FieldMask::kPathsFieldNumber);
        for (const auto& member : body) {
            const auto field = plan_.body->fields.find(member.key);
            if (field == plan_.body->fields.end()) continue;
            mask.GetReflection()->AddString(&mask, paths, member.key);
            // A null list and an empty one look the same once they are in the message.
            const FieldPlan& plan = field->second;
            if (plan.repeated && member.value.is_null() && !options_of(plan.field).nullable()) {
                note(validate::FieldPath::clip(member.key), issue::required);
            }
        }
    }

    bool has_unknown() const noexcept { return !unknown_.empty(); }
    Error unknown_fields() const {
        Error error{"UNKNOWN_FIELD", "The request has fields that do not exist here: ", {}};
        for (const auto& name : unknown_) {
            if (!error.details.empty()) error.message += ", ";
            error.message += name;
            error.details.emplace_back(name, issue::unknown);
        }
        error.message += '.';
        return error;
    }
    std::vector<validate::Issue> take_issues() { return std::move(issues_); }

private:
    void note(std::string_view path, validate::IssueToken what) {
        if (!what.empty() && issues_.size() < max_details) validate::add_issue(issues_, path, what);
    }
    // Full lists are not searched: a body of unknown fields only must cost no more than its reading.
    void note_unknown(std::string_view path) {
        if (unknown_.size() >= max_details) return;
        const bool known = std::find(unknown_.begin(), unknown_.end(), path) != unknown_.end();
        if (!known) unknown_.emplace_back(path);
    }

    static validate::IssueToken read_parameter(const FieldPlan& plan, std::string_view value, Message& request) {
        if (plan.repeated && plan.comma_list) {
            while (true) {
                const std::size_t comma = value.find(',');
                const auto what = set_from_url(plan, value.substr(0, comma), request);
                if (!what.empty()) return what;
                if (comma == std::string_view::npos) return {};
                value.remove_prefix(comma + 1);
            }
        }
        return set_from_url(plan, value, request);
    }

    void read_object(const ObjectPlan& plan, const strict_json::Object& object, Message& message) {
        for (const auto& member : object) {
            const std::size_t before = path_.size();
            path_.push(member.key);
            const auto field = plan.fields.find(member.key);
            if (field == plan.fields.end()) {
                note_unknown(path_.text());
            } else if (!member.value.is_null()) {
                read_field(field->second, member.value, message);
            }
            path_.truncate(before);
        }
    }

    void read_field(const FieldPlan& plan, const strict_json::Value& value, Message& message) {
        if (!plan.repeated) return read_value(plan, value, message);
        const auto* items = value.as<strict_json::Array>();
        if (items == nullptr) return note(path_.text(), issue::type);
        for (std::size_t i = 0; i < items->size(); ++i) {
            const std::size_t before = path_.size();
            path_.push_index(i);
            read_value(plan, (*items)[i], message);
            path_.truncate(before);
        }
    }

    void read_value(const FieldPlan& plan, const strict_json::Value& value, Message& message) {
        if (plan.kind != FieldKind::message) return note(path_.text(), set_from_json(plan, value, message));
        const auto* object = value.as<strict_json::Object>();
        if (object == nullptr) return note(path_.text(), issue::type);
        const auto* reflection = message.GetReflection();
        Message* nested = plan.repeated ? reflection->AddMessage(&message, plan.field)
                                        : reflection->MutableMessage(&message, plan.field);
        read_object(*plan.object, *object, *nested);
    }

    const RequestPlan& plan_;
    validate::FieldPath path_;
    std::vector<validate::Issue> issues_;
    std::vector<std::string> unknown_;
};

boost::system::result<strict_json::Object, Error> parse_object(std::string_view body) {
    if (body.empty()) return strict_json::Object{};
    auto value = strict_json::parse(body);
    if (value.has_error()) {
        const strict_json::Problem problem = std::move(value).error();
        Error error{"MALFORMED_JSON", problem.message, {}};
        if (!problem.duplicate.empty()) error.details.emplace_back(problem.duplicate, issue::not_allowed);
        return error;
    }
    auto* object = std::get_if<strict_json::Object>(&value->data);
    if (object == nullptr) return Error{"MALFORMED_JSON", "The body must be a JSON object.", {}};
    return std::move(*object);
}

}  // namespace

boost::system::result<DecodedRequest, Error> decode_request(const Match& match, std::string_view query,
                                                            std::string_view body) {
    const RequestPlan& plan = *match.route->request;
    DecodedRequest decoded;
    decoded.message.reset(plan.prototype->New());
    Reader reader(plan);
    reader.read_path(match.variables, *decoded.message);
    reader.read_query(query, *decoded.message);
    if (plan.body != nullptr) {
        auto object = parse_object(body);
        if (object.has_error()) return std::move(object).error();
        reader.read_body(*object, *decoded.message);
    }
    if (reader.has_unknown()) return reader.unknown_fields();
    decoded.issues = reader.take_issues();
    return decoded;
}

}  // namespace loan_manager::transcode
