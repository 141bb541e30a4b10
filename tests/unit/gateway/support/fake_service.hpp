// A gRPC server that answers any method as the test says, with a health service like a real one.
#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace loan_manager::gateway::testing {

/// What reached the service.
struct SeenCall {
    std::string method;
    std::multimap<std::string, std::string> metadata;
    std::string request;

    std::string value(const std::string& key) const {
        const auto found = metadata.find(key);
        return found == metadata.end() ? std::string() : found->second;
    }
};

struct FakeAnswer {
    grpc::Status status;
    std::string message;
    std::map<std::string, std::string> metadata;
    /// The call stays open until its client gives up or `release` is called.
    bool hang = false;
};

class FakeService {
public:
    using Answerer = std::function<FakeAnswer(const SeenCall&)>;

    FakeService();
    ~FakeService();

    void answer_with(Answerer answerer);
    void stop();
    /// Answers the calls that hang.
    void release();

    std::string address() const { return "unix:" + folder_.string(); }
    std::vector<SeenCall> seen() const;
    SeenCall last() const { return seen().back(); }
    std::size_t hanging() const;
    std::size_t cancelled() const;

private:
    class Reactor;
    class Service : public grpc::CallbackGenericService {
    public:
        explicit Service(FakeService& owner) : owner_(owner) {}
        grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override;

    private:
        FakeService& owner_;
    };

    mutable std::mutex mutex_;
    Answerer answerer_;
    std::vector<SeenCall> seen_;
    std::vector<Reactor*> hanging_;
    std::size_t cancelled_ = 0;
    Service service_{*this};
    std::unique_ptr<grpc::Server> server_;
    std::filesystem::path folder_;
};

inline FakeAnswer answer_of(const google::protobuf::Message& message) {
    return FakeAnswer{grpc::Status::OK, message.SerializeAsString(), {}, false};
}

}  // namespace loan_manager::gateway::testing
