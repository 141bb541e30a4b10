#include "auth/settings.hpp"

#include "token/key.hpp"

namespace loan_manager::auth {
namespace {

constexpr std::int64_t minutes_per_day = 1440;

void add_signing_settings(runtime::SettingsTable& table, Settings& settings) {
    table.group("Access tokens");
    table.text("KEY_DIRECTORY", settings.key_directory)
        .default_value("/var/lib/loan-manager-auth/keys")
        .min_length(1)
        .help(
            "Private signing keys of this host (directory mode 0700, files 0600); a first key is made when there is "
            "none. Instances on one host share it, each host has its own. ALGORITHM=EdDSA only.");
    table.minutes("ACCESS_TOKEN_EXPIRE_MINUTES", settings.access_token_expire)
        .default_value(30)
        .range(1, minutes_per_day)
        .help("Life of an access token.");
}

}  // namespace

void add_settings(runtime::SettingsTable& table, Settings& settings) {
    runtime::add_database_settings(table, settings.database);
    add_signing_settings(table, settings);
    table.text("ALGORITHM", settings.algorithm)
        .default_value("EdDSA")
        .one_of({"EdDSA", "HS256"})
        .help("How access tokens are signed; the same for every service.");
    table.text("JWT_SECRET_KEY", settings.jwt_secret_key)
        .secret()
        .min_length(token::min_secret_size)
        .help("Shared secret for ALGORITHM=HS256, the same for every service.");
    table.rule([&settings](runtime::SettingsErrors& errors) {
        if (settings.algorithm == "HS256" && settings.jwt_secret_key.empty()) {
            errors.add("JWT_SECRET_KEY", "must be given when ALGORITHM is HS256");
        }
    });

    table.group("Sessions");
    table.number("REFRESH_TOKEN_EXPIRE_DAYS", settings.refresh_token_expire_days)
        .default_value(7)
        .range(1, 90)
        .help("Life of a refresh token, which can be used once.");
    table.number("LOGIN_FAILURE_LIMIT", settings.throttle.failures)
        .default_value(5)
        .range(0, 1000)
        .help("Failed sign-ins of one account from one address after which that pair has to wait; 0: never.");
    table.minutes("LOGIN_FAILURE_WINDOW_MINUTES", settings.throttle.window)
        .default_value(15)
        .range(1, minutes_per_day)
        .help("Time within which these failures happen.");
    table.minutes("LOGIN_WAIT_MINUTES", settings.throttle.wait)
        .default_value(15)
        .range(1, minutes_per_day)
        .help("How long the pair waits.");
    table.number("LOGIN_ATTEMPTS_PER_MINUTE", settings.throttle.attempts_per_minute)
        .default_value(20)
        .range(0, 10000)
        .help("Sign-ins tried from one address in a minute, good or bad; 0: any number.");

    table.group("Passwords");
    table.number("ONE_TIME_PASSWORD_EXPIRE_HOURS", settings.one_time_password_expire_hours)
        .default_value(72)
        .range(1, 720)
        .help("How long a one-time password can be used to sign in.");
    table.number("ARGON2_MEMORY_KIB", settings.argon2.memory_kib)
        .default_value(19 * 1024)
        .range(1024, 4'194'304)
        .help("Memory of one Argon2id hash. Stored hashes of another cost are renewed at the next sign-in.");
    table.number("ARGON2_ITERATIONS", settings.argon2.iterations)
        .default_value(2)
        .range(1, 100)
        .help("Passes over that memory.");
    table.number("ARGON2_PARALLELISM", settings.argon2.parallelism)
        .default_value(1)
        .range(1, 16)
        .help("Lanes of one hash.");
    table.number("ARGON2_THREADS", settings.argon2_threads)
        .default_value(0)
        .range(0, 64)
        .help("Threads that compute hashes, each with that memory; 0 means one per processor.");
    table.number("ARGON2_QUEUE", settings.argon2_queue)
        .default_value(64)
        .range(0, 100000)
        .help("Sign-ins that may wait for such a thread; one more is answered 503.");
}

void add_key_settings(runtime::SettingsTable& table, Settings& settings) {
    runtime::add_database_settings(table, settings.database);
    add_signing_settings(table, settings);
}

}  // namespace loan_manager::auth
