// A process that has run out of descriptors.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>
#include <optional>
#include <thread>

#include "fixture.hpp"
#include "raw_client.hpp"
#include "runtime/background.hpp"

using namespace loan_manager;
using namespace loan_manager::rpc::testing;

namespace {

/// While it lives the process gets no more than so many new descriptors.
class NoDescriptors {
public:
    explicit NoDescriptors(int but) {
        ::getrlimit(RLIMIT_NOFILE, &usual_);
        // The lowest that is free.
        const int next = ::dup(STDIN_FILENO);
        const rlimit none{static_cast<rlim_t>(next + but), usual_.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &none);
        ::close(next);
    }
    ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &usual_); }
    NoDescriptors(const NoDescriptors&) = delete;
    NoDescriptors& operator=(const NoDescriptors&) = delete;

private:
    rlimit usual_{};
};

}  // namespace

TEST_CASE("a server that has no descriptors left is counted as failing, and accepts again when it has some") {
    Threads threads;
    TestServer server(threads, {});
    const auto failures = [] { return runtime::background_task("accepting connections").failures; };
    const auto at_first = failures();
    std::optional<RawClient> client;
    {
        const NoDescriptors none(1);
        client.emplace(server->socket()->path());
        while (failures() < at_first + 2) {
            std::this_thread::yield();
        }
    }
    CHECK(client->is_greeted());
}
