#include "auth/sessions/repository.hpp"

#include <algorithm>

#include "auth/users/repository.hpp"
#include "commands/journal.hpp"
#include "sql/round_trip.hpp"

namespace loan_manager::auth::sessions {
namespace {

namespace asio = boost::asio;
using postgres::Batch;
using postgres::OptionalDeadline;
using postgres::Params;
using postgres::Result;
using postgres::Rows;
using postgres::Statement;

constexpr Statement lock_address{"auth.attempts.lock",
                                 "SELECT pg_advisory_xact_lock(hashtextextended('auth.login:' || $1, 0))"};

constexpr Statement attempts_of_address{
    "auth.attempts.of_address",
    "SELECT a.started_at FROM auth.login_attempts a WHERE a.address = $1 AND a.started_at > $2 AND a.started_at <= $4"
    " ORDER BY a.started_at DESC LIMIT $3"};

constexpr Statement attempts_of_pair{
    "auth.attempts.of_pair",
    "SELECT a.started_at, a.outcome = 'PENDING' AS pending FROM auth.login_attempts a"
    " WHERE a.address = $1 AND a.name_bucket = $2 AND a.outcome IN ('PENDING', 'FAILED')"
    " AND a.started_at <= $4 ORDER BY a.started_at DESC LIMIT $3"};

constexpr Statement is_known_address{
    "auth.addresses.is_known",
    "SELECT EXISTS (SELECT FROM auth.known_addresses k JOIN auth.users u ON u.id = k.user_id"
    " WHERE u.username = $1 AND k.address = $2 AND k.last_seen_at > $3)"};

constexpr Statement insert_attempt{
    "auth.attempts.insert",
    "INSERT INTO auth.login_attempts (address, name_bucket, started_at, outcome) VALUES ($1, $2, $3, 'PENDING')"
    " RETURNING id"};

constexpr Statement set_outcome{"auth.attempts.set_outcome",
                                "UPDATE auth.login_attempts SET outcome = $2 WHERE id = $1"};

constexpr Statement forgive_pair{
    "auth.attempts.forgive",
    "UPDATE auth.login_attempts a SET outcome = 'FORGIVEN' FROM auth.login_attempts s"
    " WHERE s.id = $1 AND a.address = s.address AND a.name_bucket = s.name_bucket AND a.outcome = 'FAILED'"};

constexpr Statement count_failure{
    "auth.users.count_failure",
    "UPDATE auth.users SET failed_logins = failed_logins + 1, locked_until = coalesce($2, locked_until) WHERE id = $1"};

constexpr Statement signed_in{"auth.users.signed_in",
                              "UPDATE auth.users SET failed_logins = 0, locked_until = NULL, last_login_at = $3, "
                              "password_hash = coalesce($4, password_hash)"
                              " WHERE id = $1 AND token_version = $2 AND is_active"};

constexpr Statement remember_address{
    "auth.addresses.remember",
    "INSERT INTO auth.known_addresses (user_id, address, first_seen_at, last_seen_at) VALUES ($1, $2, $3, $3)"
    " ON CONFLICT (user_id, address) DO UPDATE SET last_seen_at = excluded.last_seen_at"};

constexpr Statement insert_token{
    "auth.refresh.insert",
    "INSERT INTO auth.refresh_tokens (id, user_id, family_id, token_hash, access_jti, issued_at, expires_at)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7)"};

constexpr Statement lock_token{"auth.refresh.lock_token",
                               "SELECT t.id, t.family_id, t.expires_at, t.used_at IS NOT NULL AS used, "
                               "t.revoked_at IS NOT NULL AS revoked"
                               " FROM auth.refresh_tokens t WHERE t.token_hash = $1 FOR UPDATE"};

constexpr Statement spend_token{"auth.refresh.spend", "UPDATE auth.refresh_tokens SET used_at = $2 WHERE id = $1"};

// A session holds more living access tokens than this only if somebody refreshes like mad, and the whole list has to
// fit into an answer to every verifier. What is too much for it is done with `ver` instead, which needs one row for a
// user.
constexpr int max_listed_of_session = 16;
constexpr int max_listed = 50'000;

// The family of a token ($1) ends at $2, and with it its access tokens issued after $3. One raise of the epoch, here or
// by the trigger of auth.users. A token is remembered until it has expired by the clock that dated it, even if that
// clock was put back before the session ended.
constexpr Statement end_session_of_token{
    "auth.refresh.end_session",
    "WITH ended AS (UPDATE auth.refresh_tokens SET revoked_at = $2 WHERE revoked_at IS NULL"
    " AND family_id = (SELECT t.family_id FROM auth.refresh_tokens t WHERE t.token_hash = $1)"
    " RETURNING user_id, access_jti, issued_at),"
    " alive AS (SELECT e.user_id, e.access_jti, e.issued_at FROM ended e WHERE e.issued_at > $3),"
    " room AS (SELECT count(*) <= $4 AND (SELECT count(*) FROM auth.revoked_tokens) < $5 AS found FROM alive),"
    " listed AS (SELECT a.access_jti, a.issued_at FROM alive a WHERE (SELECT r.found FROM room r)),"
    " whole_user AS (UPDATE auth.users SET token_version = token_version + 1"
    " WHERE id IN (SELECT a.user_id FROM alive a) AND NOT (SELECT r.found FROM room r)),"
    " raised AS (UPDATE auth.trust_state SET epoch = epoch + 1 WHERE EXISTS (SELECT FROM listed) RETURNING epoch)"
    " INSERT INTO auth.revoked_tokens (jti, epoch, revoked_at)"
    " SELECT l.access_jti, s.epoch, greatest($2, l.issued_at) FROM listed l, raised s"};

// What a step of the clearing takes at most.
#define LM_AUTH_STEP "500"
constexpr std::int64_t step_rows = 500;
constexpr int steps_at_a_time = 20;

// Attempts that no decision can count: too old, or dated by a clock that was put back since.
constexpr Statement clear_attempts{
    "auth.attempts.clear",
    "DELETE FROM auth.login_attempts WHERE id IN"
    " (SELECT a.id FROM auth.login_attempts a WHERE a.started_at < $1 ORDER BY a.started_at LIMIT " LM_AUTH_STEP ")"};
constexpr Statement clear_future_attempts{
    "auth.attempts.clear_future",
    "DELETE FROM auth.login_attempts WHERE id IN"
    " (SELECT a.id FROM auth.login_attempts a WHERE a.started_at > $1 ORDER BY a.started_at LIMIT " LM_AUTH_STEP ")"};

// Only when the last token of a family has expired, so that a spent token is recognised as long as a successor can be
// alive.
constexpr Statement clear_tokens{
    "auth.refresh.clear",
    "DELETE FROM auth.refresh_tokens WHERE id IN"
    " (SELECT t.id FROM auth.refresh_tokens t WHERE t.expires_at < $1 AND NOT EXISTS"
    " (SELECT FROM auth.refresh_tokens n WHERE n.family_id = t.family_id AND n.expires_at >= $1)"
    " ORDER BY t.expires_at LIMIT " LM_AUTH_STEP ")"};

constexpr Statement clear_revoked_tokens{
    "auth.revoked_tokens.clear",
    "DELETE FROM auth.revoked_tokens WHERE jti IN"
    " (SELECT d.jti FROM auth.revoked_tokens d WHERE d.revoked_at < $1 ORDER BY d.revoked_at LIMIT " LM_AUTH_STEP ")"};

constexpr Statement clear_addresses{
    "auth.addresses.clear",
    "DELETE FROM auth.known_addresses WHERE (user_id, address) IN (SELECT k.user_id, k.address"
    " FROM auth.known_addresses k WHERE k.last_seen_at < $1 ORDER BY k.last_seen_at LIMIT " LM_AUTH_STEP ")"};

// What a clock that was ahead has dated is brought back to what it can mean at most ($1 and later: now, a whole life
// from now …): else it would last longer by as much as that clock was wrong.
constexpr Statement bring_back_tokens{
    "auth.refresh.bring_back",
    "UPDATE auth.refresh_tokens SET issued_at = least(issued_at, $1), expires_at = $2 WHERE id IN"
    " (SELECT t.id FROM auth.refresh_tokens t WHERE t.expires_at > $3 ORDER BY t.expires_at LIMIT " LM_AUTH_STEP ")"};

constexpr Statement bring_back_addresses{
    "auth.addresses.bring_back",
    "UPDATE auth.known_addresses SET last_seen_at = $1, first_seen_at = least(first_seen_at, $1)"
    " WHERE (user_id, address) IN (SELECT k.user_id, k.address FROM auth.known_addresses k WHERE k.last_seen_at > $2"
    " ORDER BY k.last_seen_at LIMIT " LM_AUTH_STEP ")"};

constexpr Statement bring_back_users{
    "auth.users.bring_back",
    "UPDATE auth.users SET locked_until = CASE WHEN locked_until > $2 THEN $2 ELSE locked_until END,"
    " password_changed_at = least(password_changed_at, $1) WHERE id IN (SELECT u.id FROM auth.users u"
    " WHERE u.locked_until > $4 OR (u.must_change_password AND u.password_changed_at > $3) LIMIT " LM_AUTH_STEP ")"};

postgres::Bytes to_bytes(const std::array<std::uint8_t, 32>& hash) {
    postgres::Bytes bytes(hash.size());
    std::transform(hash.begin(), hash.end(), bytes.begin(), [](std::uint8_t b) { return std::byte{b}; });
    return bytes;
}

void add_audit(Batch& batch, const char* action, const std::optional<User>& user, const rpc::CallContext& trace,
               WallTime now) {
    commands::Change change;
    change.action = action;
    change.entity_type = "user";
    if (user) change.entity_id = user->id;
    change.with_event = false;
    const std::vector<commands::Change> changes{std::move(change)};
    commands::add_journal(batch, trace, now, changes, {}, {});
}

Params token_row(const std::string& user_id, const NewRefreshToken& token) {
    return Params(token.id, user_id, token.family_id, to_bytes(token.hash), token.access_jti, token.issued_at,
                  token.expires_at);
}

Params ending_of(const std::array<std::uint8_t, 32>& hash, const Ending& ending) {
    return Params(to_bytes(hash), ending.at, ending.oldest_access_token, max_listed_of_session, max_listed);
}

Result<void> outcome(const Result<std::vector<Rows>>& rows) {
    if (!rows) return rows.error();
    return {};
}

asio::awaitable<Result<void>> end_attempt(postgres::Pool& pool, std::int64_t attempt, const char* outcome_name,
                                          OptionalDeadline deadline) {
    const Params params(attempt, outcome_name);
    const Result<Rows> rows = co_await pool.execute(set_outcome, params, deadline);
    if (!rows) co_return rows.error();
    co_return Result<void>();
}

}  // namespace

asio::awaitable<LoginFacts> lock_attempts(postgres::Transaction& transaction, const std::string& address,
                                          const std::string& account, const ThrottleLimits& limits, WallTime now) {
    const WallTime latest = now + future_tolerance;
    // One round trip; under READ COMMITTED each statement sees what was committed when the lock had been taken.
    sql::RoundTrip trip;
    trip.add(lock_address, Params(address));
    const auto of_address = trip.add(
        attempts_of_address, Params(address, now - std::chrono::minutes{1}, limits.attempts_per_minute, latest));
    const auto of_pair = trip.add(attempts_of_pair, Params(address, name_bucket(account), limits.failures, latest));
    const auto is_known =
        trip.add<bool>(is_known_address, Params(account, address, now - limits.known_for), &sql::one_value<bool>);
    const auto user = trip.add(users::by_username, Params(account));
    co_await trip.run(transaction.connection());
    LoginFacts facts;
    for (const postgres::Row row : trip[of_address]) {
        facts.history.of_address.push_back(row.get<WallTime>("started_at"));
    }
    for (const postgres::Row row : trip[of_pair]) {
        facts.history.of_pair.push_back({.at = row.get<WallTime>("started_at"), .pending = row.get<bool>("pending")});
    }
    facts.history.known_address = trip[is_known];
    if (!trip[user].empty()) facts.user = users::read(trip[user].front());
    co_return facts;
}

asio::awaitable<Result<std::int64_t>> begin_attempt(postgres::Transaction& transaction, const std::string& address,
                                                    const std::string& account, WallTime now) {
    Batch batch;
    batch.add(insert_attempt, Params(address, name_bucket(account), now));
    Result<std::vector<Rows>> rows = co_await transaction.commit_with(std::move(batch));
    if (!rows) co_return rows.error();
    co_return rows->front().front().get<std::int64_t>(0);
}

asio::awaitable<Result<void>> fail_attempt(postgres::Pool& pool, std::int64_t attempt, const std::optional<User>& user,
                                           const rpc::CallContext& trace, WallTime now,
                                           std::optional<WallTime> locks_until) {
    // The same statements whether or not the user exists: the answer must take the same time.
    Batch batch;
    batch.begin()
        .add(set_outcome, Params(attempt, "FAILED"))
        .add(count_failure, Params(user ? std::optional<std::string>(user->id) : std::nullopt, locks_until));
    add_audit(batch, "LOGIN_FAILED", user, trace, now);
    batch.commit();
    co_return outcome(co_await pool.run(batch, trace.deadline));
}

asio::awaitable<Result<void>> pass_attempt(postgres::Pool& pool, std::int64_t attempt, OptionalDeadline deadline) {
    return end_attempt(pool, attempt, "SUCCEEDED", deadline);
}

asio::awaitable<Result<void>> withdraw_attempt(postgres::Pool& pool, std::int64_t attempt, OptionalDeadline deadline) {
    return end_attempt(pool, attempt, "FORGIVEN", deadline);
}

asio::awaitable<Result<bool>> complete_login(postgres::Transaction& transaction, std::int64_t attempt,
                                             const std::string& address, const User& user,
                                             const std::optional<std::string>& new_hash, const NewRefreshToken& token,
                                             const rpc::CallContext& trace) {
    // First the user's row: it is locked against a change of password or rights that would end this session.
    const Params change(user.id, user.token_version, token.issued_at, new_hash);
    const Result<Rows> changed = co_await transaction.execute(signed_in, change);
    if (!changed) co_return changed.error();
    if (changed->affected() == 0) co_return false;
    Batch batch;
    batch.add(set_outcome, Params(attempt, "SUCCEEDED"))
        .add(forgive_pair, Params(attempt))
        .add(remember_address, Params(user.id, address, token.issued_at))
        .add(insert_token, token_row(user.id, token));
    add_audit(batch, "LOGIN", user, trace, token.issued_at);
    const Result<std::vector<Rows>> rows = co_await transaction.commit_with(std::move(batch));
    if (!rows) co_return rows.error();
    co_return true;
}

asio::awaitable<std::optional<StoredRefreshToken>> lock_refresh_token(postgres::Transaction& transaction,
                                                                      const std::array<std::uint8_t, 32>& hash) {
    const postgres::Bytes key = to_bytes(hash);
    sql::RoundTrip trip;
    const auto user = trip.add(users::lock_by_refresh_token, Params(key));
    const auto found = trip.add(lock_token, Params(key));
    co_await trip.run(transaction.connection());
    if (trip[found].empty()) co_return std::nullopt;
    const postgres::Row row = trip[found].front();
    StoredRefreshToken token{.id = row.get<std::string>("id"),
                             .family_id = row.get<std::string>("family_id"),
                             .state = {.expires_at = row.get<WallTime>("expires_at"),
                                       .used = row.get<bool>("used"),
                                       .revoked = row.get<bool>("revoked"),
                                       .user_active = true},
                             .user = users::read(trip[user].front())};
    token.state.user_active = token.user.is_active;
    co_return token;
}

asio::awaitable<Result<void>> rotate(postgres::Transaction& transaction, const std::string& old_id,
                                     const std::string& user_id, const NewRefreshToken& next) {
    Batch batch;
    batch.add(spend_token, Params(old_id, next.issued_at)).add(insert_token, token_row(user_id, next));
    co_return outcome(co_await transaction.run(batch));
}

asio::awaitable<Result<void>> end_session(postgres::Transaction& transaction, const std::array<std::uint8_t, 32>& hash,
                                          const Ending& ending) {
    Batch batch;
    batch.add(end_session_of_token, ending_of(hash, ending));
    co_return outcome(co_await transaction.run(batch));
}

asio::awaitable<Result<void>> logout(postgres::Pool& pool, const std::array<std::uint8_t, 32>& hash,
                                     const Ending& ending, OptionalDeadline deadline) {
    Batch batch;
    batch.begin()
        .add(users::lock_by_refresh_token, Params(to_bytes(hash)))
        .add(end_session_of_token, ending_of(hash, ending))
        .commit();
    co_return outcome(co_await pool.run(batch, deadline));
}

asio::awaitable<Result<void>> clear_away(postgres::Pool& pool, const Lives& lives, WallTime now) {
    const ThrottleLimits& limits = lives.throttle;
    const WallTime latest = now + future_tolerance;
    const auto of_session = std::chrono::days{lives.refresh_token_days};
    struct Step {
        Step(const Statement& sql, Params values) : statement(sql), params(std::move(values)) {}
        const Statement& statement;
        Params params;
    };
    std::vector<Step> steps;
    steps.emplace_back(clear_attempts, Params(now - limits.window - limits.wait - std::chrono::hours{1}));
    steps.emplace_back(clear_future_attempts, Params(latest));
    steps.emplace_back(clear_tokens, Params(now - std::chrono::hours{24}));
    steps.emplace_back(clear_revoked_tokens, Params(oldest_access_token(now, lives.access_token)));
    steps.emplace_back(clear_addresses, Params(now - limits.known_for));
    steps.emplace_back(bring_back_tokens, Params(now, now + of_session, latest + of_session));
    steps.emplace_back(bring_back_addresses, Params(now, latest));
    steps.emplace_back(bring_back_users, Params(now, now + limits.wait, latest, latest + limits.wait));
    for (const Step& step : steps) {
        // Each in a transaction of its own; what is left over is for the next round.
        for (int done = 0; done < steps_at_a_time; ++done) {
            const Result<Rows> rows = co_await pool.execute(step.statement, step.params, {});
            if (!rows) co_return rows.error();
            if (rows->affected() < step_rows) break;
        }
    }
    co_return Result<void>();
}

}  // namespace loan_manager::auth::sessions
