// What a client can make a server hold is bounded.
#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cstring>
#include <fstream>
#include <string>

#include "fixture.hpp"

using namespace loan_manager;
using namespace loan_manager::rpc;
using namespace loan_manager::rpc::testing;

namespace {

/// Speaks HTTP/2 byte by byte, as no client library would.
class RawClient {
public:
    explicit RawClient(const std::filesystem::path& path) : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
        REQUIRE(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(settings, 0, 0, ""));
    }
    ~RawClient() { ::close(socket_); }
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    /// The head of a call with so many more bytes of metadata.
    static std::string head(std::uint32_t stream, std::size_t more = 0) {
        std::string fields = field(":method", "POST") + field(":scheme", "http") + field(":path", get_bike) +
                             field(":authority", "localhost") + field("content-type", "application/grpc") +
                             field("te", "trailers") + field("authorization", "Bearer admin");
        if (more != 0) {
            fields += field("x-more", std::string(more, 'x'));
        }
        return frame(headers, end_headers, stream, fields);
    }
    static std::string message(std::uint32_t stream) {
        const std::string body = some_bike().SerializeAsString();
        return frame(data, end_stream, stream, std::string("\0\0\0\0", 4) + static_cast<char>(body.size()) + body);
    }
    static std::string reset(std::uint32_t stream) {
        return frame(rst_stream, 0, stream, std::string("\0\0\0\x08", 4));
    }
    static std::string ping() { return frame(ping_type, 0, 0, std::string(8, 'p')); }

