#include "gateway/api/upstreams.hpp"

#include "loanmanager/options/v1/options.pb.h"
#include "runtime/listen.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace loan_manager::gateway {

Upstreams::Upstreams(const UpstreamsOptions& options,
                     const std::vector<const google::protobuf::ServiceDescriptor*>& services,
                     boost::asio::any_io_executor executor) {
    std::map<std::string, std::vector<const google::protobuf::ServiceDescriptor*>> by_name;
    for (const auto* service : services) {
        by_name[service->options().GetExtension(loanmanager::options::v1::upstream)].push_back(service);
    }
    for (auto& [name, list] : by_name) {
        const auto settings = options.services.find(name);
        if (settings == options.services.end()) {
            throw runtime::StartupError("the contract names an upstream \"" + name + "\" that has no address setting");
        }
        rpc::UpstreamOptions upstream;
        upstream.name = name;
        upstream.address = settings->second.address;
        upstream.owner = settings->second.owner;
        upstream.services = std::move(list);
        upstream.max_in_flight = options.max_in_flight;
        upstream.metrics = options.metrics;
        try {
            upstreams_.emplace(name, std::make_unique<rpc::Upstream>(std::move(upstream), executor));
        } catch (const std::invalid_argument& error) {
            throw runtime::StartupError("address of " + name + ": " + error.what());
        }
    }
}

void Upstreams::start() {
    for (auto& [name, upstream] : upstreams_) {
        upstream->start();
    }
}

void Upstreams::shutdown(std::chrono::milliseconds grace) {
    const auto deadline = std::chrono::steady_clock::now() + grace;
    for (auto& [name, upstream] : upstreams_) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        upstream->shutdown(std::max(left, std::chrono::milliseconds::zero()));
    }
}

rpc::Upstream& Upstreams::at(std::string_view name) const {
    const auto found = upstreams_.find(name);
    if (found == upstreams_.end()) {
        throw std::out_of_range("no upstream \"" + std::string(name) + "\"");
    }
    return *found->second;
}

std::vector<Health::Check> Upstreams::checks() const {
    std::vector<Health::Check> checks;
    for (const auto& [name, upstream] : upstreams_) {
        checks.push_back({name, [upstream = upstream.get()]() -> std::optional<std::string> {
                              if (upstream->state() == rpc::UpstreamState::ready) {
                                  return std::nullopt;
                              }
                              return "no instance can be reached";
                          }});
    }
    return checks;
}

}  // namespace loan_manager::gateway
