#include "transcode/openapi.hpp"

#include <doctest/doctest.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <set>

#include "fixture.hpp"
#include "transcode/contract.hpp"
#include "transcode/docs_page.hpp"

using namespace loan_manager::transcode;
namespace json = boost::json;

namespace {

json::value document(const RouteTable& routes) { return json::parse(openapi_document(routes)); }

const json::value& at(const json::value& document, std::string_view pointer) {
    boost::json::error_code ec;
    const auto* found = document.find_pointer(pointer, ec);
    CAPTURE(pointer);
    REQUIRE(found != nullptr);
    return *found;
}

// Every $ref of the document.
void collect_references(const json::value& value, std::set<std::string>& references) {
    if (const auto* object = value.if_object()) {
        for (const auto& member : *object) {
            if (member.key() == "$ref") references.insert(std::string(member.value().as_string()));
            collect_references(member.value(), references);
        }
    } else if (const auto* array = value.if_array()) {
        for (const auto& item : *array) collect_references(item, references);
    }
}

}  // namespace

TEST_CASE("the document is deterministic") {
    CHECK(openapi_document(things()) == openapi_document(things()));
    const auto contract = RouteTable::build(contract_services()).value();
    CHECK(openapi_document(contract) == openapi_document(RouteTable::build(contract_services()).value()));
}

TEST_CASE("the contract's document has the structure OpenAPI 3.1 demands") {
    const auto contract = RouteTable::build(contract_services()).value();
    const auto doc = document(contract);
    CHECK(at(doc, "/openapi").as_string() == "3.1.0");
    CHECK(at(doc, "/info/title").is_string());
    CHECK(at(doc, "/info/version").is_string());

    std::set<std::string> operations;
    std::size_t routes = 0;
    for (const auto& path : at(doc, "/paths").as_object()) {
        CAPTURE(path.key());
        CHECK(path.key().starts_with('/'));
        for (const auto& method : path.value().as_object()) {
            ++routes;
            const auto& operation = method.value().as_object();
            CHECK(operations.insert(std::string(operation.at("operationId").as_string())).second);
            CHECK_FALSE(operation.at("summary").as_string().empty());
            CHECK_FALSE(operation.at("responses").as_object().empty());
            for (const auto& response : operation.at("responses").as_object()) {
                CHECK(response.key().size() == 3);
                const auto& object = response.value().as_object();
                CHECK((object.contains("$ref") || object.contains("description")));
            }
            std::set<std::string> in_path;
            for (const auto& parameter : operation.at("parameters").as_array()) {
                const auto& p = parameter.as_object();
                if (p.contains("$ref")) continue;
                CHECK(p.contains("schema"));
                if (p.at("in").as_string() != "path") continue;
                CHECK(p.at("required").as_bool());
                in_path.insert('{' + std::string(p.at("name").as_string()) + '}');
            }
            for (const auto& variable : in_path) CHECK(path.key().find(variable) != json::string_view::npos);
            CHECK(in_path.size() == static_cast<std::size_t>(std::count(path.key().begin(), path.key().end(), '{')));
        }
    }
    CHECK(routes == contract.routes().size());

    std::set<std::string> references;
    collect_references(doc, references);
    for (const auto& reference : references) {
        REQUIRE(reference.starts_with("#/"));
        at(doc, std::string_view(reference).substr(1));
    }
}