    /// False when the server has hung up. Reads meanwhile what the server says, so that neither side waits for the
    /// other.
    bool send(const std::string& bytes) {
        for (std::size_t sent = 0; sent != bytes.size();) {
            pollfd ready{socket_, POLLIN | POLLOUT, 0};
            if (::poll(&ready, 1, 20'000) <= 0) {
                return false;
            }
            if ((ready.revents & POLLIN) != 0 && !read_some()) {
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

    /// Reads until the server hangs up; false if it does not.
    bool is_cut_off() {
        for (pollfd ready{socket_, POLLIN, 0}; ::poll(&ready, 1, 20'000) > 0;) {
            if (!read_some()) {
                return true;
            }
        }
        return false;
    }

private:
    enum Type : char { data = 0, headers = 1, rst_stream = 3, settings = 4, ping_type = 6 };
    static constexpr char end_stream = 1;
    static constexpr char end_headers = 4;

    static std::string frame(Type type, char flags, std::uint32_t stream, const std::string& payload) {
        std::string bytes;
        for (const int shift : {16, 8, 0}) bytes += static_cast<char>(payload.size() >> shift);
        bytes += static_cast<char>(type);
        bytes += flags;
        for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(stream >> shift);
        return bytes + payload;
    }
    /// HPACK: a literal that is not indexed, its length in the form for short or long texts.
    static std::string field(const std::string& name, const std::string& value) {
        return '\0' + text(name) + text(value);
    }
    static std::string text(const std::string& value) {
        std::string bytes;
        std::size_t length = value.size();
        if (length < 127) {
            bytes += static_cast<char>(length);
        } else {
            bytes += '\x7f';
            for (length -= 127; length >= 128; length /= 128) bytes += static_cast<char>(length % 128 + 128);
            bytes += static_cast<char>(length);
        }
        return bytes + value;
    }
    bool read_some() {
        char buffer[16'384];
        const ssize_t count = ::recv(socket_, buffer, sizeof buffer, MSG_DONTWAIT);
        return count > 0 || (count < 0 && errno == EAGAIN);
    }

    int socket_;
};

std::size_t resident_mib() {
    std::size_t total = 0;
    std::size_t resident = 0;
    std::ifstream("/proc/self/statm") >> total >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) / (1024 * 1024);
}

/// Handlers that wait until they are cancelled, and count how many wait.
struct Waiting {
    std::atomic<int> now = 0;
    std::atomic<int> most = 0;
    std::atomic<int> ever = 0;

    Handlers handlers() {
        Handlers made;
        made.get = [this](CallContext&, const fleet::GetBikeRequest&) { return wait_here(); };
        return made;
    }
    asio::awaitable<Result<fleet::Bike>> wait_here() {
        struct AtEnd {
            explicit AtEnd(Waiting& owner) : waiting(owner) {}
            ~AtEnd() { --waiting.now; }
            Waiting& waiting;
        };
        ++ever;
        const int here = ++now;
        for (int seen = most; here > seen && !most.compare_exchange_weak(seen, here);) {
        }
        const AtEnd at_end(*this);
        co_await wait_for_cancellation();
        co_return fleet::Bike();
    }
};

bool until(Threads& threads, const std::function<bool()>& condition) {
    const auto limit = std::chrono::steady_clock::now() + 20s;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > limit) {
            return false;
        }
        threads.run(wait(5ms));
    }
    return true;
}

}  // namespace

TEST_CASE("streams that are opened and reset as fast as can be make nothing grow") {
    Threads threads;
    Waiting waiting;
    const SocketDirectory directory;
    ServerOptions options = directory.instance("1");
    options.max_in_flight = 64;
    TestServer server(threads, waiting.handlers(), options);
    const auto flood = [&] {
        std::uint32_t sent = 0;
        for (int connection = 0; connection != 4; ++connection) {
            RawClient client(options.socket->path());
            std::string burst;
            for (std::uint32_t stream = 1; stream != 20'001; stream += 2) {
                burst += RawClient::head(stream) + RawClient::message(stream) + RawClient::reset(stream);
                if (burst.size() > 100'000 || stream == 19'999) {
                    if (!client.send(burst)) {
                        break;
                    }
                    burst.clear();
                }
                ++sent;
            }
            CHECK(server->in_flight() <= 64);
        }
        return sent;
    };
    flood();
    const std::size_t before = resident_mib();
    const std::uint32_t sent = flood() + flood();
    const std::size_t after = resident_mib();
    MESSAGE(sent << " streams reset, " << waiting.ever << " calls began, at most " << waiting.most << " at once; "
                 << before << " MiB before, " << after << " MiB after");
    CHECK(waiting.most <= 64);
    CHECK(after <= before + 40);
    CHECK(until(threads, [&] { return server->in_flight() == 0 && waiting.now == 0; }));
}

TEST_CASE("a connection has so many streams and no more; the others are served meanwhile") {
    Threads threads;
    Waiting waiting;
    const SocketDirectory directory;
    ServerOptions options = directory.instance("1");
    options.max_streams = 10;
    TestServer server(threads, waiting.handlers(), options);
    RawClient greedy(options.socket->path());
    for (std::uint32_t stream = 1; stream != 101; stream += 2) {
        if (!greedy.send(RawClient::head(stream) + RawClient::message(stream))) {
            break;
        }
    }
    RawClient modest(options.socket->path());
    CHECK(modest.send(RawClient::head(1) + RawClient::message(1)));
    CHECK(until(threads, [&] { return waiting.now == 11; }));
    CHECK(waiting.most == 11);
}

TEST_CASE("metadata beyond the limit is refused before anybody looks at it") {
    Threads threads;
    Waiting waiting;
    const SocketDirectory directory;
    ServerOptions options = directory.instance("1");
    options.max_metadata_bytes = 4096;
    TestServer server(threads, waiting.handlers(), options);
    RawClient client(options.socket->path());
    CHECK(client.send(RawClient::head(1, 8'000) + RawClient::message(1)));
    CHECK(client.send(RawClient::head(3, 2'000) + RawClient::message(3)));
    CHECK(until(threads, [&] { return waiting.now == 1; }));
}

TEST_CASE("who pings without end is disconnected") {
    Threads threads;
    const SocketDirectory directory;
    ServerOptions options = directory.instance("1");
    TestServer server(threads, Handlers{}, options);
    RawClient client(options.socket->path());
    for (int i = 0; i != 20 && client.send(RawClient::ping()); ++i) {
    }
    CHECK(client.is_cut_off());
}
