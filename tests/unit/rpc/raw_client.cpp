#include "raw_client.hpp"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "fixture.hpp"

namespace loan_manager::rpc::testing {
namespace {

enum Type : char { data = 0, headers = 1, rst_stream = 3, settings = 4, ping_type = 6 };
constexpr char end_stream = 1;
constexpr char end_headers = 4;
constexpr std::size_t frame_head = 9;
constexpr int patience_ms = 20'000;

std::string frame(Type type, char flags, std::uint32_t stream, const std::string& payload) {
    std::string bytes;
    for (const int shift : {16, 8, 0}) {
        bytes += static_cast<char>(payload.size() >> shift);
    }
    bytes += static_cast<char>(type);
    bytes += flags;
    for (const int shift : {24, 16, 8, 0}) {
        bytes += static_cast<char>(stream >> shift);
    }
    return bytes + payload;
}

std::string text(const std::string& value) {
    std::string bytes;
    std::size_t length = value.size();
    if (length < 127) {
        bytes += static_cast<char>(length);
    } else {
        bytes += '\x7f';
        for (length -= 127; length >= 128; length /= 128) {
            bytes += static_cast<char>(length % 128 + 128);
        }
        bytes += static_cast<char>(length);
    }
    return bytes + value;
}

/// HPACK: a literal that is not indexed.
std::string field(const std::string& name, const std::string& value) {
    return std::string(1, '\0') + text(name) + text(value);
}

}  // namespace

RawClient::RawClient(const std::filesystem::path& path) : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    REQUIRE(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(settings, 0, 0, ""));
}

RawClient::~RawClient() { ::close(socket_); }

std::string RawClient::head(std::uint32_t stream, const std::string& path, std::size_t more) {
    std::string fields = field(":method", "POST") + field(":scheme", "http") + field(":path", path) +
                         field(":authority", "localhost") + field("content-type", "application/grpc") +
                         field("te", "trailers") + field("authorization", "Bearer admin");
    if (more != 0) {
        fields += field("x-more", std::string(more, 'x'));
    }
    return frame(headers, end_headers, stream, fields);
}

std::string RawClient::message(std::uint32_t stream) {
    const std::string body = some_bike().SerializeAsString();
    return frame(data, end_stream, stream, std::string(4, '\0') + static_cast<char>(body.size()) + body);
}

std::string RawClient::reset(std::uint32_t stream) {
    return frame(rst_stream, 0, stream, std::string(3, '\0') + '\x08');
}

std::string RawClient::ping() { return frame(ping_type, 0, 0, std::string(8, 'p')); }

bool RawClient::send(const std::string& bytes) {
    for (std::size_t sent = 0; sent != bytes.size();) {
        pollfd ready{socket_, POLLIN | POLLOUT, 0};
        if (::poll(&ready, 1, patience_ms) <= 0 || ((ready.revents & POLLIN) != 0 && !read_some())) {
            return false;
        }
        if ((ready.revents & POLLOUT) != 0) {
            const ssize_t count =
                ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (count < 0 && errno != EAGAIN) {
                return false;
            }
            sent += static_cast<std::size_t>(std::max<ssize_t>(count, 0));
        }
    }
    return true;
}

bool RawClient::is_greeted() {
    pollfd ready{socket_, POLLIN, 0};
    return ::poll(&ready, 1, patience_ms) > 0 && read_some();
}

bool RawClient::wait_for_answers(std::size_t count) {
    for (pollfd ready{socket_, POLLIN, 0}; answers_<count&& ::poll(&ready, 1, patience_ms)> 0;) {
        if (!read_some()) {
            return false;
        }
    }
    return answers_ >= count;
}

bool RawClient::is_cut_off() {
    for (pollfd ready{socket_, POLLIN, 0}; ::poll(&ready, 1, patience_ms) > 0;) {
        if (!read_some()) {
            return true;
        }
    }
    return false;
}

bool RawClient::read_some() {
    std::array<char, 16'384> buffer;
    const ssize_t count = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count <= 0) {
        return count < 0 && errno == EAGAIN;
    }
    unread_.append(buffer.data(), static_cast<std::size_t>(count));
    while (unread_.size() >= frame_head) {
        std::size_t length = 0;
        for (const char byte : unread_.substr(0, 3)) {
            length = length * 256 + static_cast<unsigned char>(byte);
        }
        if (unread_.size() < frame_head + length) {
            break;
        }
        answers_ += unread_[3] == headers && (unread_[4] & end_stream) != 0 ? 1 : 0;
        unread_.erase(0, frame_head + length);
    }
    return true;
}

}  // namespace loan_manager::rpc::testing
