#include "rpc/service_config.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <string_view>

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

// Text, not boost::json: that writes 0.2 as 2E-1, which gRPC does not read as a number.
constexpr std::string_view balancing = R"("loadBalancingConfig":[{"round_robin":{}}])";

constexpr std::string_view retry_policy =
    R"({"maxAttempts":3,"initialBackoff":"0.02s","maxBackoff":"0.2s","backoffMultiplier":2,)"
    R"("retryableStatusCodes":["UNAVAILABLE"]})";

// The retry budget: it must outlast the burst of failures when one busy instance is killed, and be used up quickly
// when nobody answers. Each failure costs 1, each success earns a fifth; retries stop at half.
constexpr std::string_view retry_budget = R"("retryThrottling":{"maxTokens":1000,"tokenRatio":0.2})";

}  // namespace

std::string service_config(const std::vector<const google::protobuf::ServiceDescriptor*>& services) {
    // By name: a server of other services, at a wrong address, is no healthy instance.
    const std::string health = services.empty() ? std::string() : services.front()->full_name();
    std::string config = "{" + std::string(balancing) + R"(,"healthCheckConfig":{"serviceName":")" + health + "\"}";
    const json::array reads = reads_of(services);
    if (!reads.empty()) {
        config += R"(,"methodConfig":[{"name":)" + json::serialize(reads) + R"(,"retryPolicy":)" +
                  std::string(retry_policy) + "}]," + std::string(retry_budget);
    }
    return config + "}";
}

}  // namespace loan_manager::rpc
