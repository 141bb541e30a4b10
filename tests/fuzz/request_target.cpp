// Request targets: routing and the parameters of path and query.
#include "contract.hpp"
#include "transcode/request.hpp"
#include "validate/text.hpp"
#include "validate/validate.hpp"

using namespace loan_manager;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::string_view methods[] = {"GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS"};
    if (size == 0) return 0;
    const std::string_view method = methods[data[0] % std::size(methods)];
    const std::string_view target = fuzz::text(data + 1, size - 1);
    const std::size_t mark = target.find('?');
    const auto query = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);

    const auto match = fuzz::routes().match(method, target.substr(0, mark));
    using Outcome = transcode::Match::Outcome;
    fuzz::demand((match.outcome == Outcome::found) == (match.route != nullptr), "found means a route");
    fuzz::demand((match.outcome == Outcome::not_found) == match.allow.empty(), "a path that exists has methods");
    for (const auto& variable : match.variables) {
        fuzz::demand(!variable.empty() && validate::is_valid_utf8(variable), "variables are text");
    }
    if (match.route == nullptr) return 0;
    const auto decoded = transcode::decode_request(match, query, "");
    if (decoded.has_error()) {
        for (const auto& detail : decoded.error().details) {
            fuzz::demand(validate::is_valid_utf8(detail.field), "names in errors are UTF-8");
        }
        return 0;
    }
    auto issues = decoded->issues;
    validate::check(*decoded->message, issues);
    fuzz::demand(decoded->message->ByteSizeLong() <= 4 * size + 256, "a request does not grow");
    return 0;
}
