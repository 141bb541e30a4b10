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

    /// Refreshes once; what goes wrong is logged, the first time. To be done every `refresh_interval`, on the loop of
    /// `pool`.
    boost::asio::awaitable<void> refresh_once(postgres::Pool& pool);
    static constexpr std::chrono::seconds refresh_interval{1};

private:
    boost::asio::awaitable<postgres::Result<std::vector<KeyRecord>>> publish_own(postgres::Connection& connection);
    void adopt(const std::vector<KeyRecord>& records);
    void load_missing(const KeyDirectory& directory, const std::vector<KeyRecord>& records);
    const token::Key* own(std::string_view kid) const;

    const runtime::Clock& clock_;
    const std::optional<KeyDirectory> directory_;
    std::vector<token::Key> own_;  // private; touched by refresh() only
    bool failing_ = false;         // likewise; for the log

    mutable std::mutex mutex_;
    std::optional<token::Key> signing_;  // guarded by mutex_
    std::string jwks_;                   // guarded by mutex_
};

}  // namespace loan_manager::auth::keys
