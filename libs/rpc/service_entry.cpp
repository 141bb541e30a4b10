#include "rpc/service_entry.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <stdexcept>

#include "rpc/server.hpp"
#include "rpc/status_name.hpp"

namespace loan_manager::rpc {
namespace {

[[noreturn]] void refuse(const std::string& subject, const std::string& problem) {
    throw std::logic_error("rpc registration: " + subject + ": " + problem);
}

access::Permission permission_named(const std::string& name, const std::string& path) {
    const std::optional<access::Permission> permission = access::permission_from(name);
    if (!permission) {
        refuse(path, "unknown permission " + name);
    }
    return *permission;
}

void apply_route(MethodEntry& entry) {
    const loanmanager::options::v1::Route& route = *entry.route;
    entry.needs_token = !route.public_();
    entry.needs_if_match = route.if_match();
    entry.needs_idempotency_key = route.idempotency_key();
    if (!route.permission().empty()) {
        entry.permissions.push_back(permission_named(route.permission(), entry.path));
    }
    for (const std::string& name : route.or_permission()) {
        entry.permissions.push_back(permission_named(name, entry.path));
    }
}

}  // namespace

MethodMetrics::MethodMetrics(runtime::Metrics& metrics, std::string method)
    : metrics_(metrics),
      method_(std::move(method)),
      seconds_(metrics.histogram("rpc_server_seconds", "Duration of calls by method.", {{"method", method_}})) {}

void MethodMetrics::count(grpc::StatusCode status, std::chrono::microseconds duration) {
    const auto index = std::min(static_cast<std::size_t>(status), status_count - 1);
    std::call_once(once_[index], [&] {
        calls_[index] = metrics_.counter("rpc_server_calls_total", "Finished calls by method and status.",
                                         {{"method", method_}, {"status", std::string(status_name(status))}});
    });
    calls_[index]->add();
    seconds_.observe(std::chrono::duration<double>(duration).count());
}

ServiceEntry::ServiceEntry(std::string_view full_name)
    : descriptor_(google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(std::string(full_name))) {
    if (descriptor_ == nullptr) {
        refuse(std::string(full_name), "no such service");
    }
}

void ServiceEntry::add(std::string_view method, MethodKind kind, std::string_view request_type,
                       std::string_view response_type, ErasedHandler handler, MethodRule rule) {
    const google::protobuf::MethodDescriptor* descriptor = descriptor_->FindMethodByName(std::string(method));
    const std::string subject = descriptor_->full_name() + "." + std::string(method);
    if (descriptor == nullptr) {
        refuse(subject, "no such method");
    }
    if (descriptor->client_streaming() || descriptor->server_streaming()) {
        refuse(subject, "streaming methods are not supported");
    }
    if (descriptor->input_type()->full_name() != request_type ||
        descriptor->output_type()->full_name() != response_type) {
        refuse(subject, "the handler takes or returns another message");
    }
    if (std::any_of(methods_.begin(), methods_.end(),
                    [&](const std::unique_ptr<MethodEntry>& other) { return other->descriptor == descriptor; })) {
        refuse(subject, "registered twice");
    }

    auto entry = std::make_unique<MethodEntry>();
    entry->descriptor = descriptor;
    entry->path = "/" + descriptor_->full_name() + "/" + descriptor->name();
    entry->kind = kind;
    entry->handler = std::move(handler);
    entry->request_prototype =
        google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor->input_type());
    entry->check = std::move(rule.check);
    if (descriptor->options().HasExtension(loanmanager::options::v1::route)) {
        if (entry->check || rule.open_to != OpenTo::nobody_declared) {
            refuse(subject, "its route annotation says who may call it");
        }
        entry->route = &descriptor->options().GetExtension(loanmanager::options::v1::route);
        apply_route(*entry);
    } else if (entry->check || rule.open_to == OpenTo::anyone) {
        entry->needs_token = false;
    } else if (rule.open_to != OpenTo::signed_in) {
        refuse(subject, "neither a route annotation nor a rule says who may call it");
    }
    methods_.push_back(std::move(entry));
}

void ServiceEntry::check_complete() const {
    for (int i = 0; i < descriptor_->method_count(); ++i) {
        const google::protobuf::MethodDescriptor* method = descriptor_->method(i);
        if (std::none_of(methods_.begin(), methods_.end(),
                         [&](const std::unique_ptr<MethodEntry>& entry) { return entry->descriptor == method; })) {
            refuse(method->full_name(), "has no handler");
        }
    }
}

void ServiceBuilder::add_erased(std::string_view method, MethodKind kind, std::string_view request_type,
                                std::string_view response_type, ErasedHandler handler, MethodRule rule) {
    entry_->add(method, kind, request_type, response_type, std::move(handler), std::move(rule));
}

}  // namespace loan_manager::rpc
