#include "auth/keys/rotation.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <iostream>
#include <set>

#include "auth/keys/repository.hpp"
#include "auth/settings.hpp"
#include "postgres/transaction.hpp"
#include "token/jwk.hpp"

namespace loan_manager::auth::keys {
namespace {

namespace asio = boost::asio;
using postgres::Result;

asio::awaitable<Result<std::string>> connect_and_rotate(asio::io_context& context, const Settings& settings,
                                                        bool revoke_old) {
    Result<postgres::Dsn> dsn = postgres::Dsn::parse(settings.database.database_url);
    if (!dsn) co_return dsn.error();
    postgres::ConnectOptions options;
    options.dsn = *dsn;
    options.application_name = "loan-manager-auth rotate-key";
    Result<std::unique_ptr<postgres::Connection>> connection =
        co_await postgres::Connection::open(context, options, nullptr);
    if (!connection) co_return connection.error();
    const KeyDirectory directory(settings.key_directory);
    co_return co_await rotate(**connection, directory, revoke_old, settings.access_token_expire,
                              runtime::system_clock());
}

}  // namespace

asio::awaitable<Result<std::string>> rotate(postgres::Connection& connection, const KeyDirectory& directory,
                                            bool revoke_old, std::chrono::minutes token_life,
                                            const runtime::Clock& clock) {
    const std::vector<token::Key> former = directory.load_or_create();
    const token::Key fresh = directory.add();
    const WallTime now = clock.now();

    postgres::Transaction transaction(connection);
    const Result<std::vector<KeyRecord>> records = co_await list(connection);
    if (!records) co_return records.error();
    const KeyRecord record{.kid = fresh.kid(),
                           .public_jwk = token::write_jwk(fresh).value(),
                           .activates_at = revoke_old ? now : first_use(*records, now),
                           .valid_until = now + publication,
                           .retired_at = std::nullopt};
    const Result<void> published = co_await publish(connection, record, now);
    if (!published) co_return published.error();
    // What is revoked has ended for every clock, also for one that is put back.
    const WallTime end = revoke_old ? WallTime() : retirement(record.activates_at, token_life);
    for (const token::Key& key : former) {
        const Result<void> retired = co_await retire(connection, key.kid(), end);
        if (!retired) co_return retired.error();
    }
    const Result<void> committed = co_await transaction.commit();
    if (!committed) co_return committed.error();

    // Files that can never sign again: revoked now, or retired by an earlier rotation.
    std::set<std::string> over;
    for (const KeyRecord& known : *records) {
        if (known.retired_at && *known.retired_at <= now) over.insert(known.kid);
    }
    for (const token::Key& key : former) {
        if (revoke_old || over.contains(key.kid())) directory.remove(key.kid());
    }
    co_return fresh.kid();
}

int rotate_key_command(int argc, char** argv) {
    Settings settings;
    bool revoke_old = false;
    runtime::SettingsTable table("loan-manager-auth rotate-key", {},
                                 "Makes a new signing key for this host; running instances begin to use it.");
    add_key_settings(table, settings);
    table.group("Rotation");
    table.flag("REVOKE_OLD", revoke_old)
        .default_value("false")
        .help("End the former keys at once instead of when their last token has expired.");
    const auto parsed = table.parse(argc, argv);
    if (!parsed) {
        std::cerr << parsed.error().text();
        return 2;
    }
    if (*parsed != runtime::ParseAction::run) {
        std::cout << (*parsed == runtime::ParseAction::settings_markdown ? table.markdown() : table.help_text());
        return 0;
    }
    try {
        asio::io_context context;
        auto done = asio::co_spawn(context, connect_and_rotate(context, settings, revoke_old), asio::use_future);
        context.run();
        const Result<std::string> kid = done.get();
        if (!kid) {
            std::cerr << "loan-manager-auth: " << postgres::to_string(kid.error()) << '\n';
            return 1;
        }
        std::cout << "new signing key " << *kid << '\n';
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "loan-manager-auth: " << error.what() << '\n';
        return 1;
    }
}

}  // namespace loan_manager::auth::keys
