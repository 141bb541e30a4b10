// Who the client is, whatever X-Forwarded-For says: one line or several, read from the end in bounded work.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gateway/policy/client_address.hpp"

using namespace loan_manager::gateway;
namespace ip = boost::asio::ip;

namespace {

void require(bool condition) {
    if (!condition) {
        std::abort();
    }
}

http::Request with_lines(std::string_view value) {
    http::Request request;
    for (std::size_t end = 0; end != std::string_view::npos;) {
        end = value.find('\n');
        request.fields.push_back({http::field::unknown, "X-Forwarded-For", value.substr(0, end)});
        value.remove_prefix(end == std::string_view::npos ? value.size() : end + 1);
    }
    return request;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const TrustedProxies proxies({"127.0.0.0/8", "::1", "10.0.0.0/8"}, true);
    const ip::address peer = ip::make_address("127.0.0.1");
    const std::string text(reinterpret_cast<const char*>(data), size);

    const http::Request lines = with_lines(text);
    const auto walk = proxies.walk(peer, lines);
    require(walk.entries <= TrustedProxies::max_hops + 1);
    // The client is in one form: what is written to logs reads back as itself.
    const std::string written = walk.client.to_string();
    require(forwarded_address(written) == walk.client);
    require(written.find('%') == std::string::npos);

    // Several lines mean what one line with commas means.
    std::string joined = text;
    for (char& c : joined) {
        c = c == '\n' ? ',' : c;
    }
    const auto list = proxies.walk(peer, with_lines(joined));
    require(list.entries > TrustedProxies::max_hops || list.client == walk.client);

    // What a trusted proxy appends decides, whatever stands before it.
    require(proxies.client(peer, with_lines(text + "\n198.51.100.7:1")).to_string() == "198.51.100.7");
    require(proxies.client(peer, with_lines(text + ",[2001:db8::7]")).to_string() == "2001:db8::7");
    require(proxies.client(peer, with_lines(text + "\nnonsense")) == peer);
    // And nothing is believed of a stranger.
    const ip::address stranger = ip::make_address("203.0.113.9");
    require(proxies.client(stranger, lines) == stranger);
    return 0;
}
