#include "support.hpp"

#include <cstdio>
#include <cstdlib>

#include <unistd.h>

#include "testing/cluster.hpp"

namespace loan_manager::postgres::testing {

namespace {

class TestDatabase {
public:
    TestDatabase() : name_("lm_postgres_test_" + std::to_string(getpid())) {
        const char* server = std::getenv("LM_TEST_POSTGRES");
        if (server != nullptr) {
            server_ = server;
        } else {
            cluster_.emplace();
            server_ = cluster_->dsn();
        }
        administer("CREATE DATABASE " + name_);
        Dsn dsn = Dsn::parse(server_).value();
        dsn.set("dbname", name_);
        for (const auto& [keyword, value] : dsn.entries()) {
            dsn_ += keyword + "='" + value + "' ";
        }
    }

    ~TestDatabase() {
        try {
            administer("DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
        } catch (const std::exception& error) {
            std::fprintf(stderr, "cannot drop %s: %s\n", name_.c_str(), error.what());
        }
    }

    [[nodiscard]] const std::string& dsn() const { return dsn_; }

private:
    void administer(const std::string& sql) {
        // Not run(): the database is dropped after doctest has ended.
        asio::io_context context(1);
        std::exception_ptr thrown;
        asio::co_spawn(context, administer(context, sql), [&thrown](std::exception_ptr error) { thrown = error; });
        context.run();
        if (thrown) std::rethrow_exception(thrown);
    }

    asio::awaitable<void> administer(asio::io_context& context, const std::string& sql) {
        const ConnectOptions options = connect_options(server_);
        const auto connection = co_await Connection::open(context, options, nullptr);
        const auto done = co_await connection.value()->script(sql);
        done.value();
    }

    std::string name_;
    std::optional<loan_manager::testing::Cluster> cluster_;
    std::string server_;
    std::string dsn_;
};

}  // namespace

const std::string& test_dsn() {
    static const TestDatabase database;
    return database.dsn();
}

ConnectOptions connect_options(const std::string& dsn) {
    ConnectOptions options;
    options.dsn = Dsn::parse(dsn).value();
    options.application_name = "postgres_test";
    return options;
}

PoolOptions pool_options(std::size_t max_connections, const std::string& dsn) {
    PoolOptions options;
    options.connect = connect_options(dsn);
    options.max_connections = max_connections;
    return options;
}

void run(const Body& body, std::chrono::seconds limit) {
    asio::io_context context(1);
    bool done = false;
    std::exception_ptr thrown;
    asio::co_spawn(context, body(context), [&](std::exception_ptr error) {
        done = true;
        thrown = error;
        // After a failed check other coroutines of the test may refer to what the failed one has taken along.
        if (error) context.stop();
    });
    context.run_for(limit);
    if (thrown) std::rethrow_exception(thrown);
    REQUIRE_MESSAGE(done, "the coroutine is not done in time");
}

asio::awaitable<bool> eventually(std::function<bool()> condition) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    const Deadline end = after(10s);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) co_return false;
        timer.expires_after(2ms);
        co_await timer.async_wait(asio::use_awaitable);
    }
    co_return true;
}

asio::awaitable<std::unique_ptr<Connection>> connect(asio::io_context& context,
                                                     std::shared_ptr<CancelThreads> cancellers) {
    const ConnectOptions options = connect_options();
    auto opened = co_await Connection::open(context, options, cancellers);
    co_return std::move(opened).value();
}

asio::awaitable<void> terminate(Connection& administrator, int backend_pid) {
    const std::string sql = "SELECT pg_terminate_backend($1, 5000)";
    const Params params(backend_pid);
    const auto done = co_await administrator.query(sql, params);
    done.value();
}

}  // namespace loan_manager::postgres::testing
