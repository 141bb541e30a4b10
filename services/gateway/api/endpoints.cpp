#include "gateway/api/endpoints.hpp"

#include "runtime/listen.hpp"

#include <utility>

namespace loan_manager::gateway {

Endpoints::Endpoints(transcode::RouteTable routes, const Upstreams& upstreams, runtime::Metrics& metrics)
    : routes_(std::move(routes)) {
    for (const transcode::Route* route : routes_.routes()) {
        std::vector<access::Permission> permissions;
        for (const std::string& name : route->permissions) {
            const auto permission = access::permission_from(name);
            if (!permission) {
                throw runtime::StartupError(route->http_method + " " + route->path + ": there is no permission \"" +
                                            name + "\"");
            }
            permissions.push_back(*permission);
        }
        endpoints_.emplace(route, Endpoint{*route, upstreams.at(route->upstream), std::move(permissions),
                                           RouteMetrics(metrics, route->http_method, route->path)});
    }
}

}  // namespace loan_manager::gateway
