#pragma once

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "loanmanager/auth/v1/auth.grpc.pb.h"
#include "loanmanager/fleet/v1/bikes.grpc.pb.h"
#include "rpc/client.hpp"
#include "rpc/server.hpp"
#include "runtime/instance_socket.hpp"
#include "runtime/loops.hpp"
#include "runtime/metrics.hpp"

namespace loan_manager::rpc::testing {

namespace asio = boost::asio;
namespace fleet = loanmanager::fleet::v1;
namespace auth = loanmanager::auth::v1;
using namespace std::chrono_literals;

inline const std::string list_bikes = "/loanmanager.fleet.v1.BikeService/ListBikes";
inline const std::string get_bike = "/loanmanager.fleet.v1.BikeService/GetBike";
inline const std::string procure_bike = "/loanmanager.fleet.v1.BikeService/ProcureBike";
inline const std::string update_bike = "/loanmanager.fleet.v1.BikeService/UpdateBike";
inline const std::string get_trust = "/loanmanager.auth.v1.TrustService/GetTrust";
inline const std::string get_jwks = "/loanmanager.auth.v1.TrustService/GetJwks";

/// Two running event loops. Declare it first: it must end last.
class Threads {
public:
    Threads() { loops_.start(); }

    std::vector<asio::any_io_executor> executors() {
        std::vector<asio::any_io_executor> all;
        for (std::size_t i = 0; i < loops_.size(); ++i) {
            all.emplace_back(loops_.at(i).get_executor());
        }
        return all;
    }
    asio::any_io_executor next() { return loops_.next().get_executor(); }
    bool finish() { return loops_.finish(std::chrono::steady_clock::now() + 20s); }

    /// Starts a coroutine on a loop; the future has its result.
    template <class T>
    std::future<T> spawn(asio::awaitable<T> coroutine) {
        return asio::co_spawn(loops_.next(), std::move(coroutine), asio::use_future);
    }
    template <class T>
    T run(asio::awaitable<T> coroutine) {
        return spawn(std::move(coroutine)).get();
    }

private:
    runtime::Loops loops_{2};
};

/// What the test server's methods do; each may be replaced before it starts.
struct Handlers {
    std::function<asio::awaitable<Result<fleet::Bike>>(CallContext&, const fleet::GetBikeRequest&)> get;
    std::function<asio::awaitable<Result<fleet::Bike>>(CallContext&, const fleet::ProcureBikeRequest&)> procure;
    std::function<asio::awaitable<Result<fleet::Bike>>(CallContext&, const fleet::UpdateBikeRequest&)> update;
    std::function<asio::awaitable<Result<fleet::BikeList>>(CallContext&, const fleet::ListBikesRequest&)> list;
    std::function<asio::awaitable<Result<auth::Trust>>(CallContext&, const auth::GetTrustRequest&)> trust;
};

/// A directory of instances.
class SocketDirectory {
public:
    SocketDirectory();
    ~SocketDirectory();
    SocketDirectory(const SocketDirectory&) = delete;
    SocketDirectory& operator=(const SocketDirectory&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::string address() const { return "unix:" + path_.string(); }
    /// Of a server that is an instance of that name in here.
    ServerOptions instance(const std::string& name, ServerOptions options = {}) const;

private:
    std::filesystem::path path_;
};

/// Of a server on a TCP port of its own choosing, with nothing to prove who is who.
ServerOptions on_tcp(std::uint16_t port = 0);

/// BikeService and TrustService with handlers of the test's choice. The token "admin" is an admin's, "viewer" a
/// viewer's; "expired" has expired, anything else is no token. Unless the options say where, it listens in a directory
/// of its own. Its socket is published from the beginning.
class TestServer {
public:
    TestServer(Threads& threads, Handlers handlers, ServerOptions options = {}, ServerHooks hooks = {});

    Server& operator*() { return server_; }
    Server* operator->() { return &server_; }
    std::string address() const;

private:
    SocketDirectory own_;
    Handlers handlers_;
    Server server_;
};

/// Context of a caller with a generous budget.
inline CallContext caller(std::string token = "admin", std::chrono::milliseconds budget = 20s) {
    CallContext context;
    context.request_id = "test-request-1";
    context.bearer = std::move(token);
    context.deadline = CallContext::Clock::now() + budget;
    return context;
}

/// A request that passes validation.
inline fleet::GetBikeRequest some_bike() {
    fleet::GetBikeRequest request;
    request.set_id("01900000-0000-7000-8000-000000000001");
    return request;
}

/// Options of an upstream; TCP addresses get credentials that prove nothing.
UpstreamOptions to(const std::string& address);

/// One typed call, from the test's thread.
template <class Response>
Result<Response> call_now(Threads& threads, Upstream& upstream, const std::string& method, const CallContext& context,
                          const google::protobuf::Message& request, const CallOptions& options = {}) {
    return threads.run(call<Response>(upstream, method, context, request, options));
}

/// Suspends for ever, until cancelled.
asio::awaitable<void> wait_for_cancellation();

/// Waits on the executor; for handlers that take their time.
asio::awaitable<void> wait(std::chrono::milliseconds time);

}  // namespace loan_manager::rpc::testing
