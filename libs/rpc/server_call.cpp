#include "rpc/server_call.hpp"

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include "access/reach.hpp"
#include "rpc/claims.hpp"
#include "rpc/client.hpp"
#include "rpc/status_name.hpp"
#include "runtime/log.hpp"
#include "validate/validate.hpp"

namespace loan_manager::rpc {
namespace asio = boost::asio;
using namespace std::chrono_literals;
namespace {

// Tells gRPC clients not to retry: another instance would say the same. What never reached a handler may be retried.
constexpr const char* pushback_key = "grpc-retry-pushback-ms";
constexpr const char* no_retry = "-1";

bool is_cancellation(const std::exception& exception) {
    const auto* system = dynamic_cast<const boost::system::system_error*>(&exception);
    return system != nullptr && system->code() == asio::error::operation_aborted;
}

}  // namespace

grpc::ServerUnaryReactor* ServerCall::begin(const std::shared_ptr<ServerState>& state, const MethodEntry& method,
                                            grpc::CallbackServerContext* server_context,
                                            const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
    Visit visit = state->doors ? state->doors->visit(*server_context->auth_context()) : Visit();
    if (state->in_flight.fetch_add(1) >= state->options.max_in_flight) {
        state->in_flight.fetch_sub(1);
        const grpc::Status status = to_status(unavailable());
        if (method.metrics) {
            method.metrics->count(status.error_code(), 0us);
        }
        grpc::ServerUnaryReactor* reactor = server_context->DefaultReactor();
        reactor->Finish(status);
        return reactor;
    }
    // Counts calls as well: shutdown() waits until no more arrive.
    const std::size_t loop = state->begun.fetch_add(1, std::memory_order_relaxed) % state->loops.size();
    auto call = std::make_shared<ServerCall>(state, method, server_context, request, response, loop, std::move(visit));
    call->held_by_grpc_ = call;
    asio::post(call->loop_.executor, [call] { call->start(); });
    return call.get();
}

ServerCall::ServerCall(std::shared_ptr<ServerState> state, const MethodEntry& method,
                       grpc::CallbackServerContext* server_context, const grpc::ByteBuffer* request,
                       grpc::ByteBuffer* response, std::size_t loop, Visit visit)
    : state_(std::move(state)),
      method_(method),
      loop_(*state_->loops[loop]),
      server_context_(server_context),
      request_(request),
      response_(response),
      visit_(std::move(visit)) {
    context_.method = method_.path;
    context_.deadline.lane = method_.path;
    context_.deadline.is_command = method_.kind == MethodKind::command;
    context_.route = method_.route;
    context_.executor = loop_.executor;
    context_.loop = loop;
}

ServerCall::~ServerCall() = default;

void ServerCall::OnCancel() {
    // On a gRPC thread: the loop decides what this means.
    asio::post(loop_.executor, [self = shared_from_this()] {
        const bool late = self->context_.deadline <= CallContext::Clock::now();
        self->stop(late ? Stop::deadline : Stop::caller_gone);
    });
}

void ServerCall::OnDone() {
    // The last act of gRPC; it may destroy the call.
    visit_.end();
    const std::shared_ptr<ServerCall> last = std::move(held_by_grpc_);
}

void ServerCall::stop(Stop reason) {
    if (stop_ != Stop::none) {
        return;
    }
    stop_ = reason;
    if (running_) {
        cancel_.emit(asio::cancellation_type::terminal);
    }
}

void ServerCall::start() {
    running_ = true;
    position_ = loop_.calls.insert(loop_.calls.end(), this);
    limit_time();
    asio::co_spawn(loop_.executor, serve(),
                   asio::bind_cancellation_slot(
                       cancel_.slot(), [self = shared_from_this()](std::exception_ptr thrown) { self->end(thrown); }));
}

void ServerCall::limit_time() {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(server_context_->deadline() -
                                                                            std::chrono::system_clock::now());
    const auto budget = std::clamp(left, 0ms, state_->options.max_budget);
    context_.deadline = CallContext::Clock::now() + budget;
    if (budget == left || left <= 0ms) {
        return;  // gRPC cancels the call when the caller's own deadline passes.
    }
    timer_.emplace(loop_.executor, context_.deadline);
    timer_->async_wait([self = shared_from_this()](boost::system::error_code error) {
        if (!error) {
            self->stop(Stop::deadline);
        }
    });
}

asio::awaitable<void> ServerCall::serve() {
    Result<void> admitted = co_await admit();
    if (!admitted) {
        error_ = std::move(admitted).error();
        co_return;
    }
    co_await execute();
}

asio::awaitable<Result<void>> ServerCall::admit() {
    const auto& metadata = server_context_->client_metadata();
    const bool believed = visit_.peer() == Peer::gateway;
    Result<void> readable = read_metadata(believed ? metadata : without_claims(metadata), context_);
    if (!readable) {
        co_return readable;
    }
    if (method_.needs_token) {
        if (context_.bearer.empty()) {
            co_return Error("UNAUTHENTICATED");
        }
        Result<access::Identity> identity = co_await state_->hooks.authenticate(context_.bearer);
        if (!identity) {
            co_return std::move(identity).error();
        }
        context_.caller = std::move(*identity);
    }
    if (method_.check) {
        Result<void> checked = method_.check(context_);
        if (!checked) {
            co_return checked;
        }
    }
    const bool permitted =
        method_.permissions.empty() ||
        std::any_of(method_.permissions.begin(), method_.permissions.end(),
                    [this](access::Permission permission) { return access::allowed(context_.caller, permission); });
    if (!permitted) {
        co_return forbidden(context_.caller);
    }
    if (method_.needs_if_match && !context_.if_match) {
        co_return Error("PRECONDITION_REQUIRED");
    }
    if (method_.needs_idempotency_key && context_.idempotency_key.empty()) {
        co_return Error("IDEMPOTENCY_KEY_REQUIRED");
    }
    co_return Result<void>();
}

Result<void> ServerCall::prepare_query(google::protobuf::Message& request) {
    validate::check(request, context_.field_issues);
    if (!context_.field_issues.empty()) {
        return validation(std::move(context_.field_issues));
    }
    return {};
}

asio::awaitable<void> ServerCall::execute() {
    const std::unique_ptr<google::protobuf::Message> request(method_.request_prototype->New());
    grpc::ByteBuffer bytes(*request_);  // shares the slices; parsing consumes the handle, not the bytes
    if (!from_bytes(bytes, *request)) {
        error_ = Error("MALFORMED_JSON");
        co_return;
    }
    if (method_.kind == MethodKind::query) {
        Result<void> valid = prepare_query(*request);
        if (!valid) {
            error_ = std::move(valid).error();
            co_return;
        }
    }
    Result<std::unique_ptr<google::protobuf::Message>> result = co_await method_.handler(context_, *request);
    if (!result) {
        error_ = std::move(result).error();
        if (to_status(*error_).error_code() == grpc::StatusCode::UNAVAILABLE) {
            server_context_->AddTrailingMetadata(pushback_key, no_retry);
        }
        co_return;
    }
    answer(**result);
}

void ServerCall::answer(const google::protobuf::Message& message) {
    *response_ = to_bytes(message);
    for (const auto& [key, value] : context_.reply_metadata) {
        server_context_->AddInitialMetadata(key, metadata_text(value));
    }
}

Error ServerCall::error_of(const std::exception_ptr& exception) {
    try {
        std::rethrow_exception(exception);
    } catch (const Failure& failure) {
        return failure.error();
    } catch (const std::exception& other) {
        if (stop_ != Stop::none && is_cancellation(other)) {
            return internal_error();  // end() puts the reason in its place
        }
        if (state_->hooks.map_exception) {
            if (std::optional<Error> mapped = state_->hooks.map_exception(exception, context_)) {
                return std::move(*mapped);
            }
        }
        runtime::log::error(
            "call failed",
            {{"request_id", context_.request_id}, {"method", context_.method}, {"exception", other.what()}});
        return internal_error();
    } catch (...) {
        runtime::log::error(
            "call failed",
            {{"request_id", context_.request_id}, {"method", context_.method}, {"exception", "not a std::exception"}});
        return internal_error();
    }
}

void ServerCall::end(const std::exception_ptr& exception) {
    running_ = false;
    loop_.calls.erase(position_);
    timer_.reset();
    if (exception) {
        error_ = error_of(exception);
    }
    // An answer that came nevertheless stands: a command may have committed. An error is only the echo of the stop.
    if (error_ && stop_ != Stop::none) {
        switch (stop_) {
            case Stop::deadline:
                error_ = Error("DEADLINE_EXCEEDED");
                break;
            case Stop::shutdown:
                error_ = unavailable();
                break;
            default:
                error_ = Error("CLIENT_CLOSED");
                break;
        }
    }
    finish();
}

void ServerCall::finish() {
    const grpc::Status status = error_ ? to_status(*error_) : grpc::Status::OK;
    record(status);
    state_->in_flight.fetch_sub(1);
    // Nothing of gRPC's is touched after Finish.
    Finish(status);
    server_context_ = nullptr;
    request_ = nullptr;
    response_ = nullptr;
}

void ServerCall::record(const grpc::Status& status) {
    const auto duration =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began_);
    const std::string_view code = error_ ? error_->code.name() : std::string_view();
    // What services ask each other all the time (GetTrust) is worth a line only when it fails.
    const auto level = method_.route == nullptr && !error_ ? runtime::log::Level::debug : runtime::log::Level::info;
    runtime::log::write(level, "call",
                        {{"request_id", context_.request_id},
                         {"method", context_.method},
                         {"status", status_name(status.error_code())},
                         {"code", code},
                         {"ms", static_cast<double>(duration.count()) / 1000.0},
                         {"user_id", context_.caller.user_id}});
    if (method_.metrics) {
        method_.metrics->count(status.error_code(), duration);
    }
    if (state_->hooks.observe) {
        const CallRecord call{context_, status.error_code(), code, duration};
        state_->hooks.observe(call);
    }
}

}  // namespace loan_manager::rpc
