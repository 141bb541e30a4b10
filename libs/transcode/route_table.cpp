#include "transcode/route_table.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "loanmanager/options/v1/options.pb.h"
#include "transcode/request_plan.hpp"
#include "transcode/response_plan.hpp"
#include "transcode/url.hpp"

namespace loan_manager::transcode {
namespace {

using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

// One segment position of the tree of paths.
struct Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
    std::unique_ptr<Node> variable;
    // By HTTP method; not empty exactly where a path ends.
    std::map<std::string, const Route*, std::less<>> routes;
    std::string allow;
};

std::vector<std::string_view> split_path(std::string_view path) {
    std::vector<std::string_view> segments;
    if (path.empty() || path.front() != '/') return segments;
    for (path.remove_prefix(1);; path.remove_prefix(segments.back().size() + 1)) {
        segments.push_back(path.substr(0, path.find('/')));
        if (segments.back().size() == path.size()) return segments;
    }
}

bool is_variable(std::string_view segment) {
    return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

// Whether a template's segment is a literal or a `{name}`, and nothing between.
bool well_formed(std::string_view segment) {
    if (is_variable(segment)) segment = segment.substr(1, segment.size() - 2);
    const auto odd = [](char c) {
        return c <= ' ' || c >= 0x7f || std::string_view("{}%?#*").find(c) != std::string_view::npos;
    };
    return !segment.empty() && std::none_of(segment.begin(), segment.end(), odd);
}

std::string allow_of(const Node& node) {
    std::string allow;
    for (const std::string_view method : {"GET", "POST", "PATCH", "DELETE"}) {
        if (!node.routes.contains(method)) continue;
        allow += method;
        allow += method == "GET" ? ", HEAD, " : ", ";
    }
    return allow + "OPTIONS";
}

// Depth first, literals before the variable: the first path that fits completely.
const Node* find(const Node& node, const std::vector<std::string>& segments, std::size_t at,
                 std::vector<std::string>& variables) {
    if (at == segments.size()) return node.routes.empty() ? nullptr : &node;
    if (const auto literal = node.literals.find(segments[at]); literal != node.literals.end()) {
        if (const Node* found = find(*literal->second, segments, at + 1, variables)) return found;
    }
    if (node.variable == nullptr) return nullptr;
    variables.push_back(segments[at]);
    if (const Node* found = find(*node.variable, segments, at + 1, variables)) return found;
    variables.pop_back();
    return nullptr;
}

}  // namespace

struct RouteTable::Impl {
    Node root;
    std::vector<std::unique_ptr<const Route>> owned;
    std::vector<const Route*> sorted;
    std::size_t longest_path = 0;

