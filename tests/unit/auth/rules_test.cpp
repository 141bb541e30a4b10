// The pure rules of auth.
#include <doctest/doctest.h>

#include "testing/error_codes.hpp"

#include "auth/keys/rules.hpp"
#include "auth/passwords/one_time.hpp"
#include "auth/sessions/refresh_rules.hpp"
#include "auth/sessions/throttle.hpp"
#include "auth/users/account_rows.hpp"
#include "auth/users/provision.hpp"
#include "auth/users/rules.hpp"
#include "sql/row_message.hpp"

using namespace loan_manager;
using namespace loan_manager::auth;
using namespace std::chrono_literals;

namespace {

const auto now = std::chrono::system_clock::time_point(std::chrono::seconds{1'800'000'000});

// Failures of a pair that long ago, newest first.
sessions::AttemptHistory pair_history(std::initializer_list<std::chrono::seconds> ages, bool pending = false) {
    sessions::AttemptHistory history;
    for (const auto age : ages) history.of_pair.push_back({.at = now - age, .pending = pending});
    return history;
}

}  // namespace

TEST_CASE("D-217 throttle: the fifth failure within 15 minutes makes the pair wait 15 minutes") {
    const sessions::ThrottleLimits limits;
    CHECK(time_to_wait({}, limits, now) == 0s);
    CHECK(time_to_wait(pair_history({1s, 2s, 3s, 4s}), limits, now) == 0s);
    CHECK(time_to_wait(pair_history({60s, 70s, 80s, 90s, 100s}), limits, now) == 840s);
    // Rounded up: a client that waits as told is let in.
    CHECK(time_to_wait(pair_history({60s, 70s, 80s, 90s, 100s}), limits, now + 1ms) == 840s);
    CHECK(time_to_wait(pair_history({60s, 70s, 80s, 90s, 100s}), limits, now + 840s) == 0s);
    // Spread over more than 15 minutes they are forgotten mistakes.
    CHECK(time_to_wait(pair_history({60s, 70s, 80s, 90s, 961s}), limits, now) == 0s);
    // After the wait a single further failure does not begin another.
    CHECK(time_to_wait(pair_history({1s, 902s, 903s, 904s, 905s}), limits, now) == 0s);
}

TEST_CASE("D-217 throttle: attempts that are still open count, but only for a moment") {
    const sessions::ThrottleLimits limits;
    CHECK(time_to_wait(pair_history({0s, 0s, 0s, 0s, 0s}, true), limits, now) == 1s);
    // Their process died: they count as failures.
    CHECK(time_to_wait(pair_history({40s, 40s, 40s, 40s, 40s}, true), limits, now) == 860s);
}

TEST_CASE("D-217 throttle: known addresses are never locked, and limits can be switched off") {
    sessions::ThrottleLimits limits;
    auto history = pair_history({1s, 2s, 3s, 4s, 5s});
    history.known_address = true;
    CHECK(time_to_wait(history, limits, now) == 0s);
    history.known_address = false;
    limits.failures = 0;
    CHECK(time_to_wait(history, limits, now) == 0s);
}

TEST_CASE("D-217 throttle: 20 attempts of one address in a minute, whatever the accounts") {
    sessions::ThrottleLimits limits;
    sessions::AttemptHistory history;
    history.known_address = true;
    for (int i = 0; i < 19; ++i) history.of_address.push_back(now - std::chrono::seconds{i});
    CHECK(time_to_wait(history, limits, now) == 0s);
    history.of_address.push_back(now - 45s);
    CHECK(time_to_wait(history, limits, now) == 15s);
    CHECK(time_to_wait(history, limits, now + 15s) == 0s);
    limits.attempts_per_minute = 0;
    CHECK(time_to_wait(history, limits, now) == 0s);
}

TEST_CASE("D-217 throttle: what was dated by a clock that was ahead makes nobody wait") {
    const sessions::ThrottleLimits limits;
    const auto ahead = [](std::chrono::seconds by) {
        return pair_history({-by, -by + 1s, -by + 2s, -by + 3s, -by + 4s});
    };
    CHECK(time_to_wait(ahead(5h + 30min), limits, now) == 0s);
    CHECK_FALSE(is_last_try(ahead(5h + 30min), limits, now));
    // Clocks of two hosts differ by a little: those attempts count, and make nobody wait longer than any other.
    CHECK(time_to_wait(ahead(30s), limits, now) == 900s);
    // Four of now and many of the future are four.
    auto mixed = ahead(5h + 30min);
    for (const auto age : {1s, 2s, 3s, 4s}) mixed.of_pair.push_back({.at = now - age, .pending = false});
    CHECK(time_to_wait(mixed, limits, now) == 0s);
    CHECK(is_last_try(mixed, limits, now));

    sessions::AttemptHistory address;
    for (int i = 0; i < 20; ++i) address.of_address.push_back(now + 5h + 30min - std::chrono::seconds{i});
    CHECK(time_to_wait(address, limits, now) == 0s);
    for (auto& at : address.of_address) at = now + 30s;
    CHECK(time_to_wait(address, limits, now) == 60s);
}

TEST_CASE("D-217 throttle: what counts as one address") {
    CHECK(sessions::throttle_address("203.0.113.7") == "203.0.113.7");
    CHECK(sessions::throttle_address("::ffff:203.0.113.7") == "203.0.113.7");
    CHECK(sessions::throttle_address("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64");
    CHECK(sessions::throttle_address("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64");
    CHECK(sessions::throttle_address("") == "unknown");
    CHECK(sessions::throttle_address("203.0.113.7, 10.0.0.1") == "unknown");
}

TEST_CASE("D-221 refresh tokens: single use, seven days, a second use ends the family") {
    using sessions::RefreshState;
    using sessions::RefreshVerdict;
    const auto verdict = [](RefreshState state) { return sessions::judge(state, now); };
    CHECK(verdict({.expires_at = now + 1s}) == RefreshVerdict::accept);
    CHECK(sessions::judge(std::nullopt, now) == RefreshVerdict::refuse);
    CHECK(verdict({.expires_at = now}) == RefreshVerdict::refuse);
    CHECK(verdict({.expires_at = now + 1s, .revoked = true}) == RefreshVerdict::refuse);
    CHECK(verdict({.expires_at = now + 1s, .user_active = false}) == RefreshVerdict::refuse);
    CHECK(verdict({.expires_at = now + 1s, .used = true}) == RefreshVerdict::reuse);
    CHECK(verdict({.expires_at = now - 1h, .used = true}) == RefreshVerdict::reuse);
    // An old thief cannot sign the owner out of his later sessions again and again.
    CHECK(verdict({.expires_at = now + 1s, .used = true, .revoked = true}) == RefreshVerdict::reuse_again);
}

TEST_CASE("D-221 access tokens: alive for their life and the tolerated difference between clocks") {
    CHECK(sessions::oldest_access_token(now, 30min) == now - 32min);
}

TEST_CASE("D-221 refresh tokens: 256 random bits") {
    const std::string first = sessions::new_refresh_token();
    CHECK(first.size() == 43);
    CHECK(first != sessions::new_refresh_token());
    CHECK(sessions::refresh_token_hash(first) != sessions::refresh_token_hash(first + "x"));
}

TEST_CASE("usernames: trimmed, lower case, a closed alphabet") {
    CHECK(normalise_username(" Nimal.P ") == "nimal.p");
    CHECK(normalise_username(" \t") == "");
    CHECK(is_username("ww.manager-1_x"));
    for (const char* name : {"", "ab", "Nimal", "a b c", "a@b.lk", "nimal\n"}) {
        CAPTURE(name);
        CHECK_FALSE(is_username(name));
    }
    CHECK_FALSE(is_username(std::string(51, 'a')));
    CHECK_FALSE(is_username(std::string_view("abc\0d", 5)));
}

TEST_CASE("one-time passwords: until it is changed a token carries no rights") {
    User user;
    user.roles = {"admin"};
    user.branch_scope = {"0190a000-0000-7000-8000-0000000000b1"};
    CHECK(effective_grants(user).roles == user.roles);
    CHECK(effective_grants(user).branch_scope == user.branch_scope);
    user.must_change_password = true;
    CHECK(effective_grants(user).roles.empty());
    CHECK(effective_grants(user).branch_scope.empty());
}

TEST_CASE("one-time passwords expire, chosen ones do not") {
    User user;
    user.password_changed_at = now;
    CHECK_FALSE(has_expired(user, 72h, now + 1000h));
    user.must_change_password = true;
    CHECK_FALSE(has_expired(user, 72h, now + 72h - 1s));
    CHECK(has_expired(user, 72h, now + 72h));
}

TEST_CASE("accounts: roles are known names, a PATCH changes what it names, an audit row has no password") {
    CHECK(are_roles({"admin", "viewer"}));
    CHECK_FALSE(are_roles({"admin", "king"}));
    CHECK(without_repetition({"b", "a", "b"}) == std::vector<std::string>{"b", "a"});

    loanmanager::auth::v1::User account;
    account.set_username("nimal");
    account.set_email("a@b");
    account.set_is_active(true);
    account.add_roles("admin");
    account.add_branch_scope("x");
    CHECK(is_active_admin(account));
    loanmanager::auth::v1::UpdateUserRequest request;
    request.mutable_user()->set_full_name("Nimal P");
    request.mutable_user()->set_phone("ignored");
    for (const char* field : {"full_name", "email", "branch_scope", "is_active"}) {
        request.mutable_update_mask()->add_paths(field);
    }
    const auto before = account;
    loan_manager::sql::apply_patch(request.user(), request.update_mask(), account);
    CHECK(account.username() == "nimal");
    CHECK(account.full_name() == "Nimal P");
    CHECK_FALSE(account.has_email());
    CHECK_FALSE(account.has_phone());
    CHECK(account.branch_scope().empty());
    CHECK(account.roles_size() == 1);
    CHECK_FALSE(is_active_admin(account));
    const auto changed = users::account_table().compare(before, account);
    CHECK(changed.after.size() == 4);
    CHECK(changed.before.at("branch_scope") == boost::json::array{"x"});
    CHECK(changed.after.at("email").is_null());
    for (const auto& fact : users::account_table().created(account).after) {
        CHECK(fact.key().find("password") == std::string::npos);
    }
}

TEST_CASE("D-221 passwords: 10 to 128 characters") {
    using passwords::password_issue;
    CHECK(password_issue("") == "required");
    CHECK(password_issue("123456789") == "too_short");
    CHECK(password_issue("1234567890").empty());
    CHECK(password_issue("\u0db4\u0dca\u200d\u0dbb\u0dc0\u0dda\u0dc1\u0d9a\u0dca\u0db4").empty());  // ten code points
    CHECK(password_issue(std::string(128, 'x')).empty());
    CHECK(password_issue(std::string(129, 'x')) == "too_long");
    CHECK(password_issue("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff") == "format");
}

TEST_CASE("one-time passwords: readable, drawn without bias, never twice") {
    const std::string password = passwords::one_time_password();
    CHECK(password.size() == 23);
    CHECK(password.find_first_of("01ilo") == std::string::npos);
    CHECK(passwords::password_issue(password).empty());
    CHECK(password != passwords::one_time_password());
    // Bytes beyond the last multiple of the alphabet's size are drawn again.
    std::uint8_t next = 255;
    const auto counting = [&](std::span<std::uint8_t> out) {
        for (auto& byte : out) byte = next--;
    };
    CHECK(passwords::one_time_password(counting).starts_with("9"));
}

TEST_CASE("new users: every bad field is named, good ones take their stored form") {
    NewUser user;
    user.username = " Kamal ";
    user.full_name = "  Kamal Perera ";
    user.phone = "0771234567";
    user.email = "";
    user.roles = {"sales_agent"};
    user.branch_scope = {"0190A000-0000-7000-8000-0000000000B1", "0190a000-0000-7000-8000-0000000000b1"};
    CHECK(check_new_user(user).empty());
    CHECK(user.username == "kamal");
    CHECK(user.full_name == "Kamal Perera");
    CHECK(user.phone == "+94771234567");
    CHECK_FALSE(user.email);
    CHECK(user.branch_scope == std::vector<std::string>{"0190a000-0000-7000-8000-0000000000b1"});

    NewUser bad;
    bad.username = "k";
    bad.email = "nobody";
    bad.roles = {"emperor"};
    bad.company_scope = {"MA"};
    bad.password = "short";
    std::vector<std::string> fields;
    for (const auto& issue : check_new_user(bad)) fields.push_back(issue.field);
    CHECK(fields == std::vector<std::string>{"username", "full_name", "email", "roles", "company_scope", "password"});
}

TEST_CASE("D-221 signing keys: the newest active key of this host signs, all living ones are published") {
    using keys::KeyRecord;
    const auto all = [](std::string_view) { return true; };
    const KeyRecord old_key{
        .kid = "old", .public_jwk = "", .activates_at = now - 1h, .valid_until = now + 1h, .retired_at = now + 1h};
    const KeyRecord fresh{
        .kid = "fresh", .public_jwk = "", .activates_at = now + 3s, .valid_until = now + 1h, .retired_at = {}};
    CHECK(keys::is_published(old_key, now));
    CHECK(keys::is_published(fresh, now));
    CHECK_FALSE(keys::is_published(old_key, now + 1h));
    CHECK(keys::signing_record({old_key, fresh}, all, now)->kid == "old");
    CHECK(keys::signing_record({old_key, fresh}, all, now + 3s)->kid == "fresh");
    CHECK(keys::signing_record(
              {old_key, fresh}, [](auto kid) { return kid == "old"; }, now + 3s)
              ->kid == "old");
    // One that waits while there is another one; a key that is alone is used whatever its time.
    const auto only_fresh = [](std::string_view kid) { return kid == "fresh"; };
    CHECK(keys::signing_record({old_key, fresh}, only_fresh, now) == nullptr);
    CHECK(keys::signing_record({fresh}, all, now)->kid == "fresh");
    CHECK(keys::signing_record(
              {fresh}, [](auto) { return false; }, now) == nullptr);
    CHECK(keys::signing_record({}, all, now) == nullptr);
    KeyRecord far = fresh;
    far.activates_at = now + 24h * 365;
    CHECK(keys::signing_record({far}, all, now)->kid == "fresh");
    // The first key of all may sign at once; a later one gives verifiers time to learn it.
    CHECK(keys::first_use({}, now) == now);
    CHECK(keys::first_use({old_key}, now) == now + keys::activation_delay);
    CHECK(keys::retirement(now, 30min) == now + 32min);
}

TEST_CASE("signing keys: what a clock that was ahead has written means no more than it can mean at most") {
    using keys::KeyRecord;
    const KeyRecord sound{.kid = "a",
                          .public_jwk = "",
                          .activates_at = now + keys::activation_delay,
                          .valid_until = now + keys::publication,
                          .retired_at = now + keys::longest_retirement};
    CHECK(keys::bounded(sound, now) == sound);
    KeyRecord ahead = sound;
    ahead.activates_at += 5h + 30min;
    ahead.valid_until += 5h + 30min;
    *ahead.retired_at += 5h + 30min;
    const KeyRecord brought_back = keys::bounded(ahead, now);
    CHECK(brought_back.activates_at == now);
    CHECK(brought_back.valid_until == now + keys::publication);
    CHECK(brought_back.retired_at == now + keys::longest_retirement);
    KeyRecord never_retired = ahead;
    never_retired.retired_at.reset();
    CHECK_FALSE(keys::bounded(never_retired, now).retired_at.has_value());
}

TEST_CASE("signing keys: when something next changes by itself") {
    using keys::KeyRecord;
    CHECK_FALSE(keys::next_change({}, now).has_value());
    const KeyRecord waiting{
        .kid = "a", .public_jwk = "", .activates_at = now + 3s, .valid_until = now + 48h, .retired_at = {}};
    const KeyRecord ending{
        .kid = "b", .public_jwk = "", .activates_at = now - 1h, .valid_until = now + 1h, .retired_at = now + 2s};
    CHECK(keys::next_change({waiting}, now) == now + 3s);
    CHECK(keys::next_change({waiting, ending}, now) == now + 2s);
    CHECK(keys::next_change({waiting, ending}, now + 2s) == now + 3s);
    CHECK(keys::next_change({ending}, now + 2h) == std::nullopt);
}
