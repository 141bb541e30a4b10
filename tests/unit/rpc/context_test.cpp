#include <doctest/doctest.h>
#include <grpcpp/support/string_ref.h>

#include "rpc/claims.hpp"
#include "rpc/context.hpp"
#include "testing/error_codes.hpp"

using namespace loan_manager::rpc;

namespace {

class Metadata {
public:
    void add(const char* key, std::string value) {
        values_.push_back(std::make_unique<std::string>(std::move(value)));
        map_.emplace(key, *values_.back());
    }
    Result<void> read(CallContext& context) const { return read_metadata(map_, context); }
    Result<void> read_without_claims(CallContext& context) const {
        return read_metadata(without_claims(map_), context);
    }

private:
    std::vector<std::unique_ptr<std::string>> values_;
    std::multimap<grpc::string_ref, grpc::string_ref> map_;
};

}  // namespace

TEST_CASE("D-216 a request id is kept if it has the right form and replaced otherwise") {
    for (const char* good :
         {"abcdefgh", "A.b_c-12345", "0123456789012345678901234567890123456789012345678901234567890123"}) {
        Metadata metadata;
        metadata.add("x-request-id", good);
        CallContext context;
        REQUIRE(metadata.read(context).has_value());
        CHECK(context.request_id == good);
    }
    for (const char* bad : {"", "short", "has space in it", "new\nline-12345", "umlaut-\xc3\xa4-12345",
                            "01234567890123456789012345678901234567890123456789012345678901234"}) {
        Metadata metadata;
        metadata.add("x-request-id", bad);
        CallContext context;
        REQUIRE(metadata.read(context).has_value());
        CHECK(context.request_id != bad);
        CHECK(context.request_id.size() == 36);
        CHECK(is_request_id(context.request_id));
    }
}

TEST_CASE("D-214 if-match is one version number") {
    for (const char* bad : {"*", "abc", "1x", "-1", "1,2", "99999999999"}) {
        CAPTURE(bad);
        Metadata metadata;
        metadata.add("if-match", bad);
        CallContext context;
        const Result<void> read = metadata.read(context);
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().code == "BAD_IF_MATCH");
    }
    Metadata metadata;
    metadata.add("if-match", "12");
    CallContext context;
    REQUIRE(metadata.read(context).has_value());
    CHECK(context.if_match == 12);
}

TEST_CASE("D-215 an idempotency key has 8 to 128 letters, digits, - or _") {
    CHECK(is_idempotency_key("abc_DEF-123"));
    CHECK(is_idempotency_key(std::string(128, 'a')));
    CHECK_FALSE(is_idempotency_key("seven77"));
    CHECK_FALSE(is_idempotency_key(std::string(129, 'a')));
    CHECK_FALSE(is_idempotency_key("with.dot.1"));
    Metadata metadata;
    metadata.add("idempotency-key", "no good");
    CallContext context;
    const Result<void> read = metadata.read(context);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().code == "BAD_IDEMPOTENCY_KEY");
}

TEST_CASE("the bearer token is read whatever the case of its scheme, other schemes are ignored") {
    for (const char* header : {"Bearer abc.def", "bearer abc.def", "BEARER abc.def"}) {
        Metadata metadata;
        metadata.add("authorization", header);
        CallContext context;
        REQUIRE(metadata.read(context).has_value());
        CHECK(context.bearer == "abc.def");
    }
    for (const char* header : {"Basic abc", "Bearer", "Bearer ", "abc.def"}) {
        Metadata metadata;
        metadata.add("authorization", header);
        CallContext context;
        REQUIRE(metadata.read(context).has_value());
        CHECK(context.bearer.empty());
    }
}

TEST_CASE("text from outside is bounded and printable before it becomes metadata") {
    Metadata metadata;
    metadata.add("x-user-agent-bin", std::string(5000, 'a'));
    CallContext context;
    REQUIRE(metadata.read(context).has_value());
    CHECK(context.user_agent.size() == 512);
    CHECK(metadata_text("a\nb\x7f\xc3\xa4 ok") == "a?b??? ok");
}

TEST_CASE("a user agent keeps its letters, and is UTF-8 whatever was sent") {
    const auto read = [](const std::string& sent) {
        Metadata metadata;
        metadata.add("x-user-agent-bin", sent);
        CallContext context;
        REQUIRE(metadata.read(context).has_value());
        return context.user_agent;
    };
    CHECK(read("Küchenradio/2 (බයිසිකල්)") == "Küchenradio/2 (බයිසිකල්)");
    CHECK(read("caf\xe9") == "caf\xef\xbf\xbd");
    CHECK(read(std::string(511, 'a') + "é") == std::string(511, 'a'));
}

TEST_CASE("unreadable field issues are refused") {
    Metadata metadata;
    metadata.add("field-issues-bin", "\xff\xff");
    CallContext context;
    CHECK_FALSE(metadata.read(context).has_value());
}

TEST_CASE("the remaining budget is never negative") {
    CallContext context;
    context.deadline = CallContext::Clock::now() - std::chrono::seconds(5);
    CHECK(context.remaining() == std::chrono::milliseconds(0));
    context.deadline = CallContext::Clock::now() + std::chrono::seconds(5);
    CHECK(context.remaining() > std::chrono::seconds(4));
}

TEST_CASE("what is said of a caller counts from the gateway only; what a call says for itself from anybody") {
    Metadata metadata;
    metadata.add("x-request-id", "forged-request-id");
    metadata.add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    metadata.add("x-client-ip", "203.0.113.9");
    metadata.add("x-user-agent-bin", "somebody else");
    metadata.add("idempotency-fingerprint", std::string(64, 'a'));
    metadata.add("field-issues-bin", "not even readable");
    metadata.add("authorization", "Bearer some-token");
    metadata.add("if-match", "3");
    metadata.add("idempotency-key", "key-12345678");
    CallContext context;
    REQUIRE(metadata.read_without_claims(context).has_value());
    CHECK(is_request_id(context.request_id));
    CHECK(context.request_id != "forged-request-id");
    CHECK(context.traceparent.empty());
    CHECK(context.client_ip.empty());
    CHECK(context.user_agent.empty());
    CHECK(context.idempotency_fingerprint.empty());
    CHECK(context.field_issues.empty());
    CHECK(context.bearer == "some-token");
    CHECK(context.if_match == 3);
    CHECK(context.idempotency_key == "key-12345678");

    CallContext believed;
    CHECK(metadata.read(believed).error().code == "MALFORMED_JSON");
    CHECK(believed.request_id == "forged-request-id");
    CHECK(believed.client_ip == "203.0.113.9");
    CHECK(believed.user_agent == "somebody else");
    CHECK(believed.idempotency_fingerprint == std::string(64, 'a'));
}
