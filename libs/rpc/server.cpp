#include "rpc/server.hpp"

#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

#include "rpc/connections.hpp"
#include "rpc/reflection.hpp"
#include "rpc/server_call.hpp"
#include "runtime/listen.hpp"

namespace loan_manager::rpc {
namespace asio = boost::asio;
using namespace std::chrono_literals;
namespace {

// Threads of gRPC's synchronous API.
constexpr int sync_threads = 16;

// Calls that were told to end get this long before gRPC cuts their streams.
constexpr auto cancel_time = 1s;

// Balancing clients learn over their health streams that this server no longer serves. A call that arrives after
// gRPC's shutdown has begun is lost, so that waits until none has come for this long, at most so long in total.
constexpr auto quiet_time = 50ms;
constexpr auto quiet_limit = 500ms;

DoorLimits door_limits(const ServerOptions& options) {
    DoorLimits limits;
    limits.connections = options.max_connections;
    limits.calls = static_cast<std::size_t>(options.max_streams);
    limits.metadata_bytes = static_cast<std::size_t>(options.max_metadata_bytes);
    return limits;
}

void enable_health() {
    static std::once_flag once;
    std::call_once(once, [] { grpc::EnableDefaultHealthCheckService(true); });
}

/// A service as gRPC knows it, made from the registered methods instead of generated code: bytes in, bytes out, so
/// that parsing happens on the event loops. Reflection finds the service by the methods' names.
class GenericService final : public grpc::Service {
public:
    using RawHandler = grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>;

    GenericService(const std::shared_ptr<ServerState>& state, const ServiceEntry& entry) {
        int index = 0;
        for (const std::unique_ptr<MethodEntry>& method : entry.methods()) {
            AddMethod(new grpc::internal::RpcServiceMethod(method->path.c_str(), grpc::internal::RpcMethod::NORMAL_RPC,
                                                           nullptr));
            MarkMethodRawCallback(
                index++,
                new RawHandler([state, &target = *method](grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
                    return ServerCall::begin(state, target, context, request, response);
                }));
        }
    }
};

}  // namespace

struct Server::Impl {
    std::shared_ptr<ServerState> state = std::make_shared<ServerState>();
    std::vector<std::unique_ptr<ServiceEntry>> entries;
    std::vector<std::unique_ptr<GenericService>> services;
    std::unique_ptr<grpc::Server> server;
    std::shared_ptr<Connections> connections;
    int port = 0;
    std::mutex stop_mutex;
    /// Never held across a wait, unlike stop_mutex: loops that the shutdown waits for may tell their health meanwhile.
    std::mutex health_mutex;
    bool stopping = false;  ///< guarded by health_mutex; the server may be gone

    void configure(grpc::ServerBuilder& builder);
    void limit(grpc::ServerBuilder& builder) const;
    Doors::Methods door_rules() const;
    bool begin_stop();
    void wait_until_quiet(std::chrono::milliseconds limit);
    void cancel_calls_after(std::chrono::milliseconds grace, asio::steady_timer& timer);
};

Server::Server(ServerOptions options, std::vector<asio::any_io_executor> loops, ServerHooks hooks)
    : impl_(std::make_unique<Impl>()) {
    if (loops.empty()) {
        throw std::logic_error("rpc::Server needs an event loop");
    }
    impl_->state->options = std::move(options);
    impl_->state->hooks = std::move(hooks);
    for (asio::any_io_executor& executor : loops) {
        auto loop = std::make_unique<ServerState::Loop>();
        loop->executor = std::move(executor);
        impl_->state->loops.push_back(std::move(loop));
    }
}

Server::~Server() { shutdown(0ms); }

ServiceBuilder Server::service(std::string_view full_name) {
    return ServiceBuilder(*impl_->entries.emplace_back(std::make_unique<ServiceEntry>(full_name)));
}

/// What clients can make the server hold.
void Server::Impl::limit(grpc::ServerBuilder& builder) const {
    const ServerOptions& options = state->options;
    grpc::ResourceQuota quota("server");
    quota.Resize(options.max_memory_bytes);
    quota.SetMaxThreads(sync_threads);
    builder.SetResourceQuota(quota);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, options.max_streams);
    builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, options.max_metadata_bytes);
    builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 10'000);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, 300'000);
    // Who pings more often than every 5 s, three times, is disconnected.
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 5'000);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 2);
    // Only reflection uses the synchronous API: a thread for each of its streams, up to the quota.
    builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
    builder.SetSyncServerOption(grpc::ServerBuilder::MIN_POLLERS, 1);
    builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, 1);
}

/// The methods there are.
Doors::Methods Server::Impl::door_rules() const {
    Doors::Methods rules{{"/grpc.health.v1.Health/Check", DoorRule::aside},
                         {"/grpc.health.v1.Health/Watch", DoorRule::aside_stream}};
    if (state->options.reflection) {
        rules.emplace("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", DoorRule::aside_stream);
    }
    for (const std::unique_ptr<ServiceEntry>& entry : entries) {
        for (const std::unique_ptr<MethodEntry>& method : entry->methods()) {
            rules.emplace(method->path, DoorRule::call);
        }
    }
    return rules;
}