TEST_CASE("the document tells constraints, headers, codes and security") {
    const auto contract = RouteTable::build(contract_services()).value();
    const auto doc = document(contract);
    const auto& procure = at(doc, "/components/schemas/ProcureBikeRequest");
    CHECK(at(procure, "/additionalProperties").as_bool() == false);
    CHECK(at(procure, "/properties/brand/maxLength").as_int64() == 100);
    CHECK(at(procure, "/properties/year/minimum").as_int64() == 1950);
    CHECK(at(procure, "/properties/purchase_price/pattern").is_string());
    CHECK(at(procure, "/required").as_array() == json::array{"branch_id", "brand", "model", "year", "purchase_price"});
    CHECK(at(doc, "/components/schemas/BikeStatus/enum").as_array().size() == 6);
    CHECK_FALSE(at(doc, "/components/schemas/Bike/properties").as_object().contains("costs_hidden"));
    CHECK(at(doc, "/components/schemas/Bike/properties/license_plate/type").as_array() ==
          json::array{"string", "null"});

    const auto& post = at(doc, "/paths/~1v1~1bikes~1procure/post");
    CHECK(at(post, "/requestBody/content/application~1json/example/brand").is_string());
    CHECK(at(post, "/responses/201/headers/Location").is_object());
    CHECK(at(post, "/responses/201/headers/ETag").is_object());
    CHECK(at(post, "/responses/409/description").as_string().find("STOCK_NUMBER_EXHAUSTED") != json::string::npos);
    CHECK(at(post, "/security/0").as_object().contains("bearer"));
    const auto& parameters = at(post, "/parameters").as_array();
    CHECK(parameters.front().as_object().at("$ref").as_string() == "#/components/parameters/IdempotencyKey");

    // A void takes effect, or waits for somebody to agree.
    CHECK(at(doc, "/paths/~1v1~1sales~1{id}~1void/post/responses/200/content").is_object());
    CHECK(at(doc, "/paths/~1v1~1sales~1{id}~1void/post/responses/202/content").is_object());

    CHECK(at(doc, "/paths/~1v1~1auth~1login/post/security").as_array().empty());
    CHECK(at(doc, "/paths/~1v1~1auth~1login/post/responses/429/description").as_string().find("LOGIN_THROTTLED") !=
          json::string::npos);
    const auto& update = at(doc, "/components/schemas/BikePatch");
    CHECK(at(update, "/properties/color/type").as_array() == json::array{"string", "null"});
    CHECK(at(update, "/properties/brand/type").as_string() == "string");
}

TEST_CASE("D-217 the document tells how large a body may be, and every error's codes") {
    const auto doc = document(RouteTable::build(contract_services()).value());
    const auto codes = [&](std::string_view pointer) {
        std::set<std::string> all;
        for (const auto& code : at(doc, pointer).as_array()) all.emplace(code.as_string());
        return all;
    };
    const std::set<std::string> too_large{"TOO_LARGE"};
    for (const auto* path : {"login", "refresh", "logout"}) {
        const std::string post = "/paths/~1v1~1auth~1" + std::string(path) + "/post";
        CHECK(at(doc, post + "/requestBody/x-max-bytes").as_int64() == 4096);
        CHECK(at(doc, post + "/responses/413/description").as_string() == "The body is larger than 4096 bytes.");
        CHECK(codes(post + "/responses/413/x-codes") == too_large);
    }
    CHECK(at(doc, "/paths/~1v1~1bikes~1procure/post/requestBody/x-max-bytes").as_int64() == 1'048'576);
    CHECK(codes("/components/responses/TooLarge/x-codes") == too_large);
    CHECK(codes("/paths/~1v1~1auth~1login/post/responses/429/x-codes") ==
          std::set<std::string>{"LOGIN_THROTTLED", "RATE_LIMITED"});
    CHECK(codes("/paths/~1v1~1bikes~1procure/post/responses/409/x-codes").contains("IDEMPOTENCY_IN_FLIGHT"));
    CHECK(at(doc, "/x-connection-errors/414/$ref").as_string() == "#/components/responses/UriTooLong");
    CHECK(at(doc, "/paths/~1v1~1stock-numbers/get/responses").as_object().contains("404"));
}

TEST_CASE("text that is JSON already is an object to clients") {
    const auto doc = document(RouteTable::build(contract_services()).value());
    const auto& entry = at(doc, "/components/schemas/AuditRow/properties");
    CHECK(at(entry, "/old/type").as_array() == json::array{"object", "null"});
    CHECK(at(entry, "/old/description").is_string());
    CHECK(at(entry, "/reason/type").as_array() == json::array{"string", "null"});
}

TEST_CASE("a message used both ways has two schemas") {
    const auto doc = document(things());
    CHECK_FALSE(at(doc, "/components/schemas/Thing").as_object().contains("additionalProperties"));
    CHECK(at(doc, "/components/schemas/ThingInput/additionalProperties").as_bool() == false);
    CHECK(at(doc, "/components/schemas/Part/properties/parts/items/$ref").as_string() == "#/components/schemas/Part");
}

TEST_CASE("the documentation page loads nothing from elsewhere") {
    std::set<std::string_view> paths;
    for (const auto& asset : docs_page()) {
        CAPTURE(asset.path);
        paths.insert(asset.path);
        CHECK_FALSE(asset.body.empty());
        CHECK(asset.body.find("https://") == std::string_view::npos);
        CHECK(asset.body.find("http://") == std::string_view::npos);
        CHECK(asset.body.find("innerHTML") == std::string_view::npos);
        CHECK(asset.body.find(" style=") == std::string_view::npos);
        CHECK(asset.body.find("<script>") == std::string_view::npos);
    }
    CHECK(paths == std::set<std::string_view>{"/docs", "/docs/app.js", "/docs/style.css"});
}
