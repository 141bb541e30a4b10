// Who the client is: what trusted proxies say, and nothing else.
#include "gateway/policy/client_address.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "gateway/http/request_head.hpp"

using namespace loan_manager::gateway;
using boost::asio::ip::make_address;

namespace {

http::Request with_fields(const std::string& fields) {
    http::Request request;
    REQUIRE(http::parse_head("GET / HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n", request) == http::ParseError::ok);
    return request;
}

// Lines of X-Forwarded-For, in their order.
std::string lines(const std::vector<std::string>& values) {
    std::string fields;
    for (const std::string& value : values) {
        fields += "X-Forwarded-For: " + value + "\r\n";
    }
    return fields;
}

const TrustedProxies& proxies() {
    static const TrustedProxies trusted({"127.0.0.0/8", "::1", "10.1.0.0/16", "fe80::/10"});
    return trusted;
}

std::string client(const std::string& peer, const std::string& fields) {
    return proxies().client(make_address(peer), with_fields(fields)).to_string();
}

std::string forwarded(const std::string& value, const std::string& peer = "127.0.0.1") {
    return client(peer, lines({value}));
}

}  // namespace

TEST_CASE("client address: proxies are believed only when trusted") {
    CHECK(client("203.0.113.9", "X-Forwarded-For: 1.2.3.4\r\nX-Real-IP: 1.2.3.4\r\n") == "203.0.113.9");
    CHECK(client("127.0.0.1", "") == "127.0.0.1");
    CHECK(forwarded("198.51.100.1") == "198.51.100.1");
    // The client invented the first entry; nginx appended what it saw.
    CHECK(forwarded("1.1.1.1, 198.51.100.1") == "198.51.100.1");
    CHECK(forwarded("198.51.100.1, 10.1.2.3") == "198.51.100.1");
    CHECK(forwarded("nonsense, 10.1.2.3") == "10.1.2.3");
    CHECK(forwarded("2001:db8::1") == "2001:db8::1");
    CHECK(forwarded("10.1.0.1, 10.1.0.2") == "10.1.0.1");
    CHECK(forwarded("::ffff:198.51.100.1", "::1") == "198.51.100.1");
    CHECK_THROWS_AS(TrustedProxies({"10.0.0.0/33"}), std::invalid_argument);
    CHECK_THROWS_AS(TrustedProxies({"localhost"}), std::invalid_argument);
}

TEST_CASE("client address: several lines are one list, in their order, whatever their case") {
    CHECK(client("127.0.0.1", lines({"6.6.6.6", "198.51.100.7"})) == "198.51.100.7");
    CHECK(client("127.0.0.1", lines({"198.51.100.7", "10.1.0.9"})) == "198.51.100.7");
    CHECK(client("127.0.0.1", lines({"6.6.6.6, 198.51.100.7", "10.1.0.9,10.1.0.8"})) == "198.51.100.7");
    CHECK(client("127.0.0.1", "x-forwarded-for: 6.6.6.6\r\nX-Other: 1\r\nX-FORWARDED-FOR:198.51.100.7\r\n") ==
          "198.51.100.7");
    CHECK(client("127.0.0.1", lines({"198.51.100.7", "garbage"})) == "127.0.0.1");
    CHECK(client("127.0.0.1", lines({"198.51.100.7", ""})) == "198.51.100.7");
    // Another field never stands for it.
    CHECK(client("127.0.0.1", "Forwarded: for=6.6.6.6\r\nX-Forwarded: 6.6.6.6\r\nX-Client-IP: 6.6.6.6\r\n") ==
          "127.0.0.1");
}

TEST_CASE("client address: ports, brackets, zones and wrapped IPv4 are understood") {
    CHECK(forwarded("198.51.100.7:51234") == "198.51.100.7");
    CHECK(forwarded("198.51.100.7:0") == "198.51.100.7");
    CHECK(forwarded("[2001:db8::7]:443") == "2001:db8::7");
    CHECK(forwarded("[2001:db8::7]") == "2001:db8::7");
    CHECK(forwarded("2001:DB8:0:0::7") == "2001:db8::7");
    CHECK(forwarded("[::ffff:198.51.100.7]:443") == "198.51.100.7");
    CHECK(forwarded("::ffff:c633:6407") == "198.51.100.7");
    CHECK(forwarded("2001:db8::7%eth0") == "2001:db8::7");
    CHECK(forwarded("[2001:db8::7%25eth0]:443") == "2001:db8::7");
    CHECK(forwarded("198.51.100.7:51234, 10.1.0.9:80, [::1]:9") == "198.51.100.7");
    CHECK(forwarded(" \t198.51.100.7 \t,\t10.1.0.9 ") == "198.51.100.7");
    CHECK(forwarded("198.51.100.7, fe80::9%eth1") == "198.51.100.7");  // a trusted network, whatever the zone
    CHECK(client("fe80::1%1", lines({"198.51.100.7"})) == "198.51.100.7");
    CHECK(client("2001:db8::9%1", "") == "2001:db8::9");
    CHECK(client("::ffff:127.0.0.1", lines({"198.51.100.7"})) == "198.51.100.7");
}

