#include "runtime/uuid.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <thread>
#include <vector>

using namespace loan_manager::runtime;

namespace {

const auto start = Clock::WallTime{std::chrono::milliseconds{0x017f22e279b0}};

RandomSource constant(std::uint8_t byte) {
    return [byte](std::span<std::uint8_t> out) { std::ranges::fill(out, byte); };
}

}  // namespace

TEST_CASE("D-203 ids are UUIDv7 of the clock's millisecond, lower case") {
    ManualClock clock(start);
    UuidGenerator generator(clock, constant(0xff));
    const Uuid id = generator.next();
    CHECK(id.to_string() == "017f22e2-79b0-77ff-bfff-ffffffffffff");
    CHECK(id.version() == 7);
    clock.advance(std::chrono::milliseconds{1});
    CHECK(generator.next().to_string() == "017f22e2-79b1-77ff-bfff-ffffffffffff");
}

TEST_CASE("D-203 ids increase while the clock stands still, runs over its counter, or steps back") {
    ManualClock clock(start);
    UuidGenerator generator(clock, constant(0xff));
    Uuid last = generator.next();
    for (int count = 0; count != 5000; ++count) {
        const Uuid next = generator.next();
        REQUIRE(last < next);
        last = next;
    }
    clock.set(start - std::chrono::hours{1});
    CHECK(last < generator.next());
}

TEST_CASE("ids of many threads are distinct") {
    std::vector<std::vector<Uuid>> made(4);
    {
        std::vector<std::jthread> threads;
        for (auto& mine : made) {
            threads.emplace_back([&mine] {
                for (int count = 0; count != 2000; ++count) {
                    mine.push_back(new_uuid());
                }
            });
        }
    }
    std::set<Uuid> all;
    for (const auto& mine : made) {
        CHECK(std::ranges::is_sorted(mine));
        all.insert(mine.begin(), mine.end());
    }
    CHECK(all.size() == 8000);
}

TEST_CASE("UUIDs are read in canonical form only") {
    const auto id = Uuid::parse("017F22E2-79b0-77ff-bfff-FFFFFFFFFFFF");
    REQUIRE(id);
    CHECK(id->to_string() == "017f22e2-79b0-77ff-bfff-ffffffffffff");
    CHECK(Uuid::parse("00000000-0000-0000-0000-000000000000")->is_nil());
    for (const char* bad : {"", "017f22e279b077ffbfffffffffffffff", "{017f22e2-79b0-77ff-bfff-ffffffffffff}",
                            "017f22e2-79b0-77ff-bfff-fffffffffff", "017f22e2-79b0-77ff-bfff-fffffffffffg",
                            "017f22e2-79b0-77ff-bfff-ffffffffffff ", "017f22e2079b0-77ff-bfff-ffffffffffff",
                            "-17f22e2-79b0-77ff-bfff-ffffffffffff"}) {
        CAPTURE(bad);
        CHECK_FALSE(is_uuid(bad));
    }
}
