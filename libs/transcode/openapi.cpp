#include "transcode/openapi.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <set>
#include <vector>

#include "transcode/openapi_components.hpp"
#include "transcode/openapi_schema.hpp"
#include "transcode/response_plan.hpp"

namespace loan_manager::transcode {
namespace {

namespace json = boost::json;

// BikeService → Bike
std::string tag_of(const Route& route) {
    std::string name = route.method->service()->name();
    if (name.ends_with("Service")) name.resize(name.size() - 7);
    return name;
}

class Document {
public:
    Document(const RouteTable& routes, const OpenApiInfo& info) : routes_(routes), info_(info) {}

    std::string text() {
        // Responses first, so that they get the short names.
        for (const Route* route : routes_.routes()) {
            if (has_json_answer(*route)) schemas_.response(route->method->output_type());
        }
        json::object paths;
        std::set<std::string> tags;
        for (const Route* route : routes_.routes()) {
            auto& item = paths[route->path];
            if (item.is_null()) item = json::object{};
            item.as_object()[lower(route->http_method)] = operation(*route);
            tags.insert(tag_of(*route));
        }
        json::array tag_list;
        for (const auto& tag : tags) tag_list.push_back(json::object{{"name", tag}});

        json::object info{{"title", info_.title}, {"version", info_.version}};
        if (!info_.description.empty()) info["description"] = info_.description;
        return json::serialize(json::object{{"openapi", "3.1.0"},
                                            {"info", std::move(info)},
                                            {"servers", json::array{json::object{{"url", "/"}}}},
                                            {"tags", std::move(tag_list)},
                                            {"paths", std::move(paths)},
                                            {"x-connection-errors", openapi_connection_errors()},
                                            {"components", openapi_components(schemas_.take())}});
    }

private:
    static std::string lower(std::string text) {
        for (char& c : text) c = static_cast<char>(c - 'A' + 'a');
        return text;
    }

    static bool has_json_answer(const Route& route) { return route.status != 204 && !route.response->empty; }

    json::object operation(const Route& route) {
        json::object op{
            {"operationId", route.method->name()}, {"tags", json::array{tag_of(route)}}, {"summary", route.summary}};
        if (!route.permissions.empty()) {
            std::string text = "Permission: ";
            for (std::size_t i = 0; i < route.permissions.size(); ++i) {
                text += (i > 0 ? " or `" : "`") + route.permissions[i] + "`";
            }
            op["description"] = text + ".";
            op["x-permission"] = json::array(route.permissions.begin(), route.permissions.end());
        }
        op["parameters"] = parameters(route);
        if (route.has_body) op["requestBody"] = request_body(route);
        op["responses"] = responses(route);
        op["security"] = route.is_public ? json::array{} : json::array{json::object{{"bearer", json::array{}}}};
        return op;
    }

    json::array parameters(const Route& route) {
        json::array list;
        for (const FieldPlan& field : route.request->path) {
            list.push_back(json::object{{"name", field.field->name()},
                                        {"in", "path"},
                                        {"required", true},
                                        {"schema", schemas_.input_field(field, false)}});
        }
        const auto* request = route.method->input_type();
        for (int i = 0; i < request->field_count(); ++i) {
            const auto found = route.request->query.fields.find(request->field(i)->name());
            if (found != route.request->query.fields.end()) list.push_back(query_parameter(found->second));
        }
        if (route.needs_idempotency_key) list.push_back(openapi_ref("parameters", "IdempotencyKey"));
        if (route.needs_if_match) list.push_back(openapi_ref("parameters", "IfMatch"));
        if (route.http_method == "GET") list.push_back(openapi_ref("parameters", "IfNoneMatch"));
        list.push_back(openapi_ref("parameters", "RequestId"));
        return list;
    }

    json::object query_parameter(const FieldPlan& field) {
        json::object schema = schemas_.input_field(field, false);
        json::object parameter{{"name", field.field->name()}, {"in", "query"}};
        if (options_of(field.field).required()) parameter["required"] = true;
        if (const auto* description = schema.if_contains("description")) {
            parameter["description"] = *description;
            schema.erase("description");
        }
        if (field.repeated) {
            parameter["style"] = "form";
            parameter["explode"] = !field.comma_list;
        }
        parameter["schema"] = std::move(schema);
        return parameter;
    }

