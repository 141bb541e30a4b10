// Signing keys of several instances and hosts, through the database.
#include <doctest/doctest.h>

#include "auth/keys/keyring.hpp"
#include "auth/keys/rotation.hpp"
#include "process.hpp"
#include "token/jwk.hpp"
#include "world.hpp"

using namespace loan_manager;
using auth::keys::KeyDirectory;
using auth::keys::Keyring;
using auth::testing::Folder;
using auth::testing::World;
using namespace std::chrono_literals;

namespace {

boost::asio::awaitable<bool> refresh_on(World& world, Keyring& keyring) {
    const postgres::Lease lease = (co_await world.pools.local().acquire()).value();
    (co_await keyring.refresh(*lease)).value();
    co_return true;
}

boost::asio::awaitable<std::string> rotate_on(World& world, const KeyDirectory& directory, bool revoke_old) {
    const postgres::Lease lease = (co_await world.pools.local().acquire()).value();
    co_return (co_await auth::keys::rotate(*lease, directory, revoke_old, 30min, world.clock)).value();
}

void refresh(World& world, Keyring& keyring) { world.loop.run(refresh_on(world, keyring)); }

std::size_t published(const Keyring& keyring) { return token::parse_jwks(keyring.jwks()).value().keys().size(); }

}  // namespace

TEST_CASE("D-221 keys: published before they sign, the same after a restart") {
    World world;
    const Folder folder;
    std::string kid;
    {
        Keyring keyring(KeyDirectory(folder.path() / "keys"), world.clock);
        CHECK_FALSE(keyring.signing_key().has_value());
        refresh(world, keyring);
        kid = keyring.signing_key().value().kid();
        CHECK(published(keyring) == 1);
        CHECK(keyring.jwks().find("\"d\"") == std::string::npos);
    }
    Keyring restarted(KeyDirectory(folder.path() / "keys"), world.clock);
    refresh(world, restarted);
    CHECK(restarted.signing_key().value().kid() == kid);
    CHECK(world.admin.value("SELECT count(*) FROM auth.signing_keys") == "1");
}

TEST_CASE("keys: two hosts sign with keys of their own, and both publish both") {
    World world;
    const Folder folder;
    Keyring first(KeyDirectory(folder.path() / "first"), world.clock);
    Keyring second(KeyDirectory(folder.path() / "second"), world.clock);
    refresh(world, first);
    refresh(world, second);
    refresh(world, first);
    CHECK(published(first) == 2);
    CHECK(published(second) == 2);
    // The second key waits until every verifier has had time to learn it.
    CHECK_FALSE(second.signing_key().has_value());
    world.clock.advance(auth::keys::activation_delay);
    refresh(world, second);
    CHECK(second.signing_key().has_value());
    // A host that is gone for good stops being trusted by itself; a running one goes on.
    world.clock.advance(auth::keys::publication - 1h);
    refresh(world, first);
    world.clock.advance(2h);
    refresh(world, first);
    CHECK(published(first) == 1);
    CHECK(first.signing_key().has_value());
    refresh(world, second);
    CHECK(second.signing_key().has_value());
}

TEST_CASE("keys: a rotation keeps the former key valid until its last token has expired") {
    World world;
    const Folder folder;
    const KeyDirectory directory(folder.path() / "keys");
    Keyring keyring(directory, world.clock);
    refresh(world, keyring);
    const std::string old_kid = keyring.signing_key().value().kid();
    const std::string new_kid = world.loop.run(rotate_on(world, directory, false));
    refresh(world, keyring);
    CHECK(published(keyring) == 2);
    CHECK(keyring.signing_key().value().kid() == old_kid);
    world.clock.advance(auth::keys::activation_delay);
    refresh(world, keyring);
    CHECK(keyring.signing_key().value().kid() == new_kid);
    world.clock.advance(31min);
    refresh(world, keyring);
    CHECK(published(keyring) == 2);
    world.clock.advance(2min);
    refresh(world, keyring);
    CHECK(published(keyring) == 1);
    // The next rotation removes the file of the key that is over.
    world.loop.run(rotate_on(world, directory, false));
    CHECK(directory.load(old_kid).empty());
    CHECK(directory.load(new_kid).size() == 1);
}

