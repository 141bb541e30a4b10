// Users made straight in the database, as the operators' client does.
#include <doctest/doctest.h>

#include "world.hpp"

using namespace loan_manager;
using auth::testing::World;

namespace {

auth::NewUser first_admin() {
    auth::NewUser user;
    user.username = "admin";
    user.full_name = "First Admin";
    user.roles = {"admin"};
    return user;
}

}  // namespace

TEST_CASE("provisioning: the first admin gets a one-time password that grants nothing but changing it") {
    World world;
    const auth::CreatedUser created = world.add(first_admin()).value();
    const auto session = world.login("admin", created.password).value();
    CHECK(world.read(session.access_token()).roles.empty());
    CHECK(world.admin.value("SELECT must_change_password FROM auth.users WHERE username = 'admin'") == "t");
    CHECK(world.admin.value("SELECT password_hash FROM auth.users WHERE username = 'admin'").starts_with("$argon2id$"));
    CHECK(world.admin.value("SELECT action || ' ' || entity_no || ' ' || username FROM fleet.audit_log"
                            " WHERE action = 'USER_CREATED'") == "USER_CREATED admin system");
    CHECK(world.admin.value("SELECT event_type FROM fleet.outbox WHERE entity_id = '" + created.id + "'") ==
          "user.created");
}

TEST_CASE("provisioning: duplicates and bad fields are named, and nothing is stored") {
    World world;
    world.add(first_admin()).value();
    const auto again = world.add(first_admin());
    REQUIRE_FALSE(again.has_value());
    CHECK(again.error().code == "DUPLICATE");
    CHECK(again.error().details.at(0).field == "username");
    auth::NewUser automatic = first_admin();
    automatic.username = "system";
    CHECK(world.add(automatic).error().code == "DUPLICATE");
    auth::NewUser bad;
    CHECK(world.add(bad).error().code == "VALIDATION");
    CHECK(world.admin.value("SELECT count(*) FROM auth.users") == "2");
    CHECK(world.admin.value("SELECT count(*) FROM fleet.audit_log WHERE action = 'USER_CREATED'") == "1");
}

TEST_CASE("provisioning: a reset gives a new one-time password and ends the sessions") {
    World world;
    world.add_user("nimal");
    const auto session = world.login("nimal", "correct horse").value();
    const auto reset = [](World& w, std::string name) -> boost::asio::awaitable<rpc::Result<std::string>> {
        const postgres::Lease lease = (co_await w.pools.local().acquire()).value();
        co_return co_await auth::reset_password(*lease, name, auth::testing::cheap_hash);
    };
    const std::string password = world.loop.run(reset(world, "Nimal")).value();
    CHECK(world.refresh(session.refresh_token()).error().code == "UNAUTHENTICATED");
    CHECK_FALSE(world.login("nimal", "correct horse").has_value());
    CHECK(world.login("nimal", password).has_value());
    CHECK(world.admin.value("SELECT min_ver FROM auth.revocations") == "2");
    CHECK(world.loop.run(reset(world, "nobody")).error().code == "NOT_FOUND");
    CHECK(world.loop.run(reset(world, "system")).error().code == "NOT_FOUND");
}

TEST_CASE("D-205 the user system exists and can never sign in, whatever is written") {
    World world;
    CHECK(world.admin.value("SELECT id::text FROM auth.users WHERE username = 'system'") == commands::system_user_id);
    CHECK_THROWS(world.admin.rows("UPDATE auth.users SET is_active = true WHERE username = 'system'"));
    CHECK_THROWS(world.admin.rows("UPDATE auth.users SET password_hash = '$argon2id$x' WHERE username = 'system'"));
}

TEST_CASE("D-221 ver: the database itself raises it with every change of rights, and counts epochs without gaps") {
    World world;
    world.add_user("nimal");
    world.admin.rows("UPDATE auth.users SET full_name = 'X' WHERE username = 'nimal'");
    CHECK(world.admin.value("SELECT token_version FROM auth.users WHERE username = 'nimal'") == "1");
    for (const char* change : {"is_active = false", "is_active = true", "roles = '{admin}'",
                               "branch_scope = ARRAY[gen_random_uuid()]", "company_scope = ARRAY[gen_random_uuid()]"}) {
        world.admin.rows(std::string("UPDATE auth.users SET ") + change + " WHERE username = 'nimal'");
    }
    CHECK(world.admin.value("SELECT token_version FROM auth.users WHERE username = 'nimal'") == "6");
    CHECK(world.admin.value("SELECT epoch FROM auth.trust_state") == "6");
    CHECK(world.admin.value("SELECT min_ver || ' ' || epoch FROM auth.revocations") == "6 6");
    CHECK_THROWS(world.admin.rows("UPDATE auth.users SET token_version = 1 WHERE username = 'nimal'"));
}
