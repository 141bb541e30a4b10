#pragma once

#include <boost/json/value.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>

namespace loan_manager::testing {

/// Header names are lower case.
using Headers = std::map<std::string, std::string>;

struct HttpResponse {
    int status = 0;
    Headers headers;
    std::string body;

    /// The body as JSON; throws when it is none.
    boost::json::value json() const;
    /// `code` of an error answer, or "".
    std::string code() const;
    std::string header(const std::string& lower_case_name) const;
};

/// One blocking HTTP/1.1 exchange on a connection of its own.
/// Throws boost::system::system_error when the connection fails.
HttpResponse http(std::uint16_t port, const std::string& method, const std::string& target, const Headers& headers = {},
                  const std::string& body = {});

/// Sends bytes as they are and reads until the peer closes or `limit` passes; for hostile requests.
struct RawAnswer {
    std::string bytes;
    bool closed;
};
RawAnswer raw_http(std::uint16_t port, const std::string& bytes,
                   std::chrono::milliseconds limit = std::chrono::seconds(5));

/// The status in the first line of a raw answer, or 0.
int status_of(const RawAnswer& answer);

/// A UUID-like key that no other call returns.
std::string fresh_key();

}  // namespace loan_manager::testing
