// The real binary over gRPC.
#include <doctest/doctest.h>
#include <grpcpp/generic/generic_stub.h>

#include <algorithm>
#include <csignal>
#include <future>
#include <thread>

#include "suite.hpp"
#include "testing/error_codes.hpp"
#include "token/access_token.hpp"
#include "token/jwk.hpp"

using namespace loan_manager;
using namespace loan_manager::auth::testing;
using loan_manager::testing::eventually;

namespace {

template <class T>
std::string code_of(const rpc::Result<T>& answer) {
    return answer ? "" : std::string(answer.error().code.name());
}

// What the gRPC health service says. Its messages are not packaged as C++: the answer is one enum, 1 is SERVING.
bool is_serving(const std::string& address) {
    grpc::GenericStub stub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds{5});
    const grpc::Slice nothing;
    grpc::ByteBuffer request(&nothing, 1), answer;
    std::promise<grpc::Status> done;
    stub.UnaryCall(&context, "/grpc.health.v1.Health/Check", grpc::StubOptions(), &request, &answer,
                   [&](grpc::Status status) { done.set_value(std::move(status)); });
    if (!done.get_future().get().ok()) return false;
    std::vector<grpc::Slice> slices;
    if (!answer.Dump(&slices).ok()) return false;
    std::string bytes;
    for (const grpc::Slice& slice : slices) bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    return bytes == std::string("\x08\x01");
}

}  // namespace

TEST_CASE("the service: sign in, look at oneself, keys, sign out, stop") {
    Suite suite;
    suite.add("nimal", {"auditor"});
    AuthProcess process(suite.url(), suite.keys.path() / "keys");
    Client client(process.address());
    const v1::TokenResponse session = client.login("nimal", "correct horse").value();
    const v1::Me me = client.me(session.access_token()).value();
    CHECK(me.username() == "nimal");
    CHECK(me.roles(0) == "auditor");
    CHECK(me.permissions_size() > 0);
    CHECK_FALSE(me.must_change_password());
    CHECK(me.version() == 1);
    CHECK_FALSE(me.has_email());

    const v1::Jwks jwks = client.call(*client.trust, &v1::TrustService::Stub::GetJwks, v1::GetJwksRequest()).value();
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    CHECK(token::verify_access_token(session.access_token(), token::parse_jwks(jwks.json()).value(), now).has_value());

    CHECK(code_of(client.me("nonsense")) == "UNAUTHENTICATED");
    CHECK(code_of(client.login("nimal", "")) == "VALIDATION");
    CHECK(client.logout(session.refresh_token()).has_value());
    CHECK(code_of(client.refresh(session.refresh_token())) == "UNAUTHENTICATED");
    CHECK(process.log().find("correct horse") == std::string::npos);
    CHECK(process.log().find(session.refresh_token()) == std::string::npos);
    CHECK(process.stop(SIGTERM) == 0);
}

TEST_CASE("X-26 over two instances: one refresh token used twice at the same time") {
    Suite suite;
    suite.add("nimal");
    AuthProcess one(suite.url(), suite.keys.path() / "keys");
    AuthProcess two(suite.url(), suite.keys.path() / "keys");
    Client first(one.address()), second(two.address());
    for (int round = 0; round < 10; ++round) {
        const std::string token = first.login("nimal", "correct horse").value().refresh_token();
        auto racing = std::async(std::launch::async, [&] { return second.refresh(token); });
        const auto here = first.refresh(token);
        const auto there = racing.get();
        CHECK(here.has_value() != there.has_value());
        CHECK(code_of(here) + code_of(there) == "TOKEN_REUSED");
        CHECK(code_of(first.refresh((here ? here : there)->refresh_token())) == "UNAUTHENTICATED");
    }
}