    json::object request_body(const Route& route) {
        const RequestPlan& plan = *route.request;
        const auto* type = plan.body_field != nullptr ? plan.body_field->message_type() : route.method->input_type();
        const bool patch = route.http_method == "PATCH";
        json::object media{{"schema", schemas_.request(type, *plan.body, patch)},
                           {"example", schemas_.request_example(type, *plan.body, patch)}};
        return {{"required", true},
                {"content", json::object{{"application/json", std::move(media)}}},
                {"x-max-bytes", route.body_limit}};
    }

    json::object responses(const Route& route) {
        json::object list;
        list[std::to_string(route.status)] = success(route, route.status);
        if (route.or_status != 0) {
            list[std::to_string(route.or_status)] = success(route, route.or_status);
        }
        if (route.http_method == "GET") {
            list["304"] = json::object{{"description", "Not changed since the ETag in If-None-Match."}};
        }
        const auto codes = codes_by_status(route);
        for (const auto& error : common_errors()) {
            const auto own = codes.find(error.status);
            if (error.of_connection) continue;
            if (own != codes.end()) {
                list[std::to_string(error.status)] = with_codes(error, own->second, applies(error.status, route));
            } else if (error.status == 413 && route.has_body && route.body_limit != default_body_limit) {
                CommonError precise = error;
                const std::string text = "The body is larger than " + std::to_string(route.body_limit) + " bytes.";
                precise.description = text.c_str();
                list["413"] = openapi_error(precise, {}, true);
            } else if (applies(error.status, route)) {
                list[std::to_string(error.status)] = openapi_ref("responses", error.name);
            }
        }
        return list;
    }

    json::object success(const Route& route, unsigned status) {
        json::object headers{{"X-Request-ID", openapi_ref("headers", "X-Request-ID")}};
        if (route.http_method == "GET" || route.response->version != nullptr)
            headers["ETag"] = openapi_ref("headers", "ETag");
        if (!route.response->location.texts.empty()) headers["Location"] = openapi_ref("headers", "Location");
        if (route.needs_idempotency_key)
            headers["Idempotency-Replayed"] = openapi_ref("headers", "Idempotency-Replayed");
        json::object answer{{"description", status == 204   ? "Done."
                                            : status == 202 ? "Accepted; somebody has to agree."
                                                            : "Success."},
                            {"headers", std::move(headers)}};
        if (has_json_answer(route)) {
            const auto* body = route.response->body;
            answer["content"] = json_content(body != nullptr ? schemas_.output_field(body->field, body->kind)
                                                             : schemas_.response(route.method->output_type()));
        }
        return answer;
    }

    static std::map<unsigned, std::vector<std::string>> codes_by_status(const Route& route) {
        std::map<unsigned, std::vector<std::string>> codes;
        for (const errors::Code code : route.errors) codes[code.info().http_status].emplace_back(code.name());
        return codes;
    }

    // `common`: whether the codes that any route answers with this status are among them.
    static json::object with_codes(const CommonError& error, const std::vector<std::string>& codes, bool common) {
        std::string text = error.description;
        for (std::size_t i = 0; i < codes.size(); ++i) text += (i == 0 ? " Codes: `" : ", `") + codes[i] + "`";
        text += ".";
        CommonError own = error;
        own.description = text.c_str();
        return openapi_error(own, codes, common);
    }

    static bool applies(unsigned status, const Route& route) {
        switch (status) {
            case 401:
                return !route.is_public;
            case 403:
                return !route.permissions.empty();
            case 404:
                return !route.request->path.empty();
            case 409:
                return route.needs_idempotency_key;
            case 412:
            case 428:
                return route.needs_if_match;
            case 415:
                return route.has_body;
            default:
                return true;
        }
    }

    const RouteTable& routes_;
    const OpenApiInfo& info_;
    SchemaRegistry schemas_;
};

}  // namespace

std::string openapi_document(const RouteTable& routes, const OpenApiInfo& info) {
    return Document(routes, info).text();
}

}  // namespace loan_manager::transcode
