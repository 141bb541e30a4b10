// The services behind the gateway, each with all its instances.
#pragma once

#include "gateway/api/health.hpp"
#include "rpc/upstream.hpp"
#include "rpc/upstream_settings.hpp"
#include "runtime/metrics.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace loan_manager::gateway {

struct UpstreamsOptions {
    /// By name as in the proto annotation.
    std::map<std::string, rpc::UpstreamSettings> services;
    std::size_t max_in_flight = 1024;
    /// Where the state of the upstreams and the calls to them are shown; null: nowhere. Must outlive them.
    runtime::Metrics* metrics = nullptr;
};

/// One rpc::Upstream for each name the contract uses. Safe from every thread after construction.
class Upstreams {
public:
    /// Throws runtime::StartupError when the contract names an upstream without an address, or an address is
    /// unreadable.
    Upstreams(const UpstreamsOptions& options, const std::vector<const google::protobuf::ServiceDescriptor*>& services,
              boost::asio::any_io_executor executor);

    void start();
    /// Blocks until the calls in flight have ended, at most about `grace`.
    void shutdown(std::chrono::milliseconds grace);

    /// Throws std::out_of_range for a name the contract does not use.
    [[nodiscard]] rpc::Upstream& at(std::string_view name) const;

    /// One check for each upstream: is an instance reachable?
    [[nodiscard]] std::vector<Health::Check> checks() const;

private:
    std::map<std::string, std::unique_ptr<rpc::Upstream>, std::less<>> upstreams_;
};

}  // namespace loan_manager::gateway
