#include "support/contract.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <fstream>
#include <iterator>
#include <mutex>
#include <set>
#include <stdexcept>

#include "transcode/contract.hpp"
#include "transcode/route_table.hpp"

namespace loan_manager::testing::contract {
namespace {

namespace json = boost::json;
using Outcome = transcode::Match::Outcome;

const json::object& document() {
    static const json::value whole = [] {
        std::ifstream file(LM_SOURCE "/docs/openapi.json");
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        return json::parse(text);
    }();
    return whole.as_object();
}

const transcode::RouteTable& routes() {
    static const auto table = transcode::RouteTable::build(transcode::contract_services()).value();
    return table;
}

// The response object of a status, followed through its reference; null when it is not announced.
const json::object* announced(const json::object& responses, const std::string& status) {
    const auto* response = responses.if_contains(status);
    if (response == nullptr) return nullptr;
    const auto* reference = response->as_object().if_contains("$ref");
    if (reference == nullptr) return &response->as_object();
    const std::string pointer(reference->as_string());
    const auto name = pointer.substr(pointer.rfind('/') + 1);
    return &document().at("components").at("responses").at(name).as_object();
}

bool has_code(const json::object& response, const std::string& code) {
    const auto* codes = response.if_contains("x-codes");
    if (codes == nullptr) return false;
    for (const auto& one : codes->as_array()) {
        if (one.as_string() == code) return true;
    }
    return false;
}

// Answered by the gateway before it knows a route.
bool is_of_connection(const std::string& status, const std::string& code) {
    const auto* response = announced(document().at("x-connection-errors").as_object(), status);
    return response != nullptr && has_code(*response, code);
}

// To what is in no route: a plain answer, or the same refusals as anywhere.
bool fits_no_route(int status, const std::string& code) {
    return (status == 404 && code == "NOT_FOUND") || (status == 400 && code == "BAD_REQUEST") ||
           (status == 429 && code == "RATE_LIMITED") || (status == 503 && code == "UNAVAILABLE");
}

bool is_own_page(const std::string& path) {
    return path.starts_with("/health") || path.starts_with("/docs") || path == "/v1/openapi.json";
}

std::mutex mutex;
std::set<std::uint16_t> watched;

}  // namespace

std::string complaint(const std::string& method, const std::string& target, int status, const std::string& code) {
    const std::string path = target.substr(0, target.find('?'));
    const std::string text = std::to_string(status);
    const std::string what = method + " " + path + " answered " + text + " " + code;
    if (is_own_page(path) || is_of_connection(text, code)) return {};
    const auto match = routes().match(method, path);
    if (match.outcome == Outcome::options) return status == 204 ? std::string() : what;
    if (match.outcome != Outcome::found) {
        return fits_no_route(status, code) ? std::string() : what + ", but there is no such route";
    }
    std::string operation = match.route->http_method;
    for (char& c : operation) c = static_cast<char>(c - 'A' + 'a');
    const auto& responses = document().at("paths").at(match.route->path).at(operation).at("responses").as_object();
    const auto* response = announced(responses, text);
    if (response == nullptr) return what + ", which docs/openapi.json does not announce for " + match.route->path;
    if (status >= 400 && !has_code(*response, code)) {
        return what + ", a code that docs/openapi.json does not announce for " + match.route->path;
    }
    return {};
}

void watch(std::uint16_t gateway_port) {
    const std::scoped_lock lock(mutex);
    watched.insert(gateway_port);
}

void saw(std::uint16_t port, const std::string& method, const std::string& target, const HttpResponse& response) {
    {
        const std::scoped_lock lock(mutex);
        if (!watched.contains(port)) return;
    }
    // The answer to HEAD has no body to read a code from.
    if (method == "HEAD" && response.status >= 400) return;
    const std::string wrong =
        complaint(method, target, response.status, response.status >= 400 ? response.code() : std::string());
    if (!wrong.empty()) FAIL_CHECK(wrong);
}

void saw_raw(std::uint16_t port, const std::string& request, const std::string& answer) {
    const auto method = request.find(' ');
    const auto target = method == std::string::npos ? method : request.find(' ', method + 1);
    const auto body = answer.find("\r\n\r\n");
    if (target == std::string::npos || body == std::string::npos || !answer.starts_with("HTTP/1.1 ")) return;
    HttpResponse response;
    response.status = std::stoi(answer.substr(9, 3));
    response.body = answer.substr(body + 4);
    if (const auto length = answer.find("Content-Length: "); length < body) {
        response.body.resize(std::min<std::size_t>(response.body.size(), std::stoul(answer.substr(length + 16))));
    }
    // What is no HTTP is refused as such, whatever it asks for.
    if (response.status == 400 && response.code() == "BAD_REQUEST") return;
    if (response.status >= 100 && response.status < 200) return;
    saw(port, request.substr(0, method), request.substr(method + 1, target - method - 1), response);
}

}  // namespace loan_manager::testing::contract
