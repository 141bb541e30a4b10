// The suite's own contract: what the annotations in proto/ must satisfy.
#include "transcode/contract.hpp"

#include <doctest/doctest.h>

#include <set>

#include "loanmanager/fleet/v1/bikes.pb.h"
#include "loanmanager/options/v1/options.pb.h"
#include "testing/error_codes.hpp"
#include "transcode/request.hpp"
#include "transcode/response.hpp"
#include "transcode/route_table.hpp"
#include "validate/validate.hpp"

using namespace loan_manager::transcode;
namespace validate = loan_manager::validate;
namespace fleet = loanmanager::fleet::v1;

namespace {

const RouteTable& contract() {
    static const RouteTable table = RouteTable::build(contract_services()).value();
    return table;
}

}  // namespace

TEST_CASE("every proto file with services is part of the contract") {
    std::set<std::string> names;
    for (const auto* service : contract_services()) names.insert(service->full_name());
    for (const auto* name :
         {"loanmanager.auth.v1.AuthService", "loanmanager.auth.v1.TrustService", "loanmanager.fleet.v1.BikeService",
          "loanmanager.fleet.v1.OrganisationService", "loanmanager.lifecycle.v1.ReportService"}) {
        CAPTURE(name);
        CHECK(names.contains(name));
    }
}

TEST_CASE("the contract's routes build, and its request checks can be made") {
    REQUIRE(RouteTable::build(contract_services()).has_value());
    for (const Route* route : contract().routes()) {
        CAPTURE(route->path);
        std::vector<validate::Issue> issues;
        const auto* factory = google::protobuf::MessageFactory::generated_factory();
        std::unique_ptr<google::protobuf::Message> request(
            const_cast<google::protobuf::MessageFactory*>(factory)->GetPrototype(route->method->input_type())->New());
        CHECK_NOTHROW(validate::check(*request, issues));
    }
}

TEST_CASE("D-215 every POST outside /v1/auth needs an Idempotency-Key, and nothing else does") {
    for (const Route* route : contract().routes()) {
        CAPTURE(route->path);
        CHECK(route->needs_idempotency_key == (route->http_method == "POST" && !route->path.starts_with("/v1/auth/")));
    }
}

TEST_CASE("D-214 PATCH and DELETE need If-Match") {
    for (const Route* route : contract().routes()) {
        CAPTURE(route->path);
        if (route->http_method == "PATCH" || route->http_method == "DELETE") CHECK(route->needs_if_match);
        if (route->http_method == "GET") CHECK_FALSE(route->needs_if_match);
    }
}

TEST_CASE("procure is not a bike id") {
    CHECK(contract().match("POST", "/v1/bikes/procure").route->method->name() == "ProcureBike");
    CHECK(contract().match("GET", "/v1/bikes/0198c5a0-7c1e-7f3a-9b1d-2f6f0c5d8e11").route->method->name() == "GetBike");
    CHECK(contract().match("DELETE", "/v1/bikes/procure").allow == "POST, OPTIONS");
}

TEST_CASE("D-206 D-210 a procurement: type issues of the gateway and the service's checks are one list") {
    const auto match = contract().match("POST", "/v1/bikes/procure");
    const auto decoded =
        decode_request(match, "", R"({"branch_id":"ww","brand":"  Honda\u00a0","model":"CB 125F ","year":"2020",
        "purchase_price":185000,"condition":"OLD","title":"x","mileage_km":-1,"color":"","ldate":"2026-02-30"})");
    REQUIRE(decoded.has_value());
    auto issues = decoded->issues;
    validate::check(*decoded->message, issues);
    std::vector<std::string> found;
    for (const auto& i : issues) found.push_back(i.field + ' ' + i.issue);
    CHECK(found == std::vector<std::string>{"year type", "purchase_price type", "condition not_allowed",
                                            "branch_id format", "title too_short", "mileage_km out_of_range",
                                            "ldate format"});
    const auto& request = dynamic_cast<const fleet::ProcureBikeRequest&>(*decoded->message);
    CHECK(request.brand() == "Honda");
    CHECK(request.model() == "CB 125F");
    CHECK_FALSE(request.has_color());
}

TEST_CASE("D-210 D-502 a bike's PATCH: null clears what is nullable") {
    const auto match = contract().match("PATCH", "/v1/bikes/0198c5a0-7c1e-7f3a-9b1d-2f6f0c5d8e11");
    const auto decoded = decode_request(match, "", R"({"license_plate":null,"brand":null,"asking_price":"5"})");
    REQUIRE(decoded.has_value());
    auto issues = decoded->issues;
    validate::check(*decoded->message, issues);
    REQUIRE(issues.size() == 1);
    CHECK(issues[0].field == "brand");
    CHECK(issues[0].issue == "required");
    CHECK(dynamic_cast<const fleet::UpdateBikeRequest&>(*decoded->message).bike().asking_price() == "5.00");
}

TEST_CASE("a bike whose costs are hidden shows none of them") {
    fleet::Bike bike;
    bike.set_purchase_price("1.00");
    bike.set_total_cost("2.00");
    bike.set_costs_hidden(true);
    const auto body = encode_response(*contract().match("GET", "/v1/bikes/x").route, bike).body;
    for (const auto* key : {"purchase_price", "total_cost", "hand_amount", "costs_hidden"}) {
        CAPTURE(key);
        CHECK(body.find(key) == std::string::npos);
    }
    CHECK(body.find(R"("license_plate":null)") != std::string::npos);
}
