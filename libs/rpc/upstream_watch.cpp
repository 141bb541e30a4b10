// Where the instances of an upstream are, and that this may change.
#include <grpcpp/channel.h>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>
#include <utility>

#include "rpc/upstream_impl.hpp"
#include "runtime/log.hpp"

namespace loan_manager::rpc {
namespace asio = boost::asio;
using asio::ip::tcp;
namespace {

// Changes within this time are one.
constexpr std::chrono::milliseconds burst{20};

}  // namespace

asio::awaitable<std::vector<tcp::endpoint>> Upstream::Impl::resolve(const std::vector<HostPort>& hosts) {
    std::vector<tcp::endpoint> endpoints;
    for (const HostPort& host : hosts) {
        if (const std::optional<tcp::endpoint> endpoint = literal_endpoint(host)) {
            endpoints.push_back(*endpoint);
            continue;
        }
        boost::system::error_code error;
        const tcp::resolver::results_type found =
            co_await resolver.async_resolve(host.host, host.port, asio::redirect_error(asio::use_awaitable, error));
        std::vector<tcp::endpoint>& known = resolved[host];
        if (!error) {
            known.clear();
            for (const auto& entry : found) {
                known.push_back(entry.endpoint());
            }
        }  // while the name service is away the last answer holds
        endpoints.insert(endpoints.end(), known.begin(), known.end());
    }
    co_return endpoints;
}

std::optional<std::vector<std::filesystem::path>> Upstream::Impl::sockets() {
    std::optional<Sockets> found = scan_directory(address.directory, options.owner);
    if (!found) {
        return std::nullopt;
    }
    if (found->refused != refused) {
        for (const std::string& problem : found->refused) {
            runtime::log::warning("instances refused", {{"upstream", options.name}, {"reason", problem}});
        }
        refused = std::move(found->refused);
    }
    return std::move(found->paths);
}

bool Upstream::Impl::use_if_changed(const std::string& chosen, std::size_t count) {
    bool changed = false;
    {
        const std::lock_guard lock(mutex);
        changed = chosen != target;
    }
    if (changed && !stopped) {
        use_target(chosen, count);
    }
    return changed;
}

void Upstream::Impl::reconnect_now() {
    std::shared_ptr<grpc::Channel> current;
    {
        const std::lock_guard lock(mutex);
        current = channel;
    }
    if (current) {
        grpc::experimental::ChannelResetConnectionBackoff(current.get());
    }
}

void Upstream::Impl::look_at_directory() {
    if (!news) {
        news = std::make_shared<DirectoryNews>(executor, "instances of " + options.name, [weak = weak_from_this()] {
            if (const std::shared_ptr<Impl> self = weak.lock()) {
                self->has_news = true;
                self->watcher->run_soon();
            }
        });
    }
    news->follow(address.directory);  // before looking: what comes later is told
    const bool told = std::exchange(has_news, false);
    const auto found = sockets();
    // The same names: an instance that was killed may have come back under its own.
    if (!found) {
        throw std::runtime_error("the directory of instances cannot be read: " + address.directory.string());
    }
    if (!use_if_changed(to_target(*found), found->size()) && told) {
        reconnect_now();
    }
}

asio::awaitable<void> Upstream::Impl::look(std::shared_ptr<Impl> self) {
    if (!self || self->stopped) {
        co_return;
    }
    if (self->address.kind == Address::Kind::directory) {
        self->look_at_directory();
        co_return;
    }
    const std::vector<tcp::endpoint> endpoints = co_await self->resolve(self->address.hosts);
    self->use_if_changed(to_target(endpoints), self->address.hosts.size());
}

void Upstream::Impl::watch(std::chrono::milliseconds interval) {
    runtime::PeriodicOptions looks;
    looks.name = "instances of " + options.name;
    looks.interval = interval;
    looks.shortest_interval = burst;
    watcher.emplace(executor, std::move(looks), [weak = weak_from_this()] { return look(weak.lock()); });
    watcher->start();
}

}  // namespace loan_manager::rpc
