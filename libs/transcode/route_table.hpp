// Which rpc a method and path mean. Built once at start from the Route annotations; immutable, thread-safe.
#pragma once

#include <google/protobuf/descriptor.h>

#include <boost/system/result.hpp>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "transcode/route.hpp"

namespace loan_manager::transcode {

/// Everything wrong with the annotations, one sentence each; the gateway does not start with any.
struct BuildErrors {
    std::vector<std::string> problems;
    std::string text() const;
};
[[noreturn]] void throw_exception_from_error(const BuildErrors& errors, const boost::source_location&);

struct Match {
    enum class Outcome {
        found,
        /// No route has this path: 404.
        not_found,
        /// The path exists with other methods: 405 with `allow`.
        method_not_allowed,
        /// An OPTIONS request to a path that exists: 204 with `allow` (and the CORS headers).
        options,
    };
    Outcome outcome = Outcome::not_found;
    /// Set exactly when found.
    const Route* route = nullptr;
    /// Percent-decoded path variables, in the order of the template.
    std::vector<std::string> variables;
    /// "GET, HEAD, PATCH, OPTIONS": the methods of the path; empty when it does not exist.
    std::string_view allow;
};

class RouteTable {
public:
    /// Reads the annotations of every method of the services. Methods without a route are not reachable
    /// over HTTP. Fails on: two routes of one method and path, a path or body field that does not exist,
    /// field types that have no JSON form here, unknown HTTP methods, malformed templates.
    static boost::system::result<RouteTable, BuildErrors> build(
        std::span<const google::protobuf::ServiceDescriptor* const> services);

    RouteTable(RouteTable&&) noexcept;
    RouteTable& operator=(RouteTable&&) noexcept;
    ~RouteTable();

    /// `path` is the raw path of the target, without the query. Segments are compared after percent-decoding;
    /// a static segment wins over a variable; an empty segment (also a trailing slash) or one that is not
    /// valid percent-encoded UTF-8 matches nothing. HEAD is answered by the GET route.
    Match match(std::string_view http_method, std::string_view path) const;

    /// All routes, ordered by path and method.
    std::span<const Route* const> routes() const noexcept;

private:
    struct Impl;
    explicit RouteTable(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace loan_manager::transcode
