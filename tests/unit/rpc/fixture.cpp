#include "fixture.hpp"

#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <stdlib.h>
#include <boost/asio/ip/tcp.hpp>
#include <stdexcept>

namespace loan_manager::commands {

// Stands in for the runner, which libs/rpc knows by name only.
class Runner {
public:
    template <class Request, class Response>
    static rpc::CommandHandler<Request, Response> plain(
        std::function<boost::asio::awaitable<rpc::Result<Response>>(rpc::CallContext&, const Request&)> run) {
        return rpc::CommandHandler<Request, Response>(std::move(run));
    }
};

}  // namespace loan_manager::commands

namespace loan_manager::rpc::testing {
namespace {

asio::awaitable<Result<access::Identity>> fake_authenticate(std::string_view bearer) {
    access::Identity identity;
    if (bearer == "expired") {
        co_return Error("TOKEN_EXPIRED");
    }
    if (bearer != "admin" && bearer != "viewer") {
        co_return Error("UNAUTHENTICATED");
    }
    identity.user_id = "user-" + std::string(bearer);
    identity.roles.emplace_back(bearer);
    co_return identity;
}

asio::awaitable<Result<fleet::Bike>> plain_bike() {
    fleet::Bike bike;
    bike.set_id("some-bike");
    co_return bike;
}

asio::awaitable<Result<fleet::BikeList>> empty_list() { co_return fleet::BikeList(); }
asio::awaitable<Result<auth::Trust>> plain_trust() { co_return auth::Trust(); }

ServerOptions somewhere(const SocketDirectory& own, ServerOptions options) {
    return options.socket || options.tcp ? options : own.instance("1", std::move(options));
}

ServerHooks with_tokens(ServerHooks hooks) {
    hooks.authenticate = fake_authenticate;
    return hooks;
}

}  // namespace

SocketDirectory::SocketDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "lm-rpc-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::runtime_error("mkdtemp");
    }
    path_ = name;
}

SocketDirectory::~SocketDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

ServerOptions SocketDirectory::instance(const std::string& name, ServerOptions options) const {
    options.socket = std::make_shared<runtime::InstanceSocket>(path_, name);
    return options;
}

ServerOptions on_tcp(std::uint16_t port) {
    ServerOptions options;
    options.tcp = ServerOptions::Tcp{"127.0.0.1", port, grpc::InsecureServerCredentials()};
    return options;
}

TestServer::TestServer(Threads& threads, Handlers handlers, ServerOptions options, ServerHooks hooks)
    : handlers_(std::move(handlers)),
      server_(somewhere(own_, std::move(options)), threads.executors(), with_tokens(std::move(hooks))) {
    ServiceBuilder bikes = server_.service<fleet::BikeService>();
    bikes.query("GetBike", [this](CallContext& c, const fleet::GetBikeRequest& r) {
        return handlers_.get ? handlers_.get(c, r) : plain_bike();
    });
    bikes.query("ListBikes", [this](CallContext& c, const fleet::ListBikesRequest& r) {
        return handlers_.list ? handlers_.list(c, r) : empty_list();
    });
    bikes.command("ProcureBike", commands::Runner::plain<fleet::ProcureBikeRequest, fleet::Bike>(
                                     [this](CallContext& c, const fleet::ProcureBikeRequest& r) {
                                         return handlers_.procure ? handlers_.procure(c, r) : plain_bike();
                                     }));
    bikes.command("UpdateBike", commands::Runner::plain<fleet::UpdateBikeRequest, fleet::Bike>(
                                    [this](CallContext& c, const fleet::UpdateBikeRequest& r) {
                                        return handlers_.update ? handlers_.update(c, r) : plain_bike();
                                    }));
    bikes.query(
        "ListStockHistory",
        [](CallContext&, const fleet::ListStockHistoryRequest&) -> asio::awaitable<Result<fleet::StockHistory>> {
            co_return fleet::StockHistory();
        });
    bikes.query("GetStockNumber",
                [](CallContext&, const fleet::GetStockNumberRequest&) -> asio::awaitable<Result<fleet::StockNumber>> {
                    co_return fleet::StockNumber();
                });
    ServiceBuilder trust = server_.service<auth::TrustService>();
    trust.query(
        "GetTrust",
        [this](CallContext& c, const auth::GetTrustRequest& r) {
            return handlers_.trust ? handlers_.trust(c, r) : plain_trust();
        },
        OpenTo::anyone);
    trust.query("GetJwks", [](CallContext&, const auth::GetJwksRequest&) -> asio::awaitable<Result<auth::Jwks>> {
        auth::Jwks jwks;
        jwks.set_json("{}");
        co_return jwks;
    });
    server_.start();
    server_.set_serving(true);
    if (server_.socket()) {
        server_.socket()->publish();
    }
}

std::string TestServer::address() const {
    return server_.socket() ? "unix:" + server_.socket()->path().parent_path().string()
                            : "127.0.0.1:" + std::to_string(server_.port());
}

UpstreamOptions to(const std::string& address) {
    UpstreamOptions options;
    options.name = "test";
    options.address = address;
    options.services = {fleet::BikeList::descriptor()->file()->FindServiceByName("BikeService"),
                        auth::Trust::descriptor()->file()->FindServiceByName("TrustService")};
    options.directory_interval = 20ms;
    options.tcp_credentials = grpc::InsecureChannelCredentials();
    return options;
}

asio::awaitable<void> wait_for_cancellation() {
    asio::steady_timer never(co_await asio::this_coro::executor, std::chrono::steady_clock::time_point::max());
    co_await never.async_wait(asio::use_awaitable);
}

asio::awaitable<void> wait(std::chrono::milliseconds time) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace loan_manager::rpc::testing
