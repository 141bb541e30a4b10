#include "transcode/response.hpp"

#include <google/protobuf/arena.h>

#include <climits>

#include "transcode/response_plan.hpp"

namespace loan_manager::transcode {
namespace {

using google::protobuf::Message;

std::string location_of(const LocationPlan& plan, const Message& message) {
    std::string location;
    std::string scratch;
    for (std::size_t i = 0; i < plan.texts.size(); ++i) {
        location += plan.texts[i];
        if (i < plan.fields.size()) {
            location += message.GetReflection()->GetStringReference(message, plan.fields[i], &scratch);
        }
    }
    return location;
}

}  // namespace

EncodedResponse encode_response(const Route& route, const Message& message) {
    const ResponsePlan& plan = *route.response;
    const auto* reflection = message.GetReflection();
    EncodedResponse answer;
    answer.location = location_of(plan.location, message);
    if (plan.version != nullptr) answer.version = reflection->GetInt32(message, plan.version);
    if (plan.empty || route.status == 204) return answer;
    // JSON of the lists is about three times the size of their wire form.
    answer.body.reserve(message.ByteSizeLong() * 3 + 256);
    if (plan.body != nullptr) {
        write_field(*plan.body, message, answer.body);
    } else {
        write_message(*plan.root, message, answer.body);
    }
    return answer;
}

boost::system::result<EncodedResponse, Error> encode_response(const Route& route, std::string_view wire) {
    // Most answers fit into the arena's first block, which lives on the stack.
    alignas(8) char block[16 * 1024];
    google::protobuf::ArenaOptions options;
    options.initial_block = block;
    options.initial_block_size = sizeof block;
    google::protobuf::Arena arena(options);
    Message* message = route.response->prototype->New(&arena);
    if (wire.size() > INT_MAX || !message->ParseFromArray(wire.data(), static_cast<int>(wire.size()))) {
        return Error{"INTERNAL", "The service gave an answer that cannot be read.", {}};
    }
    return encode_response(route, *message);
}

void append_json(const Message& message, std::string& out) {
    WriterPlans plans;
    std::vector<std::string> problems;
    write_message(*plans.of(message.GetDescriptor(), problems), message, out);
}

}  // namespace loan_manager::transcode
