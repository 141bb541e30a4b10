// Serialised answers: whatever bytes a service sends, what goes out is JSON.
#include "transcode/response.hpp"
#include <google/protobuf/stubs/logging.h>

#include "contract.hpp"
#include "strict_json/strict_json.hpp"

using namespace loan_manager;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const google::protobuf::LogSilencer quiet;  // malformed answers are the point here
    const auto routes = fuzz::routes().routes();
    if (size == 0) return 0;
    const auto& route = *routes[data[0] % routes.size()];
    const auto answer = transcode::encode_response(route, fuzz::text(data + 1, size - 1));
    if (answer.has_error() || route.grpc_method.ends_with("GetJwks") || answer->body.empty()) return 0;
    const auto value = strict_json::parse(answer->body);
    const bool too_large = value.has_error() && value.error().message.find("too many values") != std::string::npos;
    fuzz::demand(value.has_value() || too_large, "answers are JSON");
    return 0;
}
