// Routes of the contract together with what the gateway needs to serve them.
#pragma once

#include "access/permission.hpp"
#include "gateway/api/observer.hpp"
#include "gateway/api/upstreams.hpp"
#include "transcode/route_table.hpp"

#include <string_view>
#include <unordered_map>
#include <vector>

namespace loan_manager::gateway {

struct Endpoint {
    const transcode::Route& route;
    rpc::Upstream& upstream;
    /// One of them suffices; empty: any signed-in user.
    std::vector<access::Permission> permissions;
    RouteMetrics metrics;
};

/// Immutable; safe from every thread.
class Endpoints {
public:
    /// Throws runtime::StartupError when an annotation names a permission that does not exist.
    Endpoints(transcode::RouteTable routes, const Upstreams& upstreams, runtime::Metrics& metrics);

    [[nodiscard]] transcode::Match match(std::string_view method, std::string_view path) const {
        return routes_.match(method, path);
    }
    /// Of a route that `match` found.
    [[nodiscard]] const Endpoint& at(const transcode::Route& route) const { return endpoints_.at(&route); }
    [[nodiscard]] const transcode::RouteTable& routes() const { return routes_; }

private:
    transcode::RouteTable routes_;
    std::unordered_map<const transcode::Route*, Endpoint> endpoints_;
};

}  // namespace loan_manager::gateway
