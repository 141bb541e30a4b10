#include "rpc/reflection.hpp"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <vector>

namespace loan_manager::rpc {
namespace {

class Reflection final : public grpc::ServerBuilderOption {
public:
    explicit Reflection(bool wanted) : wanted_(wanted) {}

    void UpdateArguments(grpc::ChannelArguments*) override {}
    void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
        using Plugin = grpc::reflection::ProtoServerReflectionPlugin;
        std::erase_if(*plugins, [](const std::unique_ptr<grpc::ServerBuilderPlugin>& plugin) {
            return dynamic_cast<Plugin*>(plugin.get()) != nullptr;
        });
        if (wanted_) {
            plugins->push_back(std::make_unique<Plugin>());
        }
    }

private:
    bool wanted_;
};

}  // namespace

std::unique_ptr<grpc::ServerBuilderOption> reflection(bool wanted) { return std::make_unique<Reflection>(wanted); }

}  // namespace loan_manager::rpc
