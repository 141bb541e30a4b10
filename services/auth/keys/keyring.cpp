#include "auth/keys/keyring.hpp"

#include <algorithm>
#include <utility>

#include "auth/keys/repository.hpp"
#include "runtime/log.hpp"
#include "token/jwk.hpp"

namespace loan_manager::auth::keys {
namespace {

namespace asio = boost::asio;
namespace log = runtime::log;
using postgres::Result;

}  // namespace

std::string write_published(const std::vector<KeyRecord>& records, WallTime now) {
    token::KeySet published;
    for (const KeyRecord& record : records) {
        if (!is_published(record, now)) continue;
        const token::result<token::Key> key = token::parse_jwk(record.public_jwk);
        if (!key || key->kid() != record.kid || !published.add(*key)) {
            log::error("published signing key is not a valid JWK", {{"kid", record.kid}});
        }
    }
    return token::write_jwks(published);
}

Keyring::Keyring(KeyDirectory directory, const runtime::Clock& clock)
    : clock_(clock),
      directory_(std::move(directory)),
      own_(directory_->load_or_create()),
      jwks_(token::write_jwks(token::KeySet())) {}

Keyring::Keyring(token::Key secret, const runtime::Clock& clock)
    : clock_(clock), signing_(std::move(secret)), jwks_(token::write_jwks(token::KeySet())) {}

std::optional<token::Key> Keyring::signing_key() const {
    const std::lock_guard lock(mutex_);
    return signing_;
}

bool Keyring::can_sign() const { return signing_key().has_value() && failures_ < 2; }

std::string Keyring::jwks() const {
    const std::lock_guard lock(mutex_);
    return jwks_;
}

const token::Key* Keyring::own(std::string_view kid) const {
    const auto found = std::find_if(own_.begin(), own_.end(), [&](const token::Key& key) { return key.kid() == kid; });
    return found == own_.end() ? nullptr : &*found;
}

asio::awaitable<Result<void>> Keyring::refresh(postgres::Connection& connection) {
    if (!directory_) {
        // Nothing to learn but whether the database answers.
        const Result<std::vector<KeyRecord>> answered = co_await list(connection);
        if (!answered) co_return answered.error();
        co_return Result<void>();
    }
    const Result<std::vector<KeyRecord>> records = co_await publish_own(connection);
    if (!records) co_return records.error();
    load_missing(*directory_, *records);
    adopt(*records);
    co_return Result<void>();
}

// What a clock that was ahead has written would else keep a key waiting, or trusted, for as long.
asio::awaitable<Result<bool>> Keyring::bring_back_all(postgres::Connection& connection,
                                                      const std::vector<KeyRecord>& records) {
    bool changed = false;
    for (const KeyRecord& record : records) {
        const KeyRecord sound = bounded(record, clock_.now());
        if (sound == record) continue;
        log::warning("a signing key has instants that lie too far ahead; was the clock put back?",
                     {{"kid", record.kid}});
        const Result<void> done = co_await bring_back(connection, sound);
        if (!done) co_return done.error();
        changed = true;
    }
    co_return changed;
}

asio::awaitable<Result<std::vector<KeyRecord>>> Keyring::publish_own(postgres::Connection& connection) {
    Result<std::vector<KeyRecord>> records = co_await list(connection);
    if (!records) co_return records.error();
    const Result<bool> brought_back = co_await bring_back_all(connection, *records);
    if (!brought_back) co_return brought_back.error();
    const WallTime now = clock_.now();
    bool changed = *brought_back;
    for (const token::Key& key : own_) {
        const auto known = std::find_if(records->begin(), records->end(),
                                        [&](const KeyRecord& record) { return record.kid == key.kid(); });
        if (known == records->end()) {
            const KeyRecord record{.kid = key.kid(),
                                   .public_jwk = token::write_jwk(key).value(),
                                   .activates_at = first_use(*records, now),
                                   .valid_until = now + publication,
                                   .retired_at = std::nullopt};
            const Result<void> published = co_await publish(connection, record, now);
            if (!published) co_return published.error();
            changed = true;
        } else if (!known->retired_at && known->valid_until - now < publication / 2) {
            const Result<void> extended = co_await extend(connection, key.kid(), now + publication);
            if (!extended) co_return extended.error();
            changed = true;
        }
    }
    if (changed) records = co_await list(connection);
    co_return records;
}

// A rotation puts the new private key into our directory and its public half into the database.
void Keyring::load_missing(const KeyDirectory& directory, const std::vector<KeyRecord>& records) {
    for (const KeyRecord& record : records) {
        if (own(record.kid) != nullptr || !is_published(record, clock_.now())) continue;
        try {
            for (token::Key& key : directory.load(record.kid)) {
                log::info("signing key added", {{"kid", key.kid()}});
                own_.push_back(std::move(key));
            }
        } catch (const KeyDirectoryError& error) {
            log::error("signing key cannot be used", {{"kid", record.kid}, {"reason", error.what()}});
        }
    }
}

void Keyring::adopt(const std::vector<KeyRecord>& records) {
    const WallTime now = clock_.now();
    std::string published = write_published(records, now);
    const KeyRecord* chosen = signing_record(
        records, [this](std::string_view kid) { return own(kid) != nullptr; }, now);
    std::optional<token::Key> signing;
    if (chosen != nullptr) signing = *own(chosen->kid);
    next_change_ = next_change(records, now);

    const std::lock_guard lock(mutex_);
    if (signing && (!signing_ || signing_->kid() != signing->kid())) {
        log::info("signing with key", {{"kid", signing->kid()}});
    }
    signing_ = std::move(signing);
    jwks_ = std::move(published);
}

asio::awaitable<std::chrono::milliseconds> Keyring::refresh_once(postgres::Pool& pool) {
    Result<void> refreshed;
    {
        Result<postgres::Lease> lease = co_await pool.acquire();
        if (lease) {
            refreshed = co_await refresh(**lease);
        } else {
            refreshed = lease.error();
        }
    }
    if (refreshed.has_error()) {
        if (++failures_ == 1) {
            log::warning("signing keys cannot be refreshed", {{"reason", postgres::to_string(refreshed.error())}});
            co_return first_retry;
        }
        co_return retry_interval;
    }
    failures_ = 0;
    std::chrono::milliseconds pause = refresh_interval;
    if (next_change_) {
        const auto until = std::chrono::ceil<std::chrono::milliseconds>(*next_change_ - clock_.now());
        pause = std::clamp(until, std::chrono::milliseconds{1}, pause);
    }
    co_return pause;
}

}  // namespace loan_manager::auth::keys
