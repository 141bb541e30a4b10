// The route table of the tests' own services.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "test_api.pb.h"
#include "transcode/request.hpp"
#include "transcode/route_table.hpp"

namespace loan_manager::transcode {

namespace api = loanmanager::test::v1;

inline const google::protobuf::ServiceDescriptor* test_service(const std::string& name) {
    return api::Thing::descriptor()->file()->FindServiceByName(name);
}

inline const RouteTable& things() {
    static const RouteTable table = [] {
        const google::protobuf::ServiceDescriptor* services[] = {test_service("ThingService")};
        return RouteTable::build(services).value();
    }();
    return table;
}

// A request as the gateway would hand it over; the route must exist.
inline boost::system::result<DecodedRequest, Error> decode(std::string_view method, std::string_view target,
                                                           std::string_view body = {}) {
    const std::size_t mark = target.find('?');
    const auto query = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
    const Match match = things().match(method, target.substr(0, mark));
    return decode_request(match, query, body);
}

// `field issue` lines, sorted as they came.
inline std::vector<std::string> lines(const std::vector<validate::Issue>& issues) {
    std::vector<std::string> out;
    for (const auto& i : issues) out.push_back(i.field + ' ' + i.issue);
    return out;
}

using Lines = std::vector<std::string>;

}  // namespace loan_manager::transcode
