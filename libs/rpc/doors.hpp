#pragma once

#include <grpcpp/security/auth_context.h>
#include <grpcpp/security/auth_metadata_processor.h>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rpc/credentials.hpp"

namespace loan_manager::rpc {

/// What connections may ask of a server before they are refused.
struct DoorLimits {
    std::size_t connections = 32;    ///< Of the gateway's user, and again of everybody else.
    std::size_t calls = 1024;        ///< Of one connection that have not ended.
    std::size_t metadata_bytes = 0;  ///< Of one call.
    std::size_t asides = 1024;       ///< Health checks of a connection in its life.
    std::size_t aside_streams = 32;  ///< Health watches and reflections of a connection in its life.
};

/// How a method is counted.
enum class DoorRule {
    call,          ///< Counted until Visit ends.
    aside,         ///< Answered by gRPC at once.
    aside_stream,  ///< Answered by gRPC for as long as the client likes.
};

class Door;

/// One call on its way through the server; its connection is told when it is over. Movable, empty once moved from.
class Visit {
public:
    Visit() = default;
    Visit(Door& door, std::uint64_t guest) : door_(&door), guest_(guest) {}
    Visit(Visit&& other) noexcept;
    Visit& operator=(Visit&& other) noexcept;
    ~Visit() { end(); }

    /// Whose connection it is; `other` where nobody knows.
    Peer peer() const noexcept;
    void end() noexcept;

private:
    Door* door_ = nullptr;
    std::uint64_t guest_ = 0;
};

/// The doors through which the connections of a server come in: each has its own, alone, so that what gRPC says of a
/// call leads to its connection. gRPC asks the door when it has read a call's head, on the thread that reads the
/// connection, and long before the call is given to the server: what is refused here is gone before more is read.
/// Between the two, gRPC queues without a limit, and the limits it announces bind only clients that acknowledge them.
///
/// Any thread. Outlives the server.
class Doors {
public:
    using Methods = std::map<std::string, DoorRule, std::less<>>;

    Doors(DoorLimits limits, Methods methods);
    ~Doors();

    const DoorLimits& limits() const noexcept { return limits_; }
    std::optional<DoorRule> rule(std::string_view path) const;

    /// The doors for one kind of peer.
    const std::vector<std::shared_ptr<Door>>& of(Peer peer) const noexcept;
    /// The call of that context has reached the server.
    Visit visit(const grpc::AuthContext& context) const;

private:
    friend class Door;

    DoorLimits limits_;
    Methods methods_;
    std::vector<std::shared_ptr<Door>> gateway_;
    std::vector<std::shared_ptr<Door>> others_;
    std::atomic<std::size_t> gateway_calls_ = 0;
    std::atomic<std::size_t> others_calls_ = 0;
};

class Door final : public grpc::AuthMetadataProcessor {
public:
    Door(Doors& doors, Peer peer, std::size_t number);

    /// A connection comes in. `descriptor`, a duplicate, stays the caller's, until closed() at least.
    void opened(int descriptor);
    /// It has hung up. Its calls may still be on their way.
    void closed();
    /// None of its calls counts any more; another connection may come in. Whether this one was refused anything.
    bool forget();

    bool IsBlocking() const override { return false; }
    grpc::Status Process(const InputMetadata& metadata, grpc::AuthContext* context, OutputMetadata* consumed,
                         OutputMetadata* response) override;

private:
    friend class Doors;
    friend class Visit;

    void leave(std::uint64_t guest) noexcept;
    grpc::Status refuse(grpc::StatusCode code, const char* why);
    bool all_are_too_many() const;
    bool is_too_much() const;
    bool is_abuse() const;

    Doors& doors_;
    const Peer peer_;
    const std::size_t number_;
    std::atomic<std::size_t>& calls_of_all_;

    std::mutex mutex_;
    std::uint64_t guest_ = 0;  ///< Number of the connection among those of this door.
    int descriptor_ = -1;
    std::size_t calls_ = 0;
    std::size_t refused_ = 0;  ///< Since then.
    std::chrono::steady_clock::time_point refused_since_{};
    bool was_refused_ = false;
    std::size_t asides_ = 0;
    std::size_t aside_streams_ = 0;
};

}  // namespace loan_manager::rpc
