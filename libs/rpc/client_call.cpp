#include "rpc/client_call.hpp"

#include <grpcpp/generic/generic_stub.h>
#include <boost/asio/post.hpp>

namespace loan_manager::rpc {

void ClientCall::start(const std::string& method, const grpc::ByteBuffer& request) {
    held_by_grpc_ = shared_from_this();
    grpc::GenericStub stub(channel_);
    stub.PrepareUnaryCall(&context_, method, grpc::StubOptions(), &request, &response_, this);
    StartCall();
}

void ClientCall::OnDone(const grpc::Status& status) {
    status_ = status;
    std::shared_ptr<ClientCall> self = std::move(held_by_grpc_);
    const boost::asio::any_io_executor executor = executor_;
    boost::asio::post(executor, [call = std::move(self)] { call->resume(); });
}

void ClientCall::resume() {
    const boost::asio::any_io_executor work = std::move(executor_);
    const std::unique_ptr<Waiter> waiter = std::move(waiter_);
    waiter->complete();
}

}  // namespace loan_manager::rpc
