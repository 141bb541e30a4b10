#pragma once

#include <grpcpp/channel.h>
#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <condition_variable>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "rpc/client_call.hpp"
#include "rpc/directory_news.hpp"
#include "rpc/error.hpp"
#include "rpc/targets.hpp"
#include "rpc/upstream.hpp"
#include "runtime/metrics.hpp"
#include "runtime/periodic.hpp"

namespace loan_manager::rpc {

struct Upstream::Impl : std::enable_shared_from_this<Impl> {
    Impl(UpstreamOptions chosen, boost::asio::any_io_executor watcher);

    using Calls = std::list<std::shared_ptr<ClientCall>>;

    /// A call from its opening to the end of the coroutine that made it; counted and found by shutdown().
    class OpenCall {
    public:
        OpenCall(std::shared_ptr<Impl> owner, Calls::iterator position)
            : owner_(std::move(owner)), position_(position), call_(*position) {}
        ~OpenCall() { owner_->close(position_); }
        OpenCall(const OpenCall&) = delete;
        OpenCall& operator=(const OpenCall&) = delete;
        ClientCall& operator*() const noexcept { return *call_; }

    private:
        std::shared_ptr<Impl> owner_;
        Calls::iterator position_;
        std::shared_ptr<ClientCall> call_;
    };

    /// Errors: UNAVAILABLE when closed, full, or without any instance.
    Result<std::unique_ptr<OpenCall>> open();
    void close(Calls::iterator position);
    void count(grpc::StatusCode status);

    void start();
    void shutdown(std::chrono::milliseconds grace);
    UpstreamState state();
    std::size_t running();
    std::size_t known_instances();

    /// Points new calls at another set of instances; those in flight keep their channel.
    void use_target(const std::string& target, std::size_t count);
    /// Looks once at a directory or a list of names.
    static boost::asio::awaitable<void> look(std::shared_ptr<Impl> self);
    void watch(std::chrono::milliseconds interval);
    /// The sockets in the directory; what is refused there is logged when it changes.
    std::optional<std::vector<std::filesystem::path>> sockets();
    /// Whether it was another one.
    bool use_if_changed(const std::string& target, std::size_t count);
    void look_at_directory();
    /// Instances that could not be reached are tried again without waiting.
    void reconnect_now();
    boost::asio::awaitable<std::vector<boost::asio::ip::tcp::endpoint>> resolve(const std::vector<HostPort>& hosts);

    UpstreamOptions options;
    Address address;
    std::shared_ptr<grpc::ChannelCredentials> credentials;
    boost::asio::any_io_executor executor;
    std::string config;

    // Of the watching coroutine's executor alone.
    std::optional<runtime::Periodic> watcher;
    std::shared_ptr<DirectoryNews> news;
    /// Since the last look; before the first one anything may have happened.
    bool has_news = true;
    boost::asio::ip::tcp::resolver resolver;
    std::map<HostPort, std::vector<boost::asio::ip::tcp::endpoint>> resolved;
    std::vector<std::string> refused;
    bool stopped = false;

    std::mutex mutex;  ///< Guards what follows; never held while calling into gRPC's calls.
    std::condition_variable idle;
    std::shared_ptr<grpc::Channel> channel;
    std::string target;
    std::size_t instance_count = 0;
    Calls calls;
    bool closed = false;

    // Calls by status; a status gets its series when it first happens.
    std::array<std::once_flag, 17> ended_once;
    std::array<std::optional<runtime::Counter>, 17> ended;
};

}  // namespace loan_manager::rpc
