#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>
#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <exception>
#include <list>
#include <memory>
#include <optional>

#include "rpc/context.hpp"
#include "rpc/doors.hpp"
#include "rpc/server.hpp"
#include "rpc/service_entry.hpp"

namespace loan_manager::rpc {

class ServerCall;

/// What the calls of a server share. Outlives them all: each holds it.
struct ServerState {
    ServerOptions options;
    ServerHooks hooks;
    std::shared_ptr<Doors> doors;  ///< Null without a socket.

    /// One event loop and the calls that live on it; `calls` belongs to the loop's thread.
    struct Loop {
        boost::asio::any_io_executor executor;
        std::list<ServerCall*> calls;
    };
    std::vector<std::unique_ptr<Loop>> loops;
    std::atomic<std::size_t> begun{0};  ///< Calls since the start; also deals them out to the loops.
    std::atomic<std::size_t> in_flight{0};
};

/// One unary call. It has two owners: gRPC until OnDone, and the coroutine until it ends; whichever lets go last
/// destroys it. OnCancel only posts to the loop, and only the end of the coroutine calls Finish, exactly once:
/// everything but OnCancel and OnDone happens on the loop.
class ServerCall final : public grpc::ServerUnaryReactor, public std::enable_shared_from_this<ServerCall> {
public:
    /// Called on a gRPC thread for each new call; gives it to a loop.
    static grpc::ServerUnaryReactor* begin(const std::shared_ptr<ServerState>& state, const MethodEntry& method,
                                           grpc::CallbackServerContext* server_context, const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response);

    ServerCall(std::shared_ptr<ServerState> state, const MethodEntry& method,
               grpc::CallbackServerContext* server_context, const grpc::ByteBuffer* request, grpc::ByteBuffer* response,
               std::size_t loop, Visit visit);
    ~ServerCall() override;

    /// Why a running call is ended early.
    enum class Stop { none, caller_gone, deadline, shutdown };
    /// On the loop: cancels the coroutine, once.
    void stop(Stop reason);

private:
    void OnCancel() override;
    void OnDone() override;

    void start();
    boost::asio::awaitable<void> serve();
    boost::asio::awaitable<Result<void>> admit();
    boost::asio::awaitable<void> execute();
    Result<void> prepare_query(google::protobuf::Message& request);
    void limit_time();
    void answer(const google::protobuf::Message& message);
    void end(const std::exception_ptr& exception);
    Error error_of(const std::exception_ptr& exception);
    void finish();
    void record(const grpc::Status& status);

    std::shared_ptr<ServerState> state_;
    const MethodEntry& method_;
    ServerState::Loop& loop_;
    grpc::CallbackServerContext* server_context_;
    const grpc::ByteBuffer* request_;
    grpc::ByteBuffer* response_;
    Visit visit_;  ///< Until gRPC, too, has done with the call.
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();

    CallContext context_;
    std::optional<Error> error_;
    Stop stop_ = Stop::none;
    bool running_ = false;
    boost::asio::cancellation_signal cancel_;
    std::optional<boost::asio::steady_timer> timer_;
    std::list<ServerCall*>::iterator position_;

    /// gRPC's ownership; dropped by OnDone.
    std::shared_ptr<ServerCall> held_by_grpc_;
};

}  // namespace loan_manager::rpc
