// When a connection is refused calls, and when it is hung up on.
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <map>
#include <string>

#include "rpc/doors.hpp"

using namespace loan_manager::rpc;

namespace {

struct None : grpc::AuthPropertyIterator {};

/// What the calls of one connection share.
class Context final : public grpc::AuthContext {
public:
    bool IsPeerAuthenticated() const override { return false; }
    std::vector<grpc::string_ref> GetPeerIdentity() const override { return {}; }
    std::string GetPeerIdentityPropertyName() const override { return {}; }
    std::vector<grpc::string_ref> FindPropertyValues(const std::string& name) const override {
        std::vector<grpc::string_ref> values;
        const auto [begin, end] = properties_.equal_range(name);
        for (auto at = begin; at != end; ++at) {
            values.emplace_back(at->second.data(), at->second.size());
        }
        return values;
    }
    grpc::AuthPropertyIterator begin() const override { return None(); }
    grpc::AuthPropertyIterator end() const override { return None(); }
    void AddProperty(const std::string& key, const grpc::string_ref& value) override {
        properties_.emplace(key, std::string(value.data(), value.size()));
    }
    bool SetPeerIdentityPropertyName(const std::string&) override { return false; }

private:
    std::multimap<std::string, std::string> properties_;
};

class Connection {
public:
    explicit Connection(Door& door) : door_(door) {
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends_.data()) == 0);
        door_.opened(ends_[0]);
    }
    ~Connection() {
        door_.closed();
        ::close(ends_[0]);
        ::close(ends_[1]);
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    grpc::StatusCode call(const std::string& path = "/a.B/C") { return call_of(context, path); }
    grpc::StatusCode call_of(Context& whose, const std::string& path = "/a.B/C") {
        grpc::AuthMetadataProcessor::InputMetadata metadata{{":path", path}};
        return door_.Process(metadata, &whose, nullptr, nullptr).error_code();
    }
    bool is_cut_off() { return ::send(ends_[0], "", 1, MSG_NOSIGNAL) < 0 && errno == EPIPE; }
    void leave_unread() {
        const std::array<char, 4096> bytes{};
        while (::send(ends_[0], bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0) {
        }
    }

    Context context;

private:
    Door& door_;
    std::array<int, 2> ends_{};
};

DoorLimits of(std::size_t calls) {
    DoorLimits limits;
    limits.calls = calls;
    limits.metadata_bytes = 1000;
    return limits;
}

const Doors::Methods methods{{"/a.B/C", DoorRule::call}};

int admitted(Connection& connection, int calls) {
    int count = 0;
    for (int i = 0; i != calls; ++i) {
        count += connection.call() == grpc::StatusCode::OK ? 1 : 0;
    }
    return count;
}

}  // namespace

TEST_CASE("calls count until they end, and lead to their connection") {
    Doors doors(of(10), methods);
    Door& door = *doors.of(Peer::gateway).at(3);
    Connection connection(door);
    CHECK(admitted(connection, 15) == 10);
    CHECK(connection.call() == grpc::StatusCode::UNAVAILABLE);
    {
        Visit visit = doors.visit(connection.context);
        CHECK(visit.peer() == Peer::gateway);
    }
    CHECK(admitted(connection, 3) == 1);
    CHECK(connection.call("/no/such") == grpc::StatusCode::UNIMPLEMENTED);
    CHECK(doors.visit(Context()).peer() == Peer::other);
    CHECK_FALSE(connection.is_cut_off());
}

TEST_CASE("together connections have less than each alone might; who asks for little is served") {
    Doors doors(of(640), methods);
    const auto& others = doors.of(Peer::other);
    Connection first(*others.at(0));
    Connection second(*others.at(1));
    CHECK(admitted(first, 640) == 640);
    CHECK(admitted(second, 640) == 640);
    Connection modest(*others.at(2));
    CHECK(admitted(modest, 20) == 10);
    Connection gateway(*doors.of(Peer::gateway).at(0));
    CHECK(admitted(gateway, 100) == 100);
}

TEST_CASE("who goes on asking when he is refused is cut off") {
    Doors doors(of(100), methods);
    Connection connection(*doors.of(Peer::other).at(0));
    CHECK(admitted(connection, 300) == 100);
    CHECK_FALSE(connection.is_cut_off());
    CHECK(admitted(connection, 1) == 0);
    CHECK(connection.is_cut_off());
}

TEST_CASE("who does not read that he is refused is cut off sooner") {
    Doors doors(of(100), methods);
    Connection connection(*doors.of(Peer::other).at(0));
    CHECK(admitted(connection, 163) == 100);
    connection.leave_unread();
    CHECK(connection.call() == grpc::StatusCode::UNAVAILABLE);
    CHECK(connection.is_cut_off());
}

TEST_CASE("what a connection has left behind is nothing to the next one") {
    Doors doors(of(10), methods);
    Door& door = *doors.of(Peer::other).at(0);
    Context old;
    {
        Connection connection(door);
        CHECK(admitted(connection, 10) == 10);
        old = connection.context;
    }
    door.forget();
    Connection next(door);
    CHECK(admitted(next, 9) == 9);
    doors.visit(old).end();
    CHECK(next.call_of(old) == grpc::StatusCode::UNAVAILABLE);
    CHECK(admitted(next, 2) == 1);
}