TEST_CASE("D-221 a disabled user: tokens stop working within a second, on every instance") {
    Suite suite;
    suite.add("nimal");
    AuthProcess one(suite.url(), suite.keys.path() / "keys");
    AuthProcess two(suite.url(), suite.keys.path() / "other host");
    Client first(one.address()), second(two.address());
    const std::string token = first.login("nimal", "correct horse").value().access_token();
    CHECK(second.me(token).has_value());
    suite.admin.rows("UPDATE auth.users SET is_active = false WHERE username = 'nimal'");
    const auto since = std::chrono::steady_clock::now();
    CHECK(eventually([&] { return !first.me(token) && !second.me(token); }));
    CHECK(std::chrono::steady_clock::now() - since < std::chrono::milliseconds{1500});
    const v1::Trust trust =
        second.call(*second.trust, &v1::TrustService::Stub::GetTrust, v1::GetTrustRequest()).value();
    CHECK(trust.revocations_size() == 1);
    v1::GetTrustRequest newer;
    newer.set_since_epoch(trust.epoch());
    CHECK(first.call(*first.trust, &v1::TrustService::Stub::GetTrust, newer)->revocations_size() == 0);
    newer.set_since_epoch(trust.epoch() + 100);
    CHECK(first.call(*first.trust, &v1::TrustService::Stub::GetTrust, newer)->revocations_size() == 1);
}

TEST_CASE("D-221 a session that ends: its access tokens stop within a second, on every instance; others go on") {
    Suite suite;
    suite.add("nimal");
    AuthProcess one(suite.url(), suite.keys.path() / "keys");
    AuthProcess two(suite.url(), suite.keys.path() / "other host");
    Client first(one.address()), second(two.address());
    const auto stops_in_time = [&](const std::vector<std::string>& tokens) {
        const auto since = std::chrono::steady_clock::now();
        const bool stopped = eventually([&] {
            return std::none_of(tokens.begin(), tokens.end(),
                                [&](const std::string& token) { return first.me(token) || second.me(token); });
        });
        return stopped && std::chrono::steady_clock::now() - since < std::chrono::seconds{1};
    };
    const v1::TokenResponse survivor = second.login("nimal", "correct horse").value();
    const v1::TokenResponse stolen = first.login("nimal", "correct horse").value();
    const v1::TokenResponse renewed = second.refresh(stolen.refresh_token()).value();
    const v1::TokenResponse left = first.login("nimal", "correct horse").value();
    for (const v1::TokenResponse& session : {survivor, stolen, renewed, left}) {
        CHECK(first.me(session.access_token()).has_value());
        CHECK(second.me(session.access_token()).has_value());
    }

    CHECK(code_of(first.refresh(stolen.refresh_token())) == "TOKEN_REUSED");
    CHECK(stops_in_time({stolen.access_token(), renewed.access_token()}));
    CHECK(second.me(left.access_token()).has_value());

    CHECK(second.logout(left.refresh_token()).has_value());
    CHECK(stops_in_time({left.access_token()}));

    CHECK(first.me(survivor.access_token()).has_value());
    CHECK(second.me(survivor.access_token()).has_value());
    CHECK(first.refresh(survivor.refresh_token()).has_value());
    CHECK(suite.admin.value("SELECT token_version FROM auth.users WHERE username = 'nimal'") == "1");
}

