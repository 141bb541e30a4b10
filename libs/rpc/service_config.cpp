#include "rpc/service_config.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "loanmanager/options/v1/options.pb.h"

namespace loan_manager::rpc {
namespace json = boost::json;
namespace {

bool is_read(const google::protobuf::MethodDescriptor& method) {
    return method.options().HasExtension(loanmanager::options::v1::route) &&
           method.options().GetExtension(loanmanager::options::v1::route).method() == "GET";
}

json::array reads_of(const std::vector<const google::protobuf::ServiceDescriptor*>& services) {
    json::array names;
    for (const google::protobuf::ServiceDescriptor* service : services) {
        for (int i = 0; i < service->method_count(); ++i) {
            if (is_read(*service->method(i))) {
                json::object name;
                name["service"] = service->full_name();
                name["method"] = service->method(i)->name();
                names.push_back(std::move(name));
            }
        }
    }
    return names;
}

json::object retry_policy() {
    json::object policy;
    policy["maxAttempts"] = 3;
    policy["initialBackoff"] = "0.02s";
    policy["maxBackoff"] = "0.2s";
    policy["backoffMultiplier"] = 2;
    policy["retryableStatusCodes"] = json::array{"UNAVAILABLE"};
    return policy;
}

}  // namespace

std::string service_config(const std::vector<const google::protobuf::ServiceDescriptor*>& services) {
    json::object round_robin;
    round_robin["round_robin"] = json::object();
    json::object health;
    health["serviceName"] = "";  // the server as a whole
    json::object config;
    config["loadBalancingConfig"] = json::array{std::move(round_robin)};
    config["healthCheckConfig"] = std::move(health);

    json::array reads = reads_of(services);
    if (!reads.empty()) {
        json::object method;
        method["name"] = std::move(reads);
        method["retryPolicy"] = retry_policy();
        json::array methods;
        methods.push_back(std::move(method));
        config["methodConfig"] = std::move(methods);
        // The retry budget: it must outlast the burst of failures when one busy instance is killed, and be used up
        // quickly when nobody answers. Each failure costs 1, each success earns a fifth; retries stop at half.
        json::object budget;
        budget["maxTokens"] = 1000;
        budget["tokenRatio"] = 0.2;
        config["retryThrottling"] = std::move(budget);
    }
    return json::serialize(config);
}

}  // namespace loan_manager::rpc
