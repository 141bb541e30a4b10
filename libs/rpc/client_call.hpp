#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/client_callback.h>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/prefer.hpp>
#include <memory>
#include <string>
#include <utility>

namespace loan_manager::rpc {

/// One unary call of this process to another. Two owners: gRPC until OnDone, and the waiting coroutine. OnDone only
/// posts to the coroutine's executor, and the last owner lets go there: no channel ever dies on a gRPC thread.
/// Everything but OnDone and cancel() happens on that executor.
class ClientCall final : public grpc::ClientUnaryReactor, public std::enable_shared_from_this<ClientCall> {
public:
    explicit ClientCall(std::shared_ptr<grpc::Channel> channel) : channel_(std::move(channel)) {}

    grpc::ClientContext& context() noexcept { return context_; }
    const grpc::Status& status() const noexcept { return status_; }
    grpc::ByteBuffer& response() noexcept { return response_; }

    /// From any thread, while the call runs; no locks may be held.
    void cancel() { context_.TryCancel(); }

    /// Starts the call and completes when it has ended, with `void()`. Asio cancellation of any type cancels it.
    /// `method` and `request` must live until then. Once only.
    template <class Token>
    auto async_run(const std::string& method, const grpc::ByteBuffer& request, Token&& token) {
        return boost::asio::async_initiate<Token, void()>(
            [](auto handler, ClientCall* call, const std::string* name, const grpc::ByteBuffer* body) {
                call->wait_with(std::move(handler));
                call->start(*name, *body);
            },
            token, this, &method, &request);
    }

private:
    struct Waiter {
        virtual ~Waiter() = default;
        virtual void complete() = 0;
    };

    template <class Handler>
    struct WaiterFor final : Waiter {
        explicit WaiterFor(Handler to_call) : handler(std::move(to_call)) {}
        void complete() override {
            boost::asio::get_associated_cancellation_slot(handler).clear();
            Handler local = std::move(handler);
            std::move(local)();
        }
        Handler handler;
    };

    template <class Handler>
    void wait_with(Handler handler) {
        // Tracked work keeps the event loop alive for the answer.
        executor_ = boost::asio::prefer(boost::asio::any_io_executor(boost::asio::get_associated_executor(handler)),
                                        boost::asio::execution::outstanding_work.tracked);
        auto slot = boost::asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected()) {
            slot.assign([this](boost::asio::cancellation_type type) {
                if (type != boost::asio::cancellation_type::none) {
                    cancel();
                }
            });
        }
        waiter_ = std::make_unique<WaiterFor<Handler>>(std::move(handler));
    }

    void start(const std::string& method, const grpc::ByteBuffer& request);
    void OnDone(const grpc::Status& status) override;
    void resume();

    std::shared_ptr<grpc::Channel> channel_;
    grpc::ClientContext context_;
    grpc::ByteBuffer response_;
    grpc::Status status_;
    boost::asio::any_io_executor executor_;
    std::unique_ptr<Waiter> waiter_;
    std::shared_ptr<ClientCall> held_by_grpc_;
};

}  // namespace loan_manager::rpc
