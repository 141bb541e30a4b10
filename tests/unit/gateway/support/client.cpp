#include "support/client.hpp"

#include <sys/socket.h>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/json/parse.hpp>

#include <stdexcept>

namespace loan_manager::gateway::testing {

namespace asio = boost::asio;

std::string Reply::field(std::string_view name) const {
    std::size_t line = head.find("\r\n");
    while (line != std::string::npos && line + 2 < head.size()) {
        const std::size_t end = head.find("\r\n", line + 2);
        const std::string_view text = std::string_view(head).substr(line + 2, end - line - 2);
        const std::size_t colon = text.find(": ");
        if (colon != std::string_view::npos && boost::beast::iequals(text.substr(0, colon), name)) {
            return std::string(text.substr(colon + 2));
        }
        line = end;
    }
    return {};
}

boost::json::value Reply::json() const { return boost::json::parse(body); }

std::string Reply::code() const { return std::string(json().at("code").as_string()); }

Client::Client(std::uint16_t port, const char* from) {
    socket_.open(asio::ip::tcp::v4());
    socket_.bind({asio::ip::make_address(from), 0});
    socket_.connect({asio::ip::address_v4::loopback(), port});
    // A gateway that does not answer fails the test instead of hanging it.
    const timeval limit{20, 0};
    setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

void Client::send(std::string_view bytes) {
    boost::system::error_code gone;  // the gateway may have closed early; what it said can still be read
    asio::write(socket_, asio::buffer(bytes), gone);
}

Reply Client::receive(bool head_only) {
    Reply reply;
    char chunk[8192];
    boost::system::error_code error;
    std::size_t end = buffer_.find("\r\n\r\n");
    while (end == std::string::npos) {
        const std::size_t n = socket_.read_some(asio::buffer(chunk), error);
        if (error) {
            return reply;
        }
        buffer_.append(chunk, n);
        end = buffer_.find("\r\n\r\n");
    }
    reply.head = buffer_.substr(0, end + 2);
    buffer_.erase(0, end + 4);
    reply.status = std::stoi(reply.head.substr(9, 3));
    const std::string length = reply.field("Content-Length");
    const std::size_t size = head_only || length.empty() ? 0 : std::stoul(length);
    while (buffer_.size() < size) {
        const std::size_t n = socket_.read_some(asio::buffer(chunk), error);
        if (error) {
            throw std::runtime_error("the response ended early");
        }
        buffer_.append(chunk, n);
    }
    reply.body = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return reply;
}

bool Client::ended() {
    char chunk[8192];
    boost::system::error_code error;
    while (!error) {
        socket_.read_some(asio::buffer(chunk), error);
    }
    return error == asio::error::eof || error == asio::error::connection_reset;
}

}  // namespace loan_manager::gateway::testing
