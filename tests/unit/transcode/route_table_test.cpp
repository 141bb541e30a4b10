#include "transcode/route_table.hpp"

#include <doctest/doctest.h>

#include "fixture.hpp"

using namespace loan_manager::transcode;
using Outcome = Match::Outcome;

TEST_CASE("a route carries what its annotation says") {
    const auto match = things().match("POST", "/v1/things");
    REQUIRE(match.outcome == Outcome::found);
    const Route& route = *match.route;
    CHECK(route.grpc_method == "/loanmanager.test.v1.ThingService/CreateThing");
    CHECK(route.upstream == "fleet");
    CHECK(route.permissions == std::vector<std::string>{"things:write", "things:admin"});
    CHECK(route.needs_idempotency_key);
    CHECK_FALSE(route.needs_if_match);
    CHECK_FALSE(route.is_public);
    CHECK(route.has_body);
    CHECK(route.status == 201);
    CHECK(route.deadline == std::chrono::milliseconds(2500));
    CHECK(route.body_limit == 4096);

    const Route& get = *things().match("GET", "/v1/things/1").route;
    CHECK(get.status == 200);
    CHECK(get.deadline == std::chrono::seconds(10));
    CHECK(get.body_limit == 1'048'576);
    CHECK_FALSE(get.has_body);
    const Route& remove = *things().match("DELETE", "/v1/things/1").route;
    CHECK(remove.status == 204);
    CHECK(remove.is_public);
}

TEST_CASE("methods and paths find their route") {
    struct {
        std::string_view method, path, rpc;
        std::vector<std::string> variables;
    } const cases[] = {
        {"GET", "/v1/things", "ListThings", {}},
        {"HEAD", "/v1/things", "ListThings", {}},
        {"GET", "/v1/things/7", "GetThing", {"7"}},
        {"GET", "/v1/things/a%2Fb%20c", "GetThing", {"a/b c"}},
        {"GET", "/v1/things/a+b", "GetThing", {"a+b"}},
        {"GET", "/v1/things/%E0%B6%9A", "GetThing", {"\xe0\xb6\x9a"}},
        {"GET", "/v1/th%69ngs/7", "GetThing", {"7"}},
        {"PATCH", "/v1/things/7", "UpdateThing", {"7"}},
        {"PATCH", "/v1/things/7/name", "RenameThing", {"7"}},
        {"POST", "/v1/things/refresh", "RefreshThings", {}},
        {"GET", "/v1/things/7/parts/3", "ListParts", {"7", "3"}},
        // A literal that leads nowhere gives way to the variable.
        {"GET", "/v1/things/refresh/parts/3", "ListParts", {"refresh", "3"}},
    };
    for (const auto& c : cases) {
        CAPTURE(c.path);
        const auto match = things().match(c.method, c.path);
        REQUIRE(match.outcome == Outcome::found);
        CHECK(match.route->method->name() == c.rpc);
        CHECK(match.variables == c.variables);
    }
}

TEST_CASE("D-212 paths without a route are 404") {
    for (const auto* path : {"",
                             "/",
                             "/v1",
                             "/v1/",
                             "v1/things",
                             "/v1/things/",
                             "//v1/things",
                             "/v1//things",
                             "/v1/things//name",
                             "/v1/things/7/",
                             "/v1/things/7/name/",
                             "/V1/things",
                             "/v1/Things",
                             "/v1/things/%",
                             "/v1/things/%ff",
                             "/v1/things/7/parts",
                             "/v1/things/7/parts/3/4",
                             "/v2/things",
                             "*",
                             "/v1/thing"}) {
        CAPTURE(path);
        CHECK(things().match("GET", path).outcome == Outcome::not_found);
        CHECK(things().match("OPTIONS", path).outcome == Outcome::not_found);
        CHECK(things().match("GET", path).allow.empty());
    }
}

TEST_CASE("D-211 other methods of a path are 405 with Allow") {
    struct {
        std::string_view method, path, allow;
    } const cases[] = {
        {"DELETE", "/v1/things", "GET, HEAD, POST, OPTIONS"},
        {"PUT", "/v1/things", "GET, HEAD, POST, OPTIONS"},
        {"get", "/v1/things", "GET, HEAD, POST, OPTIONS"},
        {"POST", "/v1/things/7", "GET, HEAD, PATCH, DELETE, OPTIONS"},
        {"HEAD", "/v1/things/7/name", "PATCH, OPTIONS"},
        // A literal wins over the variable, whatever the method.
        {"GET", "/v1/things/refresh", "POST, OPTIONS"},
    };
    for (const auto& c : cases) {
        CAPTURE(c.path);
        const auto match = things().match(c.method, c.path);
        CHECK(match.outcome == Outcome::method_not_allowed);
        CHECK(match.route == nullptr);
        CHECK(match.allow == c.allow);
    }
}

TEST_CASE("OPTIONS tells the methods of a path") {
    const auto match = things().match("OPTIONS", "/v1/things/7");
    CHECK(match.outcome == Outcome::options);
    CHECK(match.allow == "GET, HEAD, PATCH, DELETE, OPTIONS");
}

TEST_CASE("wrong annotations are named when the table is built") {
    struct {
        const char* service;
        const char* says;
    } const cases[] = {
        {"AmbiguousService", "GET /v1/things/{thing_id} is ambiguous with /v1/things/{id}"},
        {"UnknownPathFieldService", "path variable {nothing} is not a field"},
        {"UnknownBodyFieldService", "body field \"nothing\" is not a field"},
        {"ScalarBodyService", "body field \"id\" is not a message"},
        {"GetBodyService", "a GET has no body"},
        {"PublicBodyService", "a public route with a body needs a body_limit of at most 16384"},
        {"UnknownMethodService", "HTTP method \"get\""},
        {"MalformedPathService", "malformed path \"/v1/things/x{id}\""},
        {"TrailingSlashService", "malformed path \"/v1/things/\""},
        {"UnsupportedTypeService", "Unsupported.data has a type without a JSON form"},
        {"MessageInQueryService", "query parameter \"part\" has a type that cannot be written in a URL"},
        {"NoUpstreamService", "names no upstream"},
        {"WrongMaskService", "update_mask must go with"},
        {"WrongLocationService", "location \"/v1/{small}\" needs a text field \"small\""},
        {"WrongOmitService", "omit_when names \"nothing\""},
        {"JsonNumberService", "JsonNumber.number: json needs a single text field"},
        {"JsonRequestService", "Facts.facts is json, which is for answers only"},
    };
    for (const auto& c : cases) {
        CAPTURE(c.service);
        const google::protobuf::ServiceDescriptor* services[] = {test_service(c.service)};
        const auto table = RouteTable::build(services);
        REQUIRE(table.has_error());
        CAPTURE(table.error().text());
        CHECK(table.error().text().find(c.says) != std::string::npos);
        CHECK(table.error().text().find(c.service) != std::string::npos);
    }
}

TEST_CASE("all problems are told at once, and value() throws them") {
    const google::protobuf::ServiceDescriptor* services[] = {test_service("AmbiguousService"),
                                                             test_service("GetBodyService")};
    const auto table = RouteTable::build(services);
    REQUIRE(table.has_error());
    CHECK(table.error().problems.size() == 2);
    CHECK_THROWS_AS(table.value(), std::runtime_error);
}
