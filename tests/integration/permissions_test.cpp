// The table of permissions (docs/business-rules.md), cell by cell: every route of the contract, every role, rows of the
// own branch, of another branch of the own company and of the other company. Nothing here knows the services' own table
// of permissions.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "support/permissions/matrix.hpp"
#include "support/permissions/routes.hpp"
#include "support/permissions/world.hpp"
#include "transcode/contract.hpp"
#include "transcode/route_table.hpp"

using namespace loan_manager::testing;
using namespace loan_manager::testing::permissions;

namespace {

World& world() { return World::shared(); }

struct Request {
    std::string method;
    std::string target;
    std::string body;
};

Request request_for(const Expectation& line, Place place) {
    const auto blank = line.route.find(' ');
    Request request{line.route.substr(0, blank), line.route.substr(blank + 1), {}};
    const auto put = [&](const std::string& variable, const std::string& value) {
        const auto at = request.target.find(variable);
        if (at != std::string::npos) request.target.replace(at, variable.size(), value);
    };
    if (!line.row.empty()) {
        put("{id}", world().at(place, line.row));
        put("{bicycle_id}", world().at(place, line.row));
    }
    put("{line_id}", world().at(place, "line"));
    put("{name}", "bike_cost_summary");
    const std::string filled = world().filled(line.body, place);
    if (filled.starts_with('?'))
        request.target += filled;
    else
        request.body = filled;
    return request;
}

HttpResponse send(const Request& request, const std::string& token, const std::string& if_match) {
    Headers headers;
    if (!token.empty()) headers["authorization"] = "Bearer " + token;
    if (!if_match.empty()) headers["if-match"] = if_match;
    if (request.method == "POST") headers["idempotency-key"] = fresh_key();
    return http(world().suite().gateway_port(), request.method, request.target, headers, request.body);
}

bool is_command(How how) { return how == How::command || how == How::flat_command; }

/// What the table demands, as in `outcome`; "done" is anything but 401, 403, 404 and a failure of the server.
std::string demanded(const Expectation& line, const std::string& role, Place place) {
    if (line.how == How::open_to_all || line.how == How::signed_in) return "done";
    const Matrix& matrix = Matrix::shared();
    const Grant grant = matrix.grant(line.permission, role);
    const bool granted = grant == Grant::yes || grant == Grant::own ||
                         (grant == Grant::some && std::count(line.some.begin(), line.some.end(), role) > 0);
    if (!granted) return line.how == How::row_or_payee ? "404" : "403 FORBIDDEN";
    // "own" rows are those of the own branch: recorded by, or assigned to, the user of the test.
    const bool covered = grant == Grant::own ? place == Place::own : World::covered(matrix.reach(role), place);
    switch (line.how) {
        case How::company_row:
            return covered || (Matrix::shared().reach(role) != 'S' && place != Place::foreign) ? "done" : "404";
        case How::row:
        case How::row_or_payee:
            return covered ? "done" : "404";
        case How::command:
            return covered ? "412" : "403 OUT_OF_SCOPE";
        case How::create:
            return covered ? "done" : "403 OUT_OF_SCOPE";
        case How::flat_command:
            return "412";
        default:
            return "done";
    }
}

bool meets(const HttpResponse& answer, const std::string& demand) {
    if (demand != "done") return outcome(answer) == demand;
    return answer.status < 500 && answer.status != 401 && answer.status != 403 && answer.status != 404;
}

}  // namespace

TEST_CASE("D-901 there is an expectation for every route, and only for those") {
    std::set<std::string> routes;
    const auto table = loan_manager::transcode::RouteTable::build(loan_manager::transcode::contract_services()).value();
    for (const auto* route : table.routes()) routes.insert(route->http_method + " " + route->path);
    std::set<std::string> expected;
    for (const Expectation& line : expectations()) {
        CAPTURE(line.route);
        CHECK(expected.insert(line.route).second);
        CHECK(routes.contains(line.route));
        if (!line.permission.empty()) CHECK_NOTHROW(Matrix::shared().grant(line.permission, "admin"));
    }
    for (const std::string& route : routes) {
        INFO("a route without a line in support/permissions/routes.cpp: " << route);
        CHECK(expected.contains(route));
    }
}

TEST_CASE("D-901 every route x every role x own branch, other branch, other company") {
    for (const Expectation& line : expectations()) {
        if (line.how == How::open_to_all) continue;
        CAPTURE(line.route);
        for (const std::string& role : Matrix::shared().roles()) {
            CAPTURE(role);
            for (Place place : places) {
                const std::string demand = demanded(line, role, place);
                Request request = request_for(line, place);
                // D-212: a missing permission shows before a missing tag, a wrong body and an unknown row.
                if (demand == "403 FORBIDDEN" && request.method != "GET") request.body = "{}";
                const bool tag =
                    demand != "403 FORBIDDEN" && (is_command(line.how) || line.route.ends_with("password"));
                const auto answer = send(request, world().token(role), tag ? "\"999999\"" : "");
                INFO(std::string(to_string(place))
                     << ": " << request.target << " " << request.body << " answered " << answer.status << " "
                     << answer.body.substr(0, 300) << ", the table demands " << demand);
                CHECK(meets(answer, demand));
            }
        }
    }
}

TEST_CASE("every route but the open ones is 401 without a token") {
    for (const Expectation& line : expectations()) {
        CAPTURE(line.route);
        const auto answer = send(request_for(line, Place::own), {}, {});
        CHECK((answer.status == 401) == (line.how != How::open_to_all));
        if (line.how == How::open_to_all) CHECK(answer.status != 403);
    }
}
