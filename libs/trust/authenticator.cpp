#include "trust/authenticator.hpp"

#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <vector>

#include "runtime/log.hpp"
#include "runtime/periodic.hpp"
#include "token/access_token.hpp"
#include "trust/token_cache.hpp"
#include "trust/trust_snapshot.hpp"

namespace loan_manager::trust {
namespace asio = boost::asio;
using namespace std::chrono_literals;
namespace {

// A request with an unknown key waits at most this long for the question somebody else is asking.
constexpr auto wait_for_others = 1s;

// Between an answer and the next question: many revocations at once come in few answers.
constexpr auto between_answers = 20ms;

// Before the second try, which may meet another instance.
constexpr auto after_failure = 100ms;

std::optional<token::KeySet> fixed_keys_of(const AuthenticatorOptions& options) {
    if (options.algorithm == "EdDSA") {
        return std::nullopt;
    }
    if (options.algorithm != "HS256") {
        throw std::invalid_argument("unknown token algorithm '" + options.algorithm + "'");
    }
    token::result<token::Key> key = token::Key::hs256(options.shared_secret);
    if (!key) {
        throw std::invalid_argument("the shared secret for HS256 needs at least 32 bytes");
    }
    token::KeySet keys;
    keys.add(std::move(*key)).value();
    return keys;
}

access::Identity identity_of(token::AccessToken claims) {
    access::Identity identity;
    identity.user_id = std::move(claims.user_id);
    identity.username = std::move(claims.username);
    identity.roles = std::move(claims.roles);
    identity.company_scope = std::move(claims.company_scope);
    identity.branch_scope = std::move(claims.branch_scope);
    identity.ver = claims.version;
    identity.jti = std::move(claims.id);
    identity.exp = claims.expires_at;
    return identity;
}

rpc::Error not_valid() { return rpc::Error("UNAUTHENTICATED", "The access token is not valid."); }

}  // namespace

class Authenticator::Impl : public std::enable_shared_from_this<Impl> {
public:
    Impl(AuthenticatorOptions options, std::shared_ptr<Source> source)
        : options_(std::move(options)),
          source_(std::move(source)),
          state_(fixed_keys_of(options_)),
          uses_auth_keys_(options_.algorithm == "EdDSA"),
          cache_(options_.cache_entries) {}

    bool ready() const;
    void start(asio::any_io_executor executor);
    void stop();
    asio::awaitable<rpc::Result<void>> refresh(std::int64_t since, std::chrono::milliseconds hold);
    asio::awaitable<rpc::Result<access::Identity>> authenticate(std::string_view bearer);
    asio::awaitable<rpc::Result<void>> poll_once() {
        return refresh(state_.next_epoch(options_.clock->steady_now()), std::chrono::milliseconds{0});
    }

private:
    /// `unknown_key` is set when only newer keys could change the answer.
    rpc::Result<access::Identity> check(std::string_view bearer, bool& unknown_key);
    rpc::Result<access::Identity> accept(const access::Identity& identity, const TrustSnapshot& snapshot) const;
    asio::awaitable<void> ask_about_unknown_key();
    bool may_ask(const std::shared_ptr<asio::steady_timer>& wait);
    void wake_others();
    void note(bool reachable);
    static asio::awaitable<void> poll(std::shared_ptr<Impl> self);
    asio::awaitable<void> ask_for_news();

    const AuthenticatorOptions options_;
    const std::shared_ptr<Source> source_;
    TrustState state_;
    const bool uses_auth_keys_;
    TokenCache cache_;

    std::mutex ask_mutex_;
    bool asking_ = false;
    std::optional<TrustState::SteadyTime> asked_;
    std::vector<std::shared_ptr<asio::steady_timer>> others_;
    bool reachable_ = true;            ///< guarded by ask_mutex_; for the log
    std::atomic<unsigned> failed_{0};  ///< questions in a row

