#include "rpc/upstream.hpp"

#include <grpcpp/create_channel.h>
#include <grpcpp/support/channel_arguments.h>
#include <algorithm>
#include <boost/asio/post.hpp>
#include <limits>

#include "rpc/credentials.hpp"
#include "rpc/service_config.hpp"
#include "rpc/status_name.hpp"
#include "rpc/upstream_impl.hpp"
#include "runtime/log.hpp"
#include "runtime/metrics.hpp"

namespace loan_manager::rpc {
namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;
namespace {

int milliseconds_arg(std::chrono::milliseconds time) { return static_cast<int>(time.count()); }

// Equal arguments make channels share their connections, so that a swap of channels reconnects nothing.
grpc::ChannelArguments channel_arguments(const UpstreamOptions& options, const std::string& config) {
    grpc::ChannelArguments arguments;
    arguments.SetServiceConfigJSON(config);
    arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
    arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 1);
    arguments.SetMaxReceiveMessageSize(options.max_message_bytes);
    arguments.SetMaxSendMessageSize(options.max_message_bytes);
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, milliseconds_arg(options.reconnect_after));
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, milliseconds_arg(options.reconnect_after_at_most));
    // gRPC's name for the time one connection attempt may take.
    arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, milliseconds_arg(options.connect_timeout));
    arguments.SetInt(GRPC_ARG_DNS_MIN_TIME_BETWEEN_RESOLUTIONS_MS, 1'000);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 10'000);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5'000);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
    // Stay connected between calls; and never go through a proxy meant for the outside world.
    arguments.SetInt(GRPC_ARG_CLIENT_IDLE_TIMEOUT_MS, std::numeric_limits<int>::max());
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    return arguments;
}

}  // namespace

Upstream::Impl::Impl(UpstreamOptions chosen, asio::any_io_executor watcher)
    : options(std::move(chosen)),
      address(parse_address(options.address)),
      credentials(channel_credentials(address, options.tcp_credentials)),
      executor(std::move(watcher)),
      config(service_config(options.services)),
      resolver(executor) {
    // gRPC looks one name up by itself.
    if (address.kind == Address::Kind::list && address.hosts.size() == 1 && !literal_endpoint(address.hosts.front())) {
        address.kind = Address::Kind::dns;
        address.target = "dns:///" + address.hosts.front().host + ":" + address.hosts.front().port;
    }
}

Result<std::unique_ptr<Upstream::Impl::OpenCall>> Upstream::Impl::open() {
    const std::lock_guard lock(mutex);
    if (closed || !channel || calls.size() >= options.max_in_flight) {
        return unavailable();
    }
    calls.push_front(std::make_shared<ClientCall>(channel));
    return std::make_unique<OpenCall>(shared_from_this(), calls.begin());
}

void Upstream::Impl::close(Calls::iterator position) {
    std::shared_ptr<ClientCall> last;  // destroyed after the lock was released
    const std::lock_guard lock(mutex);
    last = std::move(*position);
    calls.erase(position);
    if (calls.empty()) {
        idle.notify_all();
    }
}

void Upstream::Impl::count(grpc::StatusCode status) {
    if (options.metrics == nullptr) {
        return;
    }
    const auto index = std::min(static_cast<std::size_t>(status), ended.size() - 1);
    std::call_once(ended_once[index], [&] {
        ended[index] =
            options.metrics->counter("rpc_upstream_calls_total", "Ended calls to the upstream by status.",
                                     {{"upstream", options.name}, {"status", std::string(status_name(status))}});
    });
    ended[index]->add();
}

std::size_t Upstream::Impl::running() {
    const std::lock_guard lock(mutex);
    return calls.size();
}

std::size_t Upstream::Impl::known_instances() {
    const std::lock_guard lock(mutex);
    return instance_count;
}

void Upstream::Impl::use_target(const std::string& chosen, std::size_t count) {
    std::shared_ptr<grpc::Channel> fresh;
    if (!chosen.empty()) {
        fresh = grpc::CreateCustomChannel(chosen, credentials, channel_arguments(options, config));
        fresh->GetState(true);  // connect now, not at the first call
    }
    std::shared_ptr<grpc::Channel> old;
    {
        const std::lock_guard lock(mutex);
        old = std::exchange(channel, std::move(fresh));
        target = chosen;
        instance_count = count;
    }
    runtime::log::info("upstream instances", {{"upstream", options.name}, {"target", chosen}});
}

