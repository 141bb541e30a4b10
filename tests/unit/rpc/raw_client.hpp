#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace loan_manager::rpc::testing {

/// Speaks HTTP/2 byte by byte, as no client library would: it acknowledges no settings, so whatever the server
/// announces does not bind it.
class RawClient {
public:
    explicit RawClient(const std::filesystem::path& path);
    ~RawClient();
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    /// The head of a call with so many more bytes of metadata.
    static std::string head(std::uint32_t stream, const std::string& path, std::size_t more = 0);
    /// The only message of a call: some bike.
    static std::string message(std::uint32_t stream);
    static std::string reset(std::uint32_t stream);
    static std::string ping();

    /// False when the server has hung up. Reads meanwhile what the server says, so that neither side waits for the
    /// other.
    bool send(const std::string& bytes);
    /// Whether the server says something before it hangs up.
    bool is_greeted();
    /// Reads until so many calls have been answered; false if the server hangs up before.
    bool wait_for_answers(std::size_t count);
    /// Reads until the server hangs up; false if it does not.
    bool is_cut_off();

private:
    bool read_some();

    int socket_;
    std::string unread_;  ///< The beginning of a frame that has not come completely.
    std::size_t answers_ = 0;
};

}  // namespace loan_manager::rpc::testing