void Server::Impl::configure(grpc::ServerBuilder& builder) {
    const ServerOptions& options = state->options;
    if (options.socket) {
        state->doors = std::make_shared<Doors>(door_limits(options), door_rules());
        connections = std::make_shared<Connections>(builder, state->doors, options.socket, options.gateway_user,
                                                    state->loops.front()->executor);
    }
    if (options.tcp) {
        builder.AddListeningPort(runtime::host_port(options.tcp->host, options.tcp->port), options.tcp->credentials,
                                 &port);
    }
    builder.SetOption(reflection(options.reflection));
    limit(builder);
    builder.SetMaxReceiveMessageSize(options.max_message_bytes);
    builder.SetMaxSendMessageSize(options.max_message_bytes);
    // Two processes on one port would silently share its connections.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    // Clients notice a silent peer by pings, also between calls.
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, static_cast<int>(options.max_connection_age.count()));
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, static_cast<int>(options.max_budget.count()));
    for (const std::unique_ptr<GenericService>& service : services) {
        builder.RegisterService(service.get());
    }
}

void Server::start() {
    const ServerOptions& options = impl_->state->options;
    if (!options.socket && (!options.tcp || !options.tcp->credentials)) {
        throw std::logic_error("rpc::Server has nowhere to listen: a socket, or TCP with credentials");
    }
    enable_health();
    for (const std::unique_ptr<ServiceEntry>& entry : impl_->entries) {
        entry->check_complete();
        for (const std::unique_ptr<MethodEntry>& method : entry->methods()) {
            if (method->needs_token && !impl_->state->hooks.authenticate) {
                throw std::logic_error(method->path + " needs a token, but the server has no authenticate hook");
            }
            if (runtime::Metrics* metrics = impl_->state->hooks.metrics) {
                method->metrics = std::make_unique<MethodMetrics>(*metrics, method->path);
            }
        }
        impl_->services.push_back(std::make_unique<GenericService>(impl_->state, *entry));
    }
    if (runtime::Metrics* metrics = impl_->state->hooks.metrics) {
        metrics->gauge_from("rpc_server_in_flight", "Calls running now.", {},
                            [weak = std::weak_ptr<ServerState>(impl_->state)] {
                                const std::shared_ptr<ServerState> state = weak.lock();
                                return state ? static_cast<double>(state->in_flight.load()) : 0.0;
                            });
    }
    grpc::ServerBuilder builder;
    impl_->configure(builder);
    impl_->server = builder.BuildAndStart();
    if (!impl_->server || (options.tcp && impl_->port == 0)) {
        impl_->server.reset();
        throw std::runtime_error(
            "gRPC cannot listen" +
            (options.tcp ? " on " + runtime::host_port(options.tcp->host, options.tcp->port) : ""));
    }
    // Known by name from now on, and told together.
    for (const std::unique_ptr<ServiceEntry>& entry : impl_->entries) {
        impl_->server->GetHealthCheckService()->SetServingStatus(entry->name(), false);
    }
    set_serving(false);
    if (impl_->connections) {
        impl_->connections->start();
    }
}

std::uint16_t Server::port() const noexcept { return static_cast<std::uint16_t>(impl_->port); }
const std::shared_ptr<runtime::InstanceSocket>& Server::socket() const noexcept { return impl_->state->options.socket; }

void Server::set_serving(bool serving) {
    const std::lock_guard lock(impl_->health_mutex);
    if (!impl_->stopping && impl_->server) {
        impl_->server->GetHealthCheckService()->SetServingStatus(serving);
    }
}

/// False: there is nothing to stop.
bool Server::Impl::begin_stop() {
    const std::lock_guard lock(health_mutex);
    if (!server || stopping) {
        return false;
    }
    server->GetHealthCheckService()->SetServingStatus(false);
    stopping = true;
    return true;
}

void Server::Impl::wait_until_quiet(std::chrono::milliseconds limit) {
    const auto until = std::chrono::steady_clock::now() + limit;
    for (std::size_t seen = state->begun, last = seen + 1; seen != last && std::chrono::steady_clock::now() < until;) {
        std::this_thread::sleep_for(std::min<std::chrono::milliseconds>(quiet_time, limit));
        last = std::exchange(seen, state->begun.load());
    }
}

void Server::Impl::cancel_calls_after(std::chrono::milliseconds grace, asio::steady_timer& timer) {
    timer.expires_after(grace);
    timer.async_wait([shared = state](boost::system::error_code error) {
        if (error) {
            return;
        }
        for (const std::unique_ptr<ServerState::Loop>& loop : shared->loops) {
            asio::post(loop->executor, [shared, &calls = loop->calls] {
                // A stop may end a call and take it off the list: walk over a copy that keeps them alive.
                std::vector<std::shared_ptr<ServerCall>> running;
                for (ServerCall* call : calls) {
                    running.push_back(call->shared_from_this());
                }
                for (const std::shared_ptr<ServerCall>& call : running) {
                    call->stop(ServerCall::Stop::shutdown);
                }
            });
        }
    });
}

void Server::shutdown(std::chrono::milliseconds grace) {
    const std::lock_guard lock(impl_->stop_mutex);
    if (!impl_->begin_stop()) {
        return;
    }
    const auto began = std::chrono::steady_clock::now();
    impl_->wait_until_quiet(std::min<std::chrono::milliseconds>(grace, quiet_limit));
    grace -= std::min(grace,
                      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began));
    const asio::any_io_executor& executor = impl_->state->loops.front()->executor;
    auto timer = std::make_shared<asio::steady_timer>(executor);
    impl_->cancel_calls_after(grace, *timer);
    if (impl_->connections) {
        impl_->connections->stop();
    }
    // Sends GOAWAY, waits, and returns when every reactor is done.
    impl_->server->Shutdown(std::chrono::system_clock::now() + grace + cancel_time);
    asio::post(executor, [timer] { timer->cancel(); });
    impl_->server.reset();
}

std::size_t Server::in_flight() const noexcept { return impl_->state->in_flight.load(); }

}  // namespace loan_manager::rpc
