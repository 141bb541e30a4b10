// A blocking HTTP client that sends exactly the bytes it is given.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace loan_manager::gateway::testing {

struct Reply {
    int status = 0;
    std::string head;
    std::string body;

    /// Value of a field of the head, or empty.
    std::string field(std::string_view name) const;
    boost::json::value json() const;
    /// `code` of an error body.
    std::string code() const;
};

class Client {
public:
    /// `from`: the address to connect from; every address of 127.0.0.0/8 is this machine.
    explicit Client(std::uint16_t port, const char* from = "127.0.0.1");

    void send(std::string_view bytes);
    /// One response; `head_only` for HEAD. Status 0: the gateway closed the connection instead.
    Reply receive(bool head_only = false);
    Reply exchange(std::string_view bytes, bool head_only = false) {
        send(bytes);
        return receive(head_only);
    }
    /// Whether the gateway has closed its side, after everything it sent.
    bool ended();
    void close() { socket_.close(); }

private:
    boost::asio::io_context context_;
    boost::asio::ip::tcp::socket socket_{context_};
    std::string buffer_;
};

}  // namespace loan_manager::gateway::testing
