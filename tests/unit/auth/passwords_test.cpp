#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <thread>
#include <vector>

#include "auth/passwords/argon2.hpp"
#include "auth/passwords/hash_pool.hpp"
#include "testing/error_codes.hpp"

using namespace loan_manager;
using namespace loan_manager::auth::passwords;
namespace asio = boost::asio;

namespace {

const Cost cheap{.memory_kib = 1024, .iterations = 1, .parallelism = 1};

}  // namespace

TEST_CASE("D-221 Argon2id: PHC strings, with the cost as setting") {
    const std::string phc = hash("correct horse", cheap);
    CHECK(phc.starts_with("$argon2id$v=19$m=1024,t=1,p=1$"));
    CHECK(verify("correct horse", phc));
    CHECK_FALSE(verify("correct horsf", phc));
    CHECK_FALSE(verify("", phc));
    CHECK(phc != hash("correct horse", cheap));
    CHECK_FALSE(needs_rehash(phc, cheap));
    CHECK(needs_rehash(phc, Cost()));
    for (const char* broken : {"", "!", "$argon2id$", "$argon2i$v=19$m=1024,t=1,p=1$c29tZXNhbHQ$aGFzaA", "plain"}) {
        CHECK_FALSE(verify("plain", broken));
    }
}

TEST_CASE("Argon2id: the reference implementation's vector") {
    CHECK(verify("password", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"));
}

TEST_CASE("hash pool: computes elsewhere, resumes on the caller's loop") {
    HashPool pool(cheap, 1, 4);
    asio::io_context context;
    std::thread::id resumed_on;
    const auto body = [&]() -> asio::awaitable<void> {
        const rpc::Result<std::string> phc = co_await pool.hash("correct horse");
        resumed_on = std::this_thread::get_id();
        CHECK((co_await pool.verify("correct horse", *phc)).value());
        CHECK_FALSE((co_await pool.verify("wrong horse", *phc)).value());
        CHECK_FALSE((co_await pool.verify_nobody("correct horse")).value());
    };
    auto done = asio::co_spawn(context, body(), asio::use_future);
    context.run();
    done.get();
    CHECK(resumed_on == std::this_thread::get_id());
    CHECK(pool.pending() == 0);
}

TEST_CASE("hash pool: a full queue refuses at once and says when to come back") {
    HashPool pool({.memory_kib = 16 * 1024, .iterations = 2, .parallelism = 1}, 1, 2);
    asio::io_context context;
    int computed = 0, refused = 0;
    const auto body = [&]() -> asio::awaitable<void> {
        const rpc::Result<bool> result = co_await pool.verify_nobody("anything at all");
        if (result) {
            ++computed;
        } else {
            ++refused;
            CHECK(result.error().code == "UNAVAILABLE");
            CHECK(result.error().retry_after_seconds == 1);
        }
    };
    std::vector<std::future<void>> all;
    for (int i = 0; i < 10; ++i) all.push_back(asio::co_spawn(context, body(), asio::use_future));
    context.run();
    for (auto& one : all) one.get();
    CHECK(computed >= 3);
    CHECK(refused >= 1);
    CHECK(computed + refused == 10);
    CHECK(pool.pending() == 0);
}

TEST_CASE("hash pool: a loop that ends meanwhile is no problem") {
    HashPool pool(cheap, 2, 100);
    const auto body = [](HashPool& hashes) -> asio::awaitable<void> { co_await hashes.verify_nobody("anything"); };
    for (int round = 0; round < 5; ++round) {
        auto context = std::make_unique<asio::io_context>();
        for (int i = 0; i < 4; ++i) asio::co_spawn(*context, body(pool), [](const std::exception_ptr&) {});
        context->poll();
        // Handlers that hold work of the context must be gone before it.
        while (pool.pending() != 0) std::this_thread::yield();
        context->run();
        context.reset();
    }
    CHECK(pool.pending() == 0);
}
