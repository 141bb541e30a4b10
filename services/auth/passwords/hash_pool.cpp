#include "auth/passwords/hash_pool.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <thread>
#include <utility>

#include "auth/passwords/one_time.hpp"

namespace loan_manager::auth::passwords {
namespace {

namespace asio = boost::asio;

std::size_t thread_count(std::size_t wanted) {
    return wanted != 0 ? wanted : std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

}  // namespace

struct HashPool::Job {
    std::string password;
    std::string phc;  // empty: make one
    bool matches = false;
    std::exception_ptr failure;

    Job(std::string text, std::string known) : password(std::move(text)), phc(std::move(known)) {}
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;
    ~Job() { OPENSSL_cleanse(password.data(), password.size()); }

    void compute(const Cost& cost) noexcept {
        try {
            if (phc.empty()) {
                phc = passwords::hash(password, cost);
            } else {
                matches = passwords::verify(password, phc);
            }
        } catch (...) {
            failure = std::current_exception();
        }
    }
};

HashPool::HashPool(Cost cost, std::size_t threads, std::size_t max_waiting)
    : cost_(cost),
      max_pending_(thread_count(threads) + max_waiting),
      nobody_(passwords::hash(one_time_password(), cost)),
      threads_(thread_count(threads)) {}

HashPool::~HashPool() { threads_.join(); }

asio::awaitable<rpc::Result<void>> HashPool::run(std::shared_ptr<Job> job) {
    if (pending_.fetch_add(1) >= max_pending_) {
        pending_.fetch_sub(1);
        co_return rpc::Error("UNAVAILABLE", "Too many sign-ins at the moment.", std::vector<rpc::FieldIssue>(), 1);
    }
    // The job is shared because the coroutine may be destroyed, with its loop, while the hash is computed.
    auto initiate = [](auto handler, HashPool* pool, std::shared_ptr<Job> shared) {
        auto guard = asio::make_work_guard(asio::get_associated_executor(handler));
        asio::post(pool->threads_, [pool, shared = std::move(shared), guard = std::move(guard),
                                    handler = std::move(handler)]() mutable {
            shared->compute(pool->cost_);
            pool->pending_.fetch_sub(1);
            asio::post(guard.get_executor(), std::move(handler));
        });
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(initiate, asio::use_awaitable, this, job);
    if (job->failure) std::rethrow_exception(job->failure);
    co_return rpc::Result<void>();
}

asio::awaitable<rpc::Result<bool>> HashPool::verify(std::string password, std::string phc) {
    auto job = std::make_shared<Job>(std::move(password), std::move(phc));
    const rpc::Result<void> done = co_await run(job);
    if (!done) co_return done.error();
    co_return job->matches;
}

asio::awaitable<rpc::Result<bool>> HashPool::verify_nobody(std::string password) {
    auto job = std::make_shared<Job>(std::move(password), nobody_);
    const rpc::Result<void> done = co_await run(job);
    if (!done) co_return done.error();
    co_return false;
}

asio::awaitable<rpc::Result<std::string>> HashPool::hash(std::string password) {
    auto job = std::make_shared<Job>(std::move(password), std::string());
    const rpc::Result<void> done = co_await run(job);
    if (!done) co_return done.error();
    co_return rpc::Result<std::string>(boost::system::in_place_value, std::move(job->phc));
}

}  // namespace loan_manager::auth::passwords
