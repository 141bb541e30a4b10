#include "support/fake_service.hpp"

#include <grpcpp/health_check_service_interface.h>

#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "transcode/contract.hpp"

namespace loan_manager::gateway::testing {

class FakeService::Reactor final : public grpc::ServerGenericBidiReactor {
public:
    Reactor(FakeService& owner, grpc::GenericCallbackServerContext* context) : owner_(owner), context_(context) {
        seen_.method = context->method();
        for (const auto& [key, value] : context->client_metadata()) {
            seen_.metadata.emplace(std::string(key.data(), key.size()), std::string(value.data(), value.size()));
        }
        StartRead(&request_);
    }

    void OnReadDone(bool fine) override {
        if (!fine) {
            return Finish(grpc::Status::CANCELLED);
        }
        std::vector<grpc::Slice> slices;
        static_cast<void>(request_.Dump(&slices));
        for (const auto& slice : slices) {
            seen_.request.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
        }
        Answerer answerer;
        {
            const std::scoped_lock lock(owner_.mutex_);
            owner_.seen_.push_back(seen_);
            answerer = owner_.answerer_;
        }
        answer_ = answerer ? answerer(seen_) : FakeAnswer{};
        const std::unique_lock lock(owner_.mutex_);
        if (answer_.hang && !cancelled_) {
            owner_.hanging_.push_back(this);
        } else {
            finish();
        }
    }

    void finish() {
        for (const auto& [key, value] : answer_.metadata) {
            context_->AddInitialMetadata(key, value);
        }
        if (!answer_.status.ok()) {
            return Finish(answer_.status);
        }
        const grpc::Slice slice(answer_.message);
        response_ = grpc::ByteBuffer(&slice, 1);
        StartWriteAndFinish(&response_, grpc::WriteOptions(), grpc::Status::OK);
    }

    void OnCancel() override {
        const std::unique_lock lock(owner_.mutex_);
        cancelled_ = true;
        ++owner_.cancelled_;
        if (std::erase(owner_.hanging_, this) > 0) {
            Finish(grpc::Status::CANCELLED);
        }
    }
    void OnDone() override { delete this; }

private:
    FakeService& owner_;
    grpc::GenericCallbackServerContext* context_;
    SeenCall seen_;
    FakeAnswer answer_;
    grpc::ByteBuffer request_;
    grpc::ByteBuffer response_;
    bool cancelled_ = false;
};

grpc::ServerGenericBidiReactor* FakeService::Service::CreateReactor(grpc::GenericCallbackServerContext* context) {
    return new Reactor(owner_, context);
}

FakeService::FakeService() {
    std::string name = (std::filesystem::temp_directory_path() / "lm-fake-service-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::runtime_error("mkdtemp");
    }
    folder_ = name;
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    builder.AddListeningPort("unix:" + (folder_ / "1.sock").string(), grpc::InsecureServerCredentials());
    builder.RegisterCallbackGenericService(&service_);
    server_ = builder.BuildAndStart();
    if (!server_) {
        throw std::runtime_error("the fake service could not start");
    }
    for (const auto* service : transcode::contract_services()) {
        server_->GetHealthCheckService()->SetServingStatus(service->full_name(), true);
    }
}

FakeService::~FakeService() {
    stop();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void FakeService::answer_with(Answerer answerer) {
    const std::scoped_lock lock(mutex_);
    answerer_ = std::move(answerer);
}

void FakeService::stop() {
    if (server_) {
        release();
        server_->Shutdown(std::chrono::system_clock::now());
        server_->Wait();
        server_.reset();
    }
}

void FakeService::release() {
    const std::scoped_lock lock(mutex_);
    for (Reactor* reactor : std::exchange(hanging_, {})) {
        reactor->finish();
    }
}

std::vector<SeenCall> FakeService::seen() const {
    const std::scoped_lock lock(mutex_);
    return seen_;
}

std::size_t FakeService::hanging() const {
    const std::scoped_lock lock(mutex_);
    return hanging_.size();
}

std::size_t FakeService::cancelled() const {
    const std::scoped_lock lock(mutex_);
    return cancelled_;
}

}  // namespace loan_manager::gateway::testing
