#include <doctest/doctest.h>
#include <unistd.h>
#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>

#include "loanmanager/auth/v1/auth.pb.h"
#include "rpc/service_config.hpp"
#include "rpc/targets.hpp"

using namespace loan_manager::rpc;
using boost::asio::ip::make_address;
using boost::asio::ip::tcp;

TEST_CASE("addresses of upstreams by their form") {
    const Address one = parse_address("fleet.internal:50061");
    CHECK(one.kind == Address::Kind::list);
    CHECK(one.hosts == std::vector{HostPort{"fleet.internal", "50061"}});
    const Address several = parse_address("127.0.0.1:50061,[::1]:50062,fleet-2:50063");
    CHECK(several.hosts ==
          std::vector{HostPort{"127.0.0.1", "50061"}, HostPort{"::1", "50062"}, HostPort{"fleet-2", "50063"}});
    CHECK(parse_address("dns:///fleet:50061").kind == Address::Kind::dns);
    const Address directory = parse_address("dir:/run/loan-manager/fleet");
    CHECK(directory.kind == Address::Kind::directory);
    CHECK(directory.directory == "/run/loan-manager/fleet");
}

TEST_CASE("unreadable addresses are refused at start-up") {
    for (const char* bad : {"", "fleet", "fleet:", ":50061", "fleet:0", "fleet:65536", "fleet:x", "a:1,,b:2", "a:1,",
                            "[::1:50061", "[zz]:50061", "dir:", "dns:///fleet", "a b:1", "http://fleet:1"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(parse_address(bad), std::invalid_argument);
    }
}

TEST_CASE("a gRPC target is the same for the same set of endpoints") {
    const tcp::endpoint a(make_address("127.0.0.1"), 50061);
    const tcp::endpoint b(make_address("10.0.0.7"), 50061);
    const tcp::endpoint c(make_address("::1"), 50061);
    CHECK(to_target({}).empty());
    CHECK(to_target({a, b, a}) == "ipv4:10.0.0.7:50061,127.0.0.1:50061");
    CHECK(to_target({b, a}) == to_target({a, b}));
    CHECK(to_target({c}) == "ipv6:[::1]:50061");
    CHECK(to_target({c, a}) == "ipv6:[::ffff:127.0.0.1]:50061,[::1]:50061");
}

TEST_CASE("a directory lists the instances by its file names") {
    const auto directory = std::filesystem::temp_directory_path() / ("lm-scan-" + std::to_string(::getpid()));
    std::filesystem::create_directories(directory);
    for (const char* name : {"127.0.0.1:2", "127.0.0.1:1", ".hidden", "notes.txt", "[::1]:3"}) {
        std::ofstream(directory / name) << "x";
    }
    CHECK(scan_directory(directory) ==
          std::vector{HostPort{"127.0.0.1", "1"}, HostPort{"127.0.0.1", "2"}, HostPort{"::1", "3"}});
    std::filesystem::remove_all(directory);
    REQUIRE(scan_directory(directory).has_value());
    CHECK(scan_directory(directory)->empty());
    // Not readable as a directory: unknown, not empty.
    std::ofstream(directory) << "x";
    CHECK_FALSE(scan_directory(directory).has_value());
    std::filesystem::remove(directory);
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
