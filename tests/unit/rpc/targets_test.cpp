#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <boost/json/parse.hpp>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "loanmanager/auth/v1/auth.pb.h"
#include "rpc/service_config.hpp"
#include "rpc/targets.hpp"

using namespace loan_manager::rpc;
namespace fs = std::filesystem;
using boost::asio::ip::make_address;
using boost::asio::ip::tcp;

namespace {

struct Directory {
    Directory() {
        std::string name = (fs::temp_directory_path() / "lm-scan-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~Directory() { fs::remove_all(path); }

    void socket(const std::string& name) const {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, (path / name).c_str(), sizeof address.sun_path - 1);
        const int descriptor = ::socket(AF_UNIX, SOCK_STREAM, 0);
        REQUIRE(::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        ::close(descriptor);
    }

    fs::path path;
};

}  // namespace

TEST_CASE("addresses of upstreams by their form") {
    const Address one = parse_address("fleet.internal:50061");
    CHECK(one.kind == Address::Kind::list);
    CHECK(one.hosts == std::vector{HostPort{"fleet.internal", "50061"}});
    const Address several = parse_address("127.0.0.1:50061,[::1]:50062,fleet-2:50063");
    CHECK(several.hosts ==
          std::vector{HostPort{"127.0.0.1", "50061"}, HostPort{"::1", "50062"}, HostPort{"fleet-2", "50063"}});
    CHECK(parse_address("dns:///fleet:50061").kind == Address::Kind::dns);
    const Address directory = parse_address("unix:/run/loan-manager/fleet");
    CHECK(directory.kind == Address::Kind::directory);
    CHECK(directory.directory == "/run/loan-manager/fleet");
}

TEST_CASE("unreadable addresses are refused at start-up") {
    for (const char* bad : {"", "fleet", "fleet:", ":50061", "fleet:0", "fleet:65536", "fleet:x", "a:1,,b:2", "a:1,",
                            "[::1:50061", "[zz]:50061", "unix:", "unix:fleet", "unix:/a,b", "dir:/run/fleet",
                            "dns:///fleet", "a b:1", "http://fleet:1"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(parse_address(bad), std::invalid_argument);
    }
}

TEST_CASE("a gRPC target is the same for the same set of endpoints") {
    const tcp::endpoint a(make_address("127.0.0.1"), 50061);
    const tcp::endpoint b(make_address("10.0.0.7"), 50061);
    const tcp::endpoint c(make_address("::1"), 50061);
    CHECK(to_target(std::vector<tcp::endpoint>{}).empty());
    CHECK(to_target({a, b, a}) == "ipv4:10.0.0.7:50061,127.0.0.1:50061");
    CHECK(to_target({b, a}) == to_target({a, b}));
    CHECK(to_target({c}) == "ipv6:[::1]:50061");
    CHECK(to_target({c, a}) == "ipv6:[::ffff:127.0.0.1]:50061,[::1]:50061");
}

TEST_CASE("a gRPC target names sockets, whatever their paths are made of") {
    CHECK(to_target(std::vector<fs::path>{}).empty());
    CHECK(to_target(std::vector<fs::path>{"/run/f/2.sock", "/run/f/1.sock"}) == "unix:/run/f/1.sock,/run/f/2.sock");
    CHECK(to_target(std::vector<fs::path>{"/a b?c%d#e/1.sock"}) == "unix:/a%20b%3Fc%25d%23e/1.sock");
}

TEST_CASE("a directory lists the instances by the names of their sockets") {
    const Directory directory;
    for (const char* name :
         {"2.sock", "1.sock", "main-2.sock", ".hidden.sock", "a.b.sock", "notes.txt", "1.sock.old"}) {
        directory.socket(name);
    }
    const std::optional<Sockets> found = scan_directory(directory.path, ::geteuid());
    REQUIRE(found.has_value());
    CHECK(found->paths ==
          std::vector<fs::path>{directory.path / "1.sock", directory.path / "2.sock", directory.path / "main-2.sock"});
    CHECK(found->refused.empty());
}

TEST_CASE("no instances: a directory that is missing, or is none; the reason is told") {
    const Directory directory;
    std::ofstream(directory.path / "file") << "x";
    for (const char* name : {"missing", "file"}) {
        const std::optional<Sockets> found = scan_directory(directory.path / name, ::geteuid());
        REQUIRE(found.has_value());
        CHECK(found->paths.empty());
        CHECK(found->refused.size() == 1);
    }
}

TEST_CASE("what is no socket of the owner's, in a directory of his alone, is no instance") {
    const Directory directory;
    directory.socket("1.sock");
    std::ofstream(directory.path / "2.sock") << "127.0.0.1:50061";
    fs::create_symlink(directory.path / "1.sock", directory.path / "3.sock");
    const auto scan = [&](uid_t owner = ::geteuid()) { return scan_directory(directory.path, owner).value(); };
    CHECK(scan().paths == std::vector<fs::path>{directory.path / "1.sock"});
    REQUIRE(scan().refused.size() == 2);
    CHECK(scan().refused[0] == (directory.path / "2.sock").string() + " is no socket");

    // Another owner was expected.
    CHECK(scan(::geteuid() + 1).paths.empty());
    CHECK(scan(::geteuid() + 1).refused.size() == 1);

    if (::geteuid() == 0) {
        REQUIRE(::chown((directory.path / "1.sock").c_str(), 65534, 65534) == 0);
        CHECK(scan().paths.empty());
        CHECK(scan().refused[0].find("belongs to nobody (65534), not to root (0)") != std::string::npos);
        REQUIRE(::chown((directory.path / "1.sock").c_str(), 0, 0) == 0);
    }
    // Others may write: then nothing in there counts, whoever it seems to belong to.
    fs::permissions(directory.path, fs::perms::group_write, fs::perm_options::add);
    CHECK(scan().paths.empty());
    CHECK(scan().refused.size() == 1);
}

TEST_CASE("only GET routes are retried") {
    const google::protobuf::ServiceDescriptor* auth =
        loanmanager::auth::v1::LoginRequest::descriptor()->file()->FindServiceByName("AuthService");
    REQUIRE(auth != nullptr);
    const auto config = boost::json::parse(service_config({auth})).as_object();
    CHECK(config.at("loadBalancingConfig").at(0).as_object().contains("round_robin"));
    CHECK(config.contains("healthCheckConfig"));
    CHECK(config.contains("retryThrottling"));
    const auto& methods = config.at("methodConfig").as_array();
    REQUIRE(methods.size() == 1);
    std::vector<std::string> names;
    for (const auto& name : methods[0].at("name").as_array()) {
        names.emplace_back(name.at("method").as_string());
    }
    CHECK(names == std::vector<std::string>{"GetMe", "ListStaff"});
    CHECK(methods[0].at("retryPolicy").at("maxAttempts").as_int64() == 3);
    CHECK(methods[0].at("retryPolicy").at("retryableStatusCodes").as_array().size() == 1);

    CHECK_FALSE(boost::json::parse(service_config({})).as_object().contains("methodConfig"));
}