void Upstream::Impl::start() {
    if (options.metrics != nullptr) {
        const runtime::Labels labels{{"upstream", options.name}};
        options.metrics->gauge_from("rpc_upstream_ready", "1 while a healthy instance is connected.", labels,
                                    [weak = weak_from_this()] {
                                        const std::shared_ptr<Impl> self = weak.lock();
                                        return self && self->state() == UpstreamState::ready ? 1.0 : 0.0;
                                    });
        options.metrics->gauge_from("rpc_upstream_in_flight", "Calls to the upstream running now.", labels,
                                    [weak = weak_from_this()] {
                                        const std::shared_ptr<Impl> self = weak.lock();
                                        return self ? static_cast<double>(self->running()) : 0.0;
                                    });
        options.metrics->gauge_from("rpc_upstream_instances", "Known instances of the upstream.", labels,
                                    [weak = weak_from_this()] {
                                        const std::shared_ptr<Impl> self = weak.lock();
                                        return self ? static_cast<double>(self->known_instances()) : 0.0;
                                    });
    }
    if (address.kind == Address::Kind::dns) {
        use_target(address.target, 0);
        return;
    }
    // Sockets and literal addresses are usable at once; names are looked up by the watcher.
    if (address.kind == Address::Kind::directory) {
        const std::vector<std::filesystem::path> found = sockets().value_or(std::vector<std::filesystem::path>());
        use_target(to_target(found), found.size());
        watch(options.directory_interval);
        return;
    }
    std::vector<tcp::endpoint> endpoints;
    for (const HostPort& host : address.hosts) {
        if (const std::optional<tcp::endpoint> endpoint = literal_endpoint(host)) {
            endpoints.push_back(*endpoint);
        }
    }
    use_target(to_target(endpoints), endpoints.size());
    if (endpoints.size() != address.hosts.size()) {
        watch(options.resolve_interval);
    }
}

void Upstream::Impl::shutdown(std::chrono::milliseconds grace) {
    std::unique_lock lock(mutex);
    closed = true;
    const auto is_idle = [this] { return calls.empty(); };
    if (!idle.wait_for(lock, grace, is_idle)) {
        // Copies keep the calls alive; the lock must not be held while cancelling.
        const std::vector<std::shared_ptr<ClientCall>> running(calls.begin(), calls.end());
        lock.unlock();
        for (const std::shared_ptr<ClientCall>& call : running) {
            call->cancel();
        }
        lock.lock();
        idle.wait(lock, is_idle);
    }
    const std::shared_ptr<grpc::Channel> last = std::move(channel);
    lock.unlock();
    asio::post(executor, [self = shared_from_this()] {
        self->stopped = true;
        self->resolver.cancel();
        if (self->watcher) {
            self->watcher->cancel();
        }
        if (self->news) {
            self->news->close();
        }
    });
}

UpstreamState Upstream::Impl::state() {
    std::shared_ptr<grpc::Channel> current;
    {
        const std::lock_guard lock(mutex);
        current = channel;
    }
    if (!current) {
        return UpstreamState::unreachable;
    }
    switch (current->GetState(true)) {
        case GRPC_CHANNEL_READY:
            return UpstreamState::ready;
        case GRPC_CHANNEL_IDLE:
        case GRPC_CHANNEL_CONNECTING:
            return UpstreamState::connecting;
        default:
            return UpstreamState::unreachable;
    }
}

Upstream::Upstream(UpstreamOptions options, asio::any_io_executor executor)
    : impl_(std::make_shared<Impl>(std::move(options), std::move(executor))) {}

Upstream::~Upstream() { shutdown(0ms); }

void Upstream::start() { impl_->start(); }
const UpstreamOptions& Upstream::options() const noexcept { return impl_->options; }
UpstreamState Upstream::state() const { return impl_->state(); }

std::size_t Upstream::instances() const { return impl_->known_instances(); }

std::size_t Upstream::in_flight() const noexcept { return impl_->running(); }

void Upstream::shutdown(std::chrono::milliseconds grace) { impl_->shutdown(grace); }

}  // namespace loan_manager::rpc
