#pragma once

#include <google/protobuf/descriptor.h>
#include <grpcpp/impl/service_type.h>
#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "access/permission.hpp"
#include "loanmanager/options/v1/options.pb.h"
#include "rpc/handler.hpp"
#include "runtime/metrics.hpp"

namespace loan_manager::rpc {

/// Counters of one method; a status gets its series when it first happens.
class MethodMetrics {
public:
    MethodMetrics(runtime::Metrics& metrics, std::string method);
    void count(grpc::StatusCode status, std::chrono::microseconds duration);

private:
    static constexpr std::size_t status_count = 17;

    runtime::Metrics& metrics_;
    std::string method_;
    runtime::Histogram seconds_;
    std::array<std::once_flag, status_count> once_;
    std::array<std::optional<runtime::Counter>, status_count> calls_;
};

/// Everything known about one registered method. Immutable once the server runs.
struct MethodEntry {
    const google::protobuf::MethodDescriptor* descriptor = nullptr;
    std::string path;  ///< "/package.Service/Method"
    MethodKind kind = MethodKind::query;
    ErasedHandler handler;
    CustomCheck check;
    const google::protobuf::Message* request_prototype = nullptr;
    const loanmanager::options::v1::Route* route = nullptr;
    bool needs_token = true;
    bool needs_if_match = false;
    bool needs_idempotency_key = false;
    /// One of these is needed; empty: any signed-in user.
    std::vector<access::Permission> permissions;
    std::unique_ptr<MethodMetrics> metrics;
};

/// One service while it is being registered.
class ServiceEntry {
public:
    /// std::logic_error if no such service is linked into the program.
    explicit ServiceEntry(std::string_view full_name);

    /// std::logic_error on a method that does not exist, has other types, is there twice, or says not who may call it.
    void add(std::string_view method, MethodKind kind, std::string_view request_type, std::string_view response_type,
             ErasedHandler handler, MethodRule rule);

    /// std::logic_error if a method of the service has no handler.
    void check_complete() const;

    const std::string& name() const noexcept { return descriptor_->full_name(); }
    const std::vector<std::unique_ptr<MethodEntry>>& methods() const noexcept { return methods_; }

private:
    const google::protobuf::ServiceDescriptor* descriptor_;
    std::vector<std::unique_ptr<MethodEntry>> methods_;
};

}  // namespace loan_manager::rpc
