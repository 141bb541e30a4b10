// JSON bodies of every route that takes one: reading, checking, and writing back what was read.
#include "contract.hpp"
#include "strict_json/strict_json.hpp"
#include "transcode/request.hpp"
#include "transcode/response.hpp"
#include "validate/text.hpp"
#include "validate/validate.hpp"

using namespace loan_manager;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto bodies = [] {
        std::vector<const transcode::Route*> found;
        for (const auto* route : fuzz::routes().routes()) {
            if (route->has_body) found.push_back(route);
        }
        return found;
    }();
    if (size == 0) return 0;
    transcode::Match match;
    match.outcome = transcode::Match::Outcome::found;
    match.route = bodies[data[0] % bodies.size()];
    match.variables = {"0198c5a0-7c1e-7f3a-9b1d-2f6f0c5d8e11"};

    const auto decoded = transcode::decode_request(match, "", fuzz::text(data + 1, size - 1));
    if (decoded.has_error()) {
        for (const auto& detail : decoded.error().details) {
            fuzz::demand(validate::is_valid_utf8(detail.field), "names in errors are UTF-8");
            fuzz::demand(detail.field.size() < 10'000, "names in errors are bounded");
        }
        const auto body =
            transcode::error_body(decoded.error().code, decoded.error().message, "id", decoded.error().details);
        fuzz::demand(strict_json::parse(body).has_value(), "error bodies are JSON");
        return 0;
    }
    auto issues = decoded->issues;
    validate::check(*decoded->message, issues);
    if (!issues.empty()) return 0;

    std::string once;
    transcode::append_json(*decoded->message, once);
    fuzz::demand(strict_json::parse(once).has_value(), "what was read is written as JSON");
    validate::check(*decoded->message, issues);
    std::string twice;
    transcode::append_json(*decoded->message, twice);
    fuzz::demand(issues.empty() && once == twice, "checking a checked message changes nothing");
    return 0;
}
