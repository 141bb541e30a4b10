#include "gateway/api/health.hpp"

#include "transcode/response.hpp"

#include <utility>

namespace loan_manager::gateway {

namespace {

constexpr std::chrono::milliseconds freshness{200};
constexpr const char* json = "application/json";

http::Response answer_with(unsigned status, std::string body) {
    http::Response response(status);
    response.set_body(json, std::move(body));
    response.add("Cache-Control", "no-store");
    return response;
}

}  // namespace

Health::Health(std::vector<Check> checks, const runtime::Clock& clock) : checks_(std::move(checks)), clock_(clock) {}

bool Health::has(std::string_view path) {
    return path == "/health" || path == "/health/live" || path == "/health/ready";
}

std::optional<http::Response> Health::answer(std::string_view path) {
    if (path == "/health") {
        // Byte for byte what the operators' monitoring compares with.
        return look()->healthy ? answer_with(200, R"({"status": "healthy"})")
                               : answer_with(503, R"({"status": "unhealthy"})");
    }
    if (path == "/health/live") {
        return answer_with(200, R"({"status": "alive"})");
    }
    if (path == "/health/ready") {
        const auto state = look();
        return answer_with(state->healthy ? 200 : 503, state->ready_body);
    }
    return std::nullopt;
}

std::shared_ptr<const Health::State> Health::look() {
    const auto now = clock_.steady_now();
    const std::scoped_lock lock(mutex_);
    if (!state_ || now - looked_at_ >= freshness) {
        state_ = std::make_shared<const State>(evaluate());
        looked_at_ = now;
    }
    return state_;
}

Health::State Health::evaluate() const {
    State state{true, {}};
    std::string failing;
    for (const Check& check : checks_) {
        if (const auto problem = check.problem()) {
            failing += failing.empty() ? "" : ", ";
            failing += "{\"check\": ";
            transcode::append_json_string(check.name, failing);
            failing += ", \"problem\": ";
            transcode::append_json_string(*problem, failing);
            failing += "}";
            state.healthy = false;
        }
    }
    state.ready_body =
        state.healthy ? R"({"status": "ready"})" : "{\"status\": \"not ready\", \"failing\": [" + failing + "]}";
    return state;
}

}  // namespace loan_manager::gateway