    std::optional<runtime::Periodic> polls_;
};

bool Authenticator::Impl::ready() const {
    if (!uses_auth_keys_) {
        return true;
    }
    const std::optional<TrustState::SteadyTime> heard = state_.heard();
    return heard && options_.clock->steady_now() - *heard <= options_.max_stale;
}

void Authenticator::Impl::start(asio::any_io_executor executor) {
    if (!source_) {
        return;
    }
    runtime::PeriodicOptions polls;
    polls.name = "trust";
    polls.interval = options_.poll_interval;
    polls_.emplace(std::move(executor), std::move(polls), [weak = weak_from_this()] { return poll(weak.lock()); });
    polls_->start();
}

void Authenticator::Impl::stop() {
    if (polls_) {
        polls_->cancel();
    }
}

asio::awaitable<void> Authenticator::Impl::poll(std::shared_ptr<Impl> self) {
    if (!self) {
        co_return;
    }
    try {
        co_await self->ask_for_news();
    } catch (...) {
        self->note(false);  // a local source may throw its database's failure
        throw;
    }
}

// Auth answers when there is news, or when the hold is over: then ask again at once. An auth that does not hold its
// answers back is asked every `poll_interval`.
asio::awaitable<void> Authenticator::Impl::ask_for_news() {
    const std::chrono::milliseconds hold = std::min(options_.hold, std::chrono::milliseconds(options_.max_stale) / 2);
    const auto asked = options_.clock->steady_now();
    const std::int64_t since = state_.next_epoch(asked);
    const rpc::Result<void> done = co_await refresh(since, hold);
    if (!done) {
        polls_->note_failure();
    }
    const bool had_news = done && state_.next_epoch(options_.clock->steady_now()) != since;
    const bool was_held = hold > 0ms && options_.clock->steady_now() - asked >= hold / 2;
    if (done ? had_news || was_held : failed_ == 1) {
        polls_->next_after(done ? between_answers : after_failure);
    }
}

asio::awaitable<rpc::Result<void>> Authenticator::Impl::refresh(std::int64_t since, std::chrono::milliseconds hold) {
    rpc::Result<loanmanager::auth::v1::Trust> trust = co_await source_->fetch(since, hold);
    if (!trust) {
        note(false);
        co_return std::move(trust).error();
    }
    if (!state_.apply(*trust, since, options_.clock->steady_now())) {
        runtime::log::error("the key set of auth is not usable");
        co_return rpc::internal_error();
    }
    note(true);
    co_return rpc::Result<void>();
}

void Authenticator::Impl::note(bool reachable) {
    const std::lock_guard lock(ask_mutex_);
    failed_ = reachable ? 0 : failed_ + 1;
    // Once is nothing: the instance that was asked has ended, and the next question goes to another one.
    const bool now_reachable = failed_ < 2 && (reachable || reachable_);
    if (now_reachable != reachable_) {
        reachable_ = now_reachable;
        if (reachable) {
            runtime::log::info("auth answers again");
        } else {
            runtime::log::warning("auth does not answer; known keys stay in use",
                                  {{"for_at_most_seconds", options_.max_stale.count()}});
        }
    }
}

rpc::Result<access::Identity> Authenticator::Impl::accept(const access::Identity& identity,
                                                          const TrustSnapshot& snapshot) const {
    const auto revoked = snapshot.min_ver.find(identity.user_id);
    if ((revoked != snapshot.min_ver.end() && identity.ver < revoked->second) ||
        snapshot.revoked_tokens.contains(identity.jti)) {
        return rpc::Error("UNAUTHENTICATED", "The access token has been revoked.");
    }
    if (options_.clock->now() >= identity.exp + token::access_token_expectations().leeway) {
        return rpc::Error("TOKEN_EXPIRED");
    }
    return identity;
}

rpc::Result<access::Identity> Authenticator::Impl::check(std::string_view bearer, bool& unknown_key) {
    unknown_key = false;
    if (bearer.empty() || bearer.size() > token::max_token_size) {
        return not_valid();
    }
    if (!ready()) {
        return rpc::unavailable();
    }
    const std::shared_ptr<const TrustSnapshot> snapshot = state_.current();
    const Digest digest = digest_of(bearer);
    if (const std::shared_ptr<const access::Identity> known = cache_.find(digest, snapshot->generation)) {
        return accept(*known, *snapshot);
    }
    const auto now = std::chrono::floor<std::chrono::seconds>(options_.clock->now());
    token::result<token::AccessToken> claims = token::verify_access_token(bearer, snapshot->keys, now);
    if (!claims) {
        unknown_key = claims.error() == token::Errc::unknown_key;
        return claims.error() == token::Errc::expired ? rpc::Error("TOKEN_EXPIRED") : not_valid();
    }
    auto identity = std::make_shared<const access::Identity>(identity_of(std::move(*claims)));
    cache_.insert(digest, snapshot->generation, identity);
    return accept(*identity, *snapshot);
}

bool Authenticator::Impl::may_ask(const std::shared_ptr<asio::steady_timer>& wait) {
    const auto now = options_.clock->steady_now();
    const std::lock_guard lock(ask_mutex_);
    if (asking_) {
        others_.push_back(wait);
        return false;
    }
    wait->expires_after(0s);
    if (asked_ && now - *asked_ < options_.unknown_key_cooldown) {
        return false;
    }
    asking_ = true;
    asked_ = now;
    return true;
}

void Authenticator::Impl::wake_others() {
    std::vector<std::shared_ptr<asio::steady_timer>> waiting;
    {
        const std::lock_guard lock(ask_mutex_);
        asking_ = false;
        waiting.swap(others_);
    }
    for (std::shared_ptr<asio::steady_timer>& timer : waiting) {
        // On the waiter's own loop, after it has begun to wait.
        const asio::any_io_executor executor = timer->get_executor();
        asio::post(executor, [timer = std::move(timer)] { timer->cancel(); });
    }
}

asio::awaitable<void> Authenticator::Impl::ask_about_unknown_key() {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    auto wait = std::make_shared<asio::steady_timer>(executor, wait_for_others);
    if (!may_ask(wait)) {
        boost::system::error_code ignored;
        co_await wait->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        co_return;
    }
    struct WakeAtEnd {
        explicit WakeAtEnd(Impl& owner) : impl(owner) {}
        ~WakeAtEnd() { impl.wake_others(); }
        Impl& impl;
    };
    const WakeAtEnd wake(*this);
    co_await refresh(0, 0ms);
}

asio::awaitable<rpc::Result<access::Identity>> Authenticator::Impl::authenticate(std::string_view bearer) {
    bool unknown_key = false;
    rpc::Result<access::Identity> first = check(bearer, unknown_key);
    if (!unknown_key || !uses_auth_keys_) {
        co_return first;
    }
    co_await ask_about_unknown_key();
    rpc::Result<access::Identity> second = check(bearer, unknown_key);
    co_return second;
}

Authenticator::Authenticator(AuthenticatorOptions options, std::shared_ptr<Source> source)
    : impl_(std::make_shared<Impl>(std::move(options), std::move(source))) {}

Authenticator::~Authenticator() { impl_->stop(); }

void Authenticator::start(asio::any_io_executor executor) { impl_->start(std::move(executor)); }
void Authenticator::stop() { impl_->stop(); }
asio::awaitable<rpc::Result<void>> Authenticator::refresh() { return impl_->poll_once(); }

asio::awaitable<rpc::Result<access::Identity>> Authenticator::authenticate(std::string_view bearer) {
    return impl_->authenticate(bearer);
}

bool Authenticator::ready() const { return impl_->ready(); }

}  // namespace loan_manager::trust
