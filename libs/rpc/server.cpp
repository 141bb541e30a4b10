#include "rpc/server.hpp"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

#include "rpc/server_call.hpp"

namespace loan_manager::rpc {
namespace asio = boost::asio;
using namespace std::chrono_literals;
namespace {

// Calls that were told to end get this long before gRPC cuts their streams.
constexpr auto cancel_time = 1s;

// Balancing clients learn over their health streams that this server no longer serves. A call that arrives after
// gRPC's shutdown has begun is lost, so that waits until none has come for this long, at most so long in total.
constexpr auto quiet_time = 50ms;
constexpr auto quiet_limit = 500ms;

void init_plugins() {
    static std::once_flag once;
    std::call_once(once, [] {
        grpc::EnableDefaultHealthCheckService(true);
        grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    });
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

std::string address_of(const std::string& host, std::uint16_t port) {
    const bool bare_ipv6 = host.find(':') != std::string::npos && host.front() != '[';
    return (bare_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace

struct Server::Impl {
    std::shared_ptr<ServerState> state = std::make_shared<ServerState>();
    std::vector<std::unique_ptr<ServiceEntry>> entries;
    std::vector<std::unique_ptr<GenericService>> services;
    std::unique_ptr<grpc::Server> server;
    int port = 0;
    std::mutex stop_mutex;

    void configure(grpc::ServerBuilder& builder);
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

void Server::Impl::configure(grpc::ServerBuilder& builder) {
    const ServerOptions& options = state->options;
    builder.AddListeningPort(address_of(options.host, options.port), grpc::InsecureServerCredentials(), &port);
    builder.SetMaxReceiveMessageSize(options.max_message_bytes);
    builder.SetMaxSendMessageSize(options.max_message_bytes);
    // Two processes on one port would silently share its connections.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    // Clients notice a silent peer by pings, also between calls.
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 5'000);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, static_cast<int>(options.max_connection_age.count()));
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, static_cast<int>(options.max_budget.count()));
    // Only reflection uses the synchronous API.
    builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
    builder.SetSyncServerOption(grpc::ServerBuilder::MIN_POLLERS, 1);
    builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, 1);
    for (const std::unique_ptr<GenericService>& service : services) {
        builder.RegisterService(service.get());
    }
}

void Server::start() {
    init_plugins();
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
    if (!impl_->server || impl_->port == 0) {
        impl_->server.reset();
        const ServerOptions& options = impl_->state->options;
        throw std::runtime_error("cannot listen on " + address_of(options.host, options.port));
    }
    set_serving(false);
}

std::uint16_t Server::port() const noexcept { return static_cast<std::uint16_t>(impl_->port); }

void Server::set_serving(bool serving) {
    const std::lock_guard lock(impl_->stop_mutex);
    if (impl_->server) {
        impl_->server->GetHealthCheckService()->SetServingStatus(serving);
    }
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
    if (!impl_->server) {
        return;
    }
    impl_->server->GetHealthCheckService()->SetServingStatus(false);
    const auto began = std::chrono::steady_clock::now();
    impl_->wait_until_quiet(std::min<std::chrono::milliseconds>(grace, quiet_limit));
    grace -= std::min(grace,
                      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began));
    const asio::any_io_executor& executor = impl_->state->loops.front()->executor;
    auto timer = std::make_shared<asio::steady_timer>(executor);
    impl_->cancel_calls_after(grace, *timer);
    // Sends GOAWAY, waits, and returns when every reactor is done.
    impl_->server->Shutdown(std::chrono::system_clock::now() + grace + cancel_time);
    asio::post(executor, [timer] { timer->cancel(); });
    impl_->server.reset();
}

std::size_t Server::in_flight() const noexcept { return impl_->state->in_flight.load(); }

}  // namespace loan_manager::rpc
