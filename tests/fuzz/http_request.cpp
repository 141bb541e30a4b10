// One HTTP request as the gateway reads it: whatever the bytes and however they arrive, the same outcome, and a request
// that is accepted has exactly one meaning.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gateway/http/body_reader.hpp"
#include "gateway/http/head_scan.hpp"
#include "gateway/http/request_head.hpp"

namespace http = loan_manager::gateway::http;

namespace {

struct Outcome {
    http::HeadState head = http::HeadState::incomplete;
    http::ParseError error = http::ParseError::ok;
    bool done = false;
    std::size_t used = 0;
    std::string body;

    bool operator==(const Outcome&) const = default;
};

void require(bool condition) {
    if (!condition) {
        std::abort();
    }
}

// Reads the bytes in pieces of `step`.
Outcome read(std::string_view bytes, std::size_t step) {
    const http::Limits limits;
    http::HeadScan scan(limits);
    http::Request request;
    Outcome outcome;
    std::size_t seen = 0;
    while (outcome.head == http::HeadState::incomplete && seen < bytes.size()) {
        seen = std::min(seen + step, bytes.size());
        outcome.head = scan.advance(bytes.substr(0, seen));
    }
    if (outcome.head != http::HeadState::complete) {
        return outcome;
    }
    outcome.used = scan.size();
    outcome.error = http::parse_head(bytes.substr(0, scan.size()), request);
    if (outcome.error != http::ParseError::ok) {
        return outcome;
    }
    require(request.path.starts_with('/'));
    require(!request.chunked || !request.content_length);
    require(request.count(http::field::host) <= 1);
    require(request.version == 10 || request.version == 11);
    const std::size_t fields = request.fields.size();
    http::BodyReader reader(request, 64, 32);
    while (!reader.done() && outcome.error == http::ParseError::ok) {
        seen = std::max(seen, outcome.used);
        const std::size_t used = reader.feed(bytes.substr(outcome.used, seen - outcome.used), outcome.error);
        outcome.used += used;
        if (used == 0 && seen == bytes.size()) {
            break;
        }
        seen = std::min(seen + step, bytes.size());
    }
    require(request.body.size() <= 64);
    require(request.fields.size() == fields);  // trailers add nothing
    outcome.done = reader.done();
    outcome.body = request.body;
    return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const Outcome whole = read(bytes, std::max<std::size_t>(size, 1));
    const Outcome dribbled = read(bytes, 1);
    // How much is used before an error shows may depend on the pieces; what it means may not.
    require(whole.head == dribbled.head);
    require((whole.error == http::ParseError::ok) == (dribbled.error == http::ParseError::ok));
    require(whole.done == dribbled.done);
    if (whole.done) {
        require(whole == dribbled);
    }
    return 0;
}
