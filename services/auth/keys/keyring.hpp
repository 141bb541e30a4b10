// The keys of a running instance.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "auth/keys/key_directory.hpp"
#include "auth/keys/rules.hpp"
#include "postgres/pool.hpp"
#include "runtime/clock.hpp"
#include "token/key_set.hpp"

namespace loan_manager::auth::keys {

/// The keys that are published now, as a JWK set.
std::string write_published(const std::vector<KeyRecord>& records, WallTime now);

/// Knows which key signs now and which keys verifiers may accept.
///
/// With EdDSA the private halves are in a KeyDirectory and the public halves of all instances in the database: an
/// instance publishes its own and follows those of the others, so that any verifier can ask any instance. With HS256
/// there is one shared secret and nothing to publish.
///
/// The observers may be called from every thread.
class Keyring {
public:
    /// EdDSA. Reads the directory, or throws KeyDirectoryError.
    Keyring(KeyDirectory directory, const runtime::Clock& clock);
    /// HS256.
    Keyring(token::Key secret, const runtime::Clock& clock);

    /// The key for new tokens; nothing until it has been published to the verifiers.
    std::optional<token::Key> signing_key() const;

    /// Public keys as a JWK set; `{"keys":[]}` with a shared secret.
    std::string jwks() const;

    bool uses_shared_secret() const noexcept { return !directory_; }

    /// Publishes what is new here, takes over what is new elsewhere.
    boost::asio::awaitable<postgres::Result<void>> refresh(postgres::Connection& connection);

    /// Refreshes once; what goes wrong is logged, the first time. To be done on the loop of `pool`, whenever there is
    /// news of keys, and again after the returned time: a key becomes active or ends then, or it is `refresh_interval`.
    boost::asio::awaitable<std::chrono::milliseconds> refresh_once(postgres::Pool& pool);
    static constexpr std::chrono::seconds refresh_interval{10};
    static constexpr std::chrono::seconds retry_interval{1};
    static constexpr std::chrono::milliseconds first_retry{200};

    /// Whether a token can be signed now and stored with its session: there is a key, and the database did not fail
    /// twice in a row. On the loop of refresh_once().
    bool can_sign() const;
    /// The last refresh_once() could not be done. On the loop that does them.
    bool is_failing() const { return failures_ > 0; }

private:
    boost::asio::awaitable<postgres::Result<std::vector<KeyRecord>>> publish_own(postgres::Connection& connection);
    boost::asio::awaitable<postgres::Result<bool>> bring_back_all(postgres::Connection& connection,
                                                                  const std::vector<KeyRecord>& records);
    void adopt(const std::vector<KeyRecord>& records);
    void load_missing(const KeyDirectory& directory, const std::vector<KeyRecord>& records);
    const token::Key* own(std::string_view kid) const;

    const runtime::Clock& clock_;
    const std::optional<KeyDirectory> directory_;
    std::vector<token::Key> own_;          // private; touched by refresh() only
    unsigned failures_ = 0;                // likewise: of refresh_once(), in a row
    std::optional<WallTime> next_change_;  // likewise

    mutable std::mutex mutex_;
    std::optional<token::Key> signing_;  // guarded by mutex_
    std::string jwks_;                   // guarded by mutex_
};

}  // namespace loan_manager::auth::keys