    void add(const MethodDescriptor* method, std::vector<std::string>& problems);
    void finish(Node& node);
};

void RouteTable::Impl::add(const MethodDescriptor* method, std::vector<std::string>& problems) {
    const auto& options = method->options().GetExtension(loanmanager::options::v1::route);
    const auto& where = method->full_name();
    const std::size_t before = problems.size();
    const auto problem = [&](const std::string& text) { problems.push_back(where + ": " + text); };

    constexpr std::string_view methods[] = {"GET", "POST", "PATCH", "DELETE"};
    if (std::find(std::begin(methods), std::end(methods), options.method()) == std::end(methods)) {
        problem("HTTP method \"" + options.method() + "\" is none of GET, POST, PATCH, DELETE");
    }
    if (options.method() == "GET" && !options.body().empty()) problem("a GET has no body");
    if (method->client_streaming() || method->server_streaming()) problem("streaming calls cannot be routed");
    const auto& upstream = method->service()->options().GetExtension(loanmanager::options::v1::upstream);
    if (upstream.empty()) problem("its service names no upstream");

    const auto segments = split_path(options.path());
    std::vector<std::string> variables;
    Node* node = &root;
    if (segments.empty() || !std::all_of(segments.begin(), segments.end(), well_formed)) {
        problem("malformed path \"" + options.path() + "\"");
        return;
    }
    for (const std::string_view segment : segments) {
        auto& next = is_variable(segment) ? node->variable : node->literals[std::string(segment)];
        if (is_variable(segment)) variables.emplace_back(segment.substr(1, segment.size() - 2));
        if (next == nullptr) next = std::make_unique<Node>();
        node = next.get();
    }
    longest_path = std::max(longest_path, segments.size());

    auto route = std::make_unique<Route>();
    route->http_method = options.method();
    route->path = options.path();
    route->grpc_method = "/" + method->service()->full_name() + "/" + method->name();
    route->upstream = upstream;
    route->method = method;
    route->is_public = options.public_();
    if (!options.permission().empty()) route->permissions.push_back(options.permission());
    route->permissions.insert(route->permissions.end(), options.or_permission().begin(), options.or_permission().end());
    route->needs_if_match = options.if_match();
    route->needs_idempotency_key = options.idempotency_key();
    route->has_body = !options.body().empty();
    if (options.deadline_ms() != 0) route->deadline = std::chrono::milliseconds(options.deadline_ms());
    if (options.body_limit() != 0) route->body_limit = options.body_limit();
    if (route->is_public && route->has_body && route->body_limit > public_body_limit) {
        problem("a public route with a body needs a body_limit of at most " + std::to_string(public_body_limit));
    }
    route->summary = options.summary();
    for (const std::string& name : options.errors()) {
        if (const std::optional<errors::Code> code = errors::Code::from(name)) {
            route->errors.push_back(*code);
        } else {
            problem("there is no error code \"" + name + "\"");
        }
    }
    route->request = plan_request(method, options, variables, problems);
    const auto response = plan_response(method, options, problems);
    route->status = options.status() != 0 ? options.status() : response->empty ? 204 : 200;
    route->or_status = options.or_status();
    route->response = response;
    if (problems.size() != before) return;

    if (!node->routes.emplace(route->http_method, route.get()).second) {
        const Route& other = *node->routes.at(route->http_method);
        problem(route->http_method + " " + route->path + " is ambiguous with " + other.path + " of " +
                other.method->full_name());
        return;
    }
    sorted.push_back(route.get());
    owned.push_back(std::move(route));
}

void RouteTable::Impl::finish(Node& node) {
    if (!node.routes.empty()) node.allow = allow_of(node);
    for (auto& [text, child] : node.literals) finish(*child);
    if (node.variable != nullptr) finish(*node.variable);
}

std::string BuildErrors::text() const {
    std::string all;
    for (const auto& problem : problems) all += (all.empty() ? "" : "\n") + problem;
    return all;
}

void throw_exception_from_error(const BuildErrors& errors, const boost::source_location&) {
    throw std::runtime_error("route annotations:\n" + errors.text());
}

boost::system::result<RouteTable, BuildErrors> RouteTable::build(std::span<const ServiceDescriptor* const> services) {
    auto impl = std::make_unique<Impl>();
    BuildErrors errors;
    for (const ServiceDescriptor* service : services) {
        for (int i = 0; i < service->method_count(); ++i) {
            const MethodDescriptor* method = service->method(i);
            if (method->options().HasExtension(loanmanager::options::v1::route)) impl->add(method, errors.problems);
        }
    }
    if (!errors.problems.empty()) return errors;
    impl->finish(impl->root);
    std::sort(impl->sorted.begin(), impl->sorted.end(), [](const Route* a, const Route* b) {
        return std::tie(a->path, a->http_method) < std::tie(b->path, b->http_method);
    });
    return RouteTable(std::move(impl));
}

Match RouteTable::match(std::string_view http_method, std::string_view path) const {
    Match match;
    const auto raw = split_path(path);
    if (raw.empty() || raw.size() > impl_->longest_path) return match;
    std::vector<std::string> segments;
    segments.reserve(raw.size());
    for (const std::string_view segment : raw) {
        auto decoded = percent_decode(segment, false);
        if (!decoded || decoded->empty()) return match;
        segments.push_back(std::move(*decoded));
    }
    const Node* node = find(impl_->root, segments, 0, match.variables);
    if (node == nullptr) return match;
    match.allow = node->allow;
    const auto route = node->routes.find(http_method == "HEAD" ? std::string_view("GET") : http_method);
    if (route != node->routes.end()) {
        match.outcome = Match::Outcome::found;
        match.route = route->second;
    } else {
        match.outcome = http_method == "OPTIONS" ? Match::Outcome::options : Match::Outcome::method_not_allowed;
    }
    return match;
}

std::span<const Route* const> RouteTable::routes() const noexcept { return impl_->sorted; }

RouteTable::RouteTable(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RouteTable::RouteTable(RouteTable&&) noexcept = default;
RouteTable& RouteTable::operator=(RouteTable&&) noexcept = default;
RouteTable::~RouteTable() = default;

}  // namespace loan_manager::transcode