TEST_CASE("D-221 who waits for news is told at once, by every instance, and is let go when the instance stops") {
    Suite suite;
    suite.add("nimal");
    AuthProcess one(suite.url(), suite.keys.path() / "keys");
    AuthProcess two(suite.url(), suite.keys.path() / "keys");
    Client first(one.address()), second(two.address());
    const std::string refresh_token = first.login("nimal", "correct horse").value().refresh_token();
    const auto trust_of = [](Client& client, std::int64_t since, int hold_ms) {
        v1::GetTrustRequest request;
        request.set_since_epoch(since);
        request.set_hold_ms(hold_ms);
        return client.call(*client.trust, &v1::TrustService::Stub::GetTrust, request);
    };
    const std::int64_t epoch = trust_of(first, 0, 0)->epoch();
    const auto since = std::chrono::steady_clock::now();
    const auto elapsed = [&] { return std::chrono::steady_clock::now() - since; };
    // Nothing new: the answer comes when the hold is over, and not before.
    CHECK(trust_of(first, epoch, 300)->epoch() == epoch);
    CHECK(elapsed() >= std::chrono::milliseconds{300});
    // Whoever knows another epoch is answered at once.
    CHECK(trust_of(first, epoch + 5, 15'000)->epoch() == epoch);
    CHECK(trust_of(first, 0, 15'000)->epoch() == epoch);

    auto here = std::async(std::launch::async, [&] { return trust_of(first, epoch, 15'000); });
    auto there = std::async(std::launch::async, [&] { return trust_of(second, epoch, 15'000); });
    Client third(one.address());
    CHECK(third.logout(refresh_token).has_value());
    CHECK(here.get()->revoked_tokens_size() == 1);
    CHECK(there.get()->revoked_tokens_size() == 1);
    CHECK(elapsed() < std::chrono::seconds{10});
    // Also what an operator does with psql is heard, and a key that ends.
    auto waiting = std::async(std::launch::async, [&] { return trust_of(second, epoch + 1, 15'000); });
    suite.admin.rows("UPDATE auth.users SET is_active = false WHERE username = 'nimal'");
    CHECK(waiting.get()->revocations_size() == 1);
    auto rotated = std::async(std::launch::async, [&] { return trust_of(second, epoch + 2, 15'000); });
    std::string output;
    CHECK(run_auth({"rotate-key"}, {{"DATABASE_URL", suite.url()}, {"KEY_DIRECTORY", suite.keys.path() / "keys"}},
                   output) == 0);
    CHECK(token::parse_jwks(rotated.get()->jwks()).value().keys().size() == 2);
    CHECK(elapsed() < std::chrono::seconds{20});

    auto held = std::async(std::launch::async, [&] { return trust_of(first, trust_of(first, 0, 0)->epoch(), 18'000); });
    CHECK(one.stop(SIGTERM) == 0);
    held.wait();
    CHECK(elapsed() < std::chrono::seconds{30});
}

TEST_CASE("an instance that cannot sign anybody in says so to those who balance over it, until it can again") {
    for (const std::string algorithm : {"EdDSA", "HS256"}) {
        CAPTURE(algorithm);
        Suite suite;
        suite.add("nimal");
        Environment environment{{"ALGORITHM", algorithm}};
        if (algorithm == "HS256") environment["JWT_SECRET_KEY"] = "a-secret-of-at-least-32-bytes-for-tests";
        AuthProcess process(suite.url(), suite.keys.path() / "keys", environment);
        Client client(process.address());
        CHECK(eventually([&] { return is_serving(process.address()); }));
        suite.admin.rows(
            "DO $$ BEGIN EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC, loan_manager_auth',"
            " current_database()); END $$");
        suite.admin.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE usename = 'loan_manager_auth' AND datname = current_database()");
        CHECK(eventually([&] { return !is_serving(process.address()); }));
        suite.admin.rows(
            "DO $$ BEGIN EXECUTE format('GRANT CONNECT ON DATABASE %I TO loan_manager_auth',"
            " current_database()); END $$");
        CHECK(eventually([&] { return is_serving(process.address()); }));
        CHECK(eventually([&] { return client.login("nimal", "correct horse").has_value(); }));
        CHECK(process.stop(SIGTERM) == 0);
    }
}

TEST_CASE("change of password: checked, replayed, ends other sessions, keeps this one") {
    Suite suite;
    auth::NewUser newcomer;
    newcomer.username = "nimal";
    newcomer.full_name = "Nimal";
    newcomer.roles = {"admin"};
    const std::string one_time = suite.add(std::move(newcomer)).password;
    AuthProcess process(suite.url(), suite.keys.path() / "keys");
    Client client(process.address());
    const v1::TokenResponse other = client.login("nimal", one_time).value();
    const v1::TokenResponse session = client.login("nimal", one_time).value();
    const std::string token = session.access_token();
    const v1::Me before = client.me(token).value();
    CHECK(before.must_change_password());
    CHECK(before.permissions().empty());

    CHECK(code_of(client.change_password(token, one_time, "short", before.version())) == "VALIDATION");
    CHECK(code_of(client.change_password(token, one_time, one_time, before.version())) == "VALIDATION");
    CHECK(code_of(client.change_password(token, one_time, "battery staple", 7)) == "PRECONDITION_FAILED");
    CHECK(code_of(client.change_password(token, "wrong horse", "battery staple", before.version())) ==
          "BAD_CREDENTIALS");
    CHECK(client.change_password(token, one_time, "battery staple", before.version(), "key-00000002").has_value());
    // A retry whose answer was lost is replayed, while the access token still works.
    const auto replay = client.change_password(token, one_time, "battery staple", before.version(), "key-00000002");
    CHECK((replay.has_value() || code_of(replay) == "UNAUTHENTICATED"));

    CHECK(eventually([&] { return !client.me(token); }));
    CHECK(code_of(client.refresh(other.refresh_token())) == "UNAUTHENTICATED");
    const v1::TokenResponse renewed = client.refresh(session.refresh_token()).value();
    const v1::Me after = client.me(renewed.access_token()).value();
    CHECK_FALSE(after.must_change_password());
    CHECK(after.permissions_size() > 0);
    CHECK(after.version() == before.version() + 1);
    CHECK_FALSE(client.login("nimal", one_time).has_value());
    CHECK(client.login("nimal", "battery staple").has_value());
    CHECK(suite.admin.value(
              "SELECT count(*) FROM fleet.audit_log WHERE action = 'USER_UPDATED' AND username = 'nimal'") == "1");
    CHECK(suite.admin.value("SELECT count(*) FROM fleet.audit_log WHERE old::text || new::text LIKE '%argon2%'") ==
          "0");
}

TEST_CASE("D-213 staff: pages in the order of usernames, filters, cursors bound to them") {
    Suite suite;
    loan_manager::testing::add_organisation(suite.admin);
    const std::string branch = suite.admin.value("SELECT id::text FROM branches WHERE code = 'WW'");
    for (int i = 0; i < 7; ++i) {
        auth::NewUser user;
        user.username = "agent" + std::to_string(i);
        user.full_name = i == 3 ? "Odd 100% One" : "Agent " + std::to_string(i);
        user.roles = {i < 5 ? "sales_agent" : "mechanic"};
        if (i % 2 == 0) user.branch_scope = {branch};
        user.password = "correct horse";
        suite.add(std::move(user));
    }
    suite.admin.rows("UPDATE auth.users SET is_active = false WHERE username = 'agent6'");
    AuthProcess process(suite.url(), suite.keys.path() / "keys");
    Client client(process.address());
    const std::string token = client.login("agent0", "correct horse").value().access_token();

    v1::ListStaffRequest request;
    request.set_limit(4);
    v1::StaffList page = client.staff(token, request).value();
    CHECK(page.total() == 6);
    CHECK_FALSE(page.total_capped());
    CHECK(page.items_size() == 4);
    CHECK(page.items(0).full_name() == "Agent 0");
    request.set_cursor(page.next_cursor());
    page = client.staff(token, request).value();
    CHECK(page.items_size() == 2);
    CHECK(page.total() == 6);
    CHECK_FALSE(page.has_next_cursor());

    request.set_q("agent");
    CHECK(code_of(client.staff(token, request)) == "BAD_CURSOR");
    request.Clear();
    request.set_q("100%");
    CHECK(client.staff(token, request)->items_size() == 1);
    request.Clear();
    request.set_role("mechanic");
    CHECK(client.staff(token, request)->items_size() == 1);
    request.Clear();
    request.set_branch_id("WW");
    request.set_with_total(false);
    page = client.staff(token, request).value();
    CHECK(page.items_size() == 3);
    CHECK_FALSE(page.has_total());
    request.set_branch_id(branch);
    CHECK(client.staff(token, request)->items_size() == 3);
    request.set_branch_id("ZZ");
    request.set_role("emperor");
    const auto refused = client.staff(token, request);
    CHECK(code_of(refused) == "VALIDATION");
    CHECK(refused.error().details.size() == 2);
}

TEST_CASE("ALGORITHM=HS256: needs a secret of 32 bytes, and works with one") {
    Suite suite;
    suite.add("nimal");
    std::string output;
    Environment environment{{"DATABASE_URL", suite.url()}, {"ALGORITHM", "HS256"}};
    CHECK(run_auth({}, environment, output) == 2);
    CHECK(output.find("JWT_SECRET_KEY") != std::string::npos);
    environment["JWT_SECRET_KEY"] = "too short";
    CHECK(run_auth({}, environment, output) == 2);
    CHECK(output.find("too short") == std::string::npos);

    AuthProcess process(suite.url(), suite.keys.path() / "unused",
                        {{"ALGORITHM", "HS256"}, {"JWT_SECRET_KEY", "an-auth-test-secret-of-more-than-32-bytes"}});
    Client client(process.address());
    CHECK(client.me(client.login("nimal", "correct horse").value().access_token()).has_value());
    CHECK(client.call(*client.trust, &v1::TrustService::Stub::GetJwks, v1::GetJwksRequest())->json() ==
          R"({"keys":[]})");
    CHECK_FALSE(std::filesystem::exists(suite.keys.path() / "unused"));
}

TEST_CASE("tokens and sessions survive a restart, also after kill -9") {
    Suite suite;
    suite.add("nimal");
    v1::TokenResponse session;
    {
        AuthProcess process(suite.url(), suite.keys.path() / "keys");
        session = Client(process.address()).login("nimal", "correct horse").value();
        process.stop(SIGKILL);
    }
    AuthProcess process(suite.url(), suite.keys.path() / "keys");
    Client client(process.address());
    CHECK(client.me(session.access_token()).has_value());
    CHECK(client.refresh(session.refresh_token()).has_value());
}

TEST_CASE("rotate-key: running instances change over by themselves, old tokens go on working") {
    Suite suite;
    suite.add("nimal");
    AuthProcess process(suite.url(), suite.keys.path() / "keys");
    Client client(process.address());
    const std::string old_token = client.login("nimal", "correct horse").value().access_token();
    std::string output;
    REQUIRE(run_auth({"rotate-key"},
                     {{"DATABASE_URL", suite.url()}, {"KEY_DIRECTORY", (suite.keys.path() / "keys").string()}},
                     output) == 0);
    const std::string header = old_token.substr(0, old_token.find('.'));
    CHECK(eventually([&] {
        const std::string token = client.login("nimal", "correct horse").value().access_token();
        return token.substr(0, token.find('.')) != header && client.me(token);
    }));
    CHECK(client.me(old_token).has_value());
}

TEST_CASE("sign-ins beyond the queue of the hash pool are refused with Retry-After, not kept waiting") {
    Suite suite;
    AuthProcess process(suite.url(), suite.keys.path() / "keys",
                        {{"ARGON2_THREADS", "1"},
                         {"ARGON2_QUEUE", "1"},
                         {"ARGON2_MEMORY_KIB", "65536"},
                         {"ARGON2_ITERATIONS", "3"},
                         {"LOGIN_FAILURE_LIMIT", "0"}});
    Client client(process.address());
    std::vector<std::future<rpc::Result<v1::TokenResponse>>> all;
    for (int i = 0; i < 12; ++i) {
        all.push_back(std::async(std::launch::async, [&] { return client.login("nobody", "some password"); }));
    }
    int refused = 0;
    for (auto& one : all) {
        const auto answer = one.get();
        REQUIRE_FALSE(answer.has_value());
        if (answer.error().code != "UNAVAILABLE") continue;
        ++refused;
        CHECK(answer.error().retry_after_seconds >= 1);
    }
    CHECK(refused > 0);
    CHECK(refused < 12);
}