TEST_CASE("client address: an entry that is no address ends the reading, nothing left of it is believed") {
    for (const std::string garbage : {"unknown",
                                      "_hidden",
                                      "198.51.100",
                                      "198.51.100.7.9",
                                      "198.51.100.256",
                                      "010.1.1.1",
                                      "0x0a010101",
                                      "3405803783",
                                      "198.51.100.7:",
                                      "198.51.100.7:x",
                                      "198.51.100.7:65536",
                                      "198.51.100.7:123456",
                                      "198.51.100.7:-1",
                                      "198.51.100.7:1:2",
                                      "[198.51.100.7]",
                                      "[198.51.100.7]:80",
                                      "[2001:db8::7",
                                      "2001:db8::7]",
                                      "[2001:db8::7]80",
                                      "[2001:db8::7]:",
                                      "[2001:db8::7]:x",
                                      "[]",
                                      "[]:80",
                                      "[%eth0]",
                                      "2001:db8::7%",
                                      "[2001:db8::7%]",
                                      "2001:db8::7::1",
                                      ":",
                                      "::1::",
                                      "unix:",
                                      "localhost",
                                      "198.51.100.7 10.1.0.1",
                                      "\"198.51.100.7\"",
                                      "for=198.51.100.7",
                                      "198.51.100.7/32",
                                      "198.51.100.7;",
                                      "\xd9\xa1.1.1.1",
                                      "-"}) {
        CAPTURE(garbage);
        CHECK(!forwarded_address(garbage));
        CHECK(forwarded(garbage) == "127.0.0.1");
        CHECK(forwarded("6.6.6.6, " + garbage + ", 10.1.0.9") == "10.1.0.9");
        CHECK(client("127.0.0.1", lines({"6.6.6.6", garbage, "10.1.0.9", "10.1.0.8"})) == "10.1.0.9");
    }
    CHECK(!forwarded_address(std::string(10'000, '1')));
    CHECK(!forwarded_address("2001:db8::7%" + std::string(10'000, 'a')));
}

TEST_CASE("client address: empty entries count for nothing") {
    CHECK(forwarded("") == "127.0.0.1");
    CHECK(forwarded(",") == "127.0.0.1");
    CHECK(forwarded(" , ,\t,") == "127.0.0.1");
    CHECK(forwarded("198.51.100.7,") == "198.51.100.7");
    CHECK(forwarded("6.6.6.6,,198.51.100.7, ,10.1.0.9,") == "198.51.100.7");
    CHECK(forwarded(",198.51.100.7") == "198.51.100.7");
}

TEST_CASE("client address: the work is bounded, however long the list") {
    const auto walk = [](const std::vector<std::string>& values) {
        return proxies().walk(make_address("127.0.0.1"), with_fields(lines(values)));
    };
    std::string trusted;
    for (int i = 0; i != 3000; ++i) {
        trusted += "10.1.0.1,";
    }
    const auto many = walk({"6.6.6.6", trusted + "10.1.0.2"});
    CHECK(many.entries <= TrustedProxies::max_hops + 1);
    CHECK(many.client.to_string() == "10.1.0.1");  // of the part that was read
    CHECK(walk({"6.6.6.6", std::string(30'000, ',')}).entries <= TrustedProxies::max_hops + 1);
    CHECK(walk({"6.6.6.6", std::string(30'000, ',')}).client.to_string() == "127.0.0.1");
    CHECK(walk(std::vector<std::string>(98, "10.1.0.1")).entries <= TrustedProxies::max_hops + 1);
    // A forger's long list costs one look: the proxy's own entry is the last.
    std::string forged;
    for (int i = 0; i != 3000; ++i) {
        forged += "6.6.6." + std::to_string(i % 250) + ", ";
    }
    const auto forgery = walk({forged + "198.51.100.7"});
    CHECK(forgery.entries == 1);
    CHECK(forgery.client.to_string() == "198.51.100.7");
}

TEST_CASE("client address: X-Real-IP only by setting, from a trusted proxy, and only without X-Forwarded-For") {
    const auto real = [](bool believed, const std::string& fields, const char* peer = "127.0.0.1") {
        return TrustedProxies({"127.0.0.0/8"}, believed).client(make_address(peer), with_fields(fields)).to_string();
    };
    CHECK(real(false, "X-Real-IP: 198.51.100.1\r\n") == "127.0.0.1");
    CHECK(real(true, "X-Real-IP: 198.51.100.1\r\n") == "198.51.100.1");
    CHECK(real(true, "x-real-ip: [2001:db8::7]:443\r\n") == "2001:db8::7");
    CHECK(real(true, "X-Real-IP: 198.51.100.1\r\n", "203.0.113.9") == "203.0.113.9");
    CHECK(real(true, "X-Real-IP: 6.6.6.6\r\n" + lines({"198.51.100.7"})) == "198.51.100.7");
    CHECK(real(true, "X-Real-IP: 6.6.6.6\r\n" + lines({"garbage"})) == "127.0.0.1");
    CHECK(real(true, "X-Real-IP: 198.51.100.7\r\n" + lines({""})) == "198.51.100.7");
    CHECK(real(true, "X-Real-IP: 6.6.6.6\r\nX-Real-IP: 198.51.100.1\r\n") == "127.0.0.1");
    CHECK(real(true, "X-Real-IP: 6.6.6.6, 198.51.100.1\r\n") == "127.0.0.1");
}

TEST_CASE("client address: networks are matched in one form of an address") {
    const TrustedProxies wrapped({"::ffff:10.1.0.0/112", "2001:db8::/32"});
    CHECK(wrapped.contains(make_address("10.1.200.3")));
    CHECK(wrapped.contains(make_address("::ffff:10.1.200.3")));
    CHECK(!wrapped.contains(make_address("10.2.0.1")));
    CHECK(wrapped.contains(make_address("2001:db8:ffff::1")));
    CHECK(!wrapped.contains(make_address("2001:db9::1")));
    CHECK(!TrustedProxies().contains(make_address("127.0.0.1")));
}