TEST_CASE("keys: a revoked key ends at once, also for an instance that is running or restarts") {
    World world;
    const Folder folder;
    const KeyDirectory directory(folder.path() / "keys");
    Keyring keyring(directory, world.clock);
    refresh(world, keyring);
    const std::string old_kid = keyring.signing_key().value().kid();
    const std::string epoch = world.admin.value("SELECT epoch FROM auth.trust_state");
    const std::string new_kid = world.loop.run(rotate_on(world, directory, true));
    refresh(world, keyring);
    CHECK(keyring.signing_key().value().kid() == new_kid);
    CHECK(published(keyring) == 1);
    CHECK(directory.load(old_kid).empty());
    CHECK(world.admin.value("SELECT epoch FROM auth.trust_state") != epoch);
    Keyring restarted(directory, world.clock);
    refresh(world, restarted);
    CHECK(published(restarted) == 1);
}

TEST_CASE("keys: first started with the clock 5:30 h ahead, then put right: signing goes on") {
    World world;
    const Folder folder;
    const auto right = world.clock.now();
    world.clock.set(right + 5h + 30min);
    Keyring keyring(KeyDirectory(folder.path() / "keys"), world.clock);
    refresh(world, keyring);
    const std::string kid = keyring.signing_key().value().kid();
    world.clock.set(right);
    refresh(world, keyring);
    CHECK(keyring.signing_key().value().kid() == kid);
    Keyring restarted(KeyDirectory(folder.path() / "keys"), world.clock);
    refresh(world, restarted);
    CHECK(restarted.signing_key().value().kid() == kid);
    CHECK(published(restarted) == 1);
    // Nothing of that clock is left.
    const auto until =
        std::chrono::duration_cast<std::chrono::seconds>((right + auth::keys::publication).time_since_epoch());
    CHECK(world.admin.value("SELECT count(*) FROM auth.signing_keys WHERE extract(epoch FROM valid_until) > " +
                            std::to_string(until.count() + 1)) == "0");
    // Another host of the same hour waits no longer than usual.
    Keyring second(KeyDirectory(folder.path() / "second"), world.clock);
    refresh(world, second);
    CHECK_FALSE(second.signing_key().has_value());
    world.clock.advance(auth::keys::activation_delay);
    refresh(world, second);
    CHECK(second.signing_key().has_value());
}

TEST_CASE("keys: a rotation by a clock that is ahead, then put right: the new key signs, the old one ends in time") {
    World world;
    const Folder folder;
    const KeyDirectory directory(folder.path() / "keys");
    Keyring keyring(directory, world.clock);
    refresh(world, keyring);
    const std::string old_kid = keyring.signing_key().value().kid();
    const auto right = world.clock.now();
    world.clock.set(right + 24h * 365);
    const std::string new_kid = world.loop.run(rotate_on(world, directory, false));
    world.clock.set(right + 1min);
    refresh(world, keyring);
    CHECK(keyring.signing_key().value().kid() == new_kid);
    CHECK(published(keyring) == 2);
    world.clock.set(right + 1min + auth::keys::longest_retirement + 1s);
    refresh(world, keyring);
    CHECK(published(keyring) == 1);
    CHECK(old_kid != new_kid);
}

TEST_CASE("keys: revoked by a clock that is ahead, then put right: revoked") {
    World world;
    const Folder folder;
    const KeyDirectory directory(folder.path() / "keys");
    Keyring keyring(directory, world.clock);
    refresh(world, keyring);
    const auto right = world.clock.now();
    world.clock.set(right + 5h + 30min);
    const std::string new_kid = world.loop.run(rotate_on(world, directory, true));
    world.clock.set(right);
    Keyring restarted(directory, world.clock);
    refresh(world, restarted);
    CHECK(restarted.signing_key().value().kid() == new_kid);
    CHECK(published(restarted) == 1);
    refresh(world, keyring);
    CHECK(keyring.signing_key().value().kid() == new_kid);
    CHECK(published(keyring) == 1);
}

TEST_CASE("keys: HS256 publishes nothing") {
    World world;
    refresh(world, world.keyring);
    CHECK(world.keyring.jwks() == R"({"keys":[]})");
    CHECK(world.keyring.uses_shared_secret());
    CHECK(world.admin.value("SELECT count(*) FROM auth.signing_keys") == "0");
}
