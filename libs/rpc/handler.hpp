#pragma once

#include <google/protobuf/message.h>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include "rpc/context.hpp"
#include "rpc/error.hpp"

namespace loan_manager::commands {
class Runner;
}

namespace loan_manager::rpc {

enum class OpenTo;

/// A handler after its types have been erased: request and answer are messages of the method's types.
using ErasedHandler = std::function<boost::asio::awaitable<Result<std::unique_ptr<google::protobuf::Message>>>(
    CallContext&, const google::protobuf::Message&)>;

/// Extra check of a method that has no HTTP route, e.g. an operator token in `context.bearer`.
using CustomCheck = std::function<Result<void>(const CallContext&)>;

/// Kind of a method: a query is validated before the handler; a command validates inside its idempotent runner.
enum class MethodKind { query, command };

/// The handler of a command. Only commands::Runner makes one, so whatever is registered as a command runs in a
/// transaction with its audit row, its event and the answer stored for its idempotency key (D-215, D-218).
template <class Request, class Response>
class CommandHandler {
public:
    boost::asio::awaitable<Result<Response>> operator()(CallContext& context, const Request& request) const {
        return run_(context, request);
    }

private:
    friend class commands::Runner;

    using Run = std::function<boost::asio::awaitable<Result<Response>>(CallContext&, const Request&)>;
    explicit CommandHandler(Run run) : run_(std::move(run)) {}

    Run run_;
};

struct MethodRule {
    MethodRule() = default;
    MethodRule(OpenTo who) : open_to(who) {}  // NOLINT: `query("GetTrust", handler, OpenTo::anyone)` reads well
    MethodRule(CustomCheck function) : check(std::move(function)) {}  // NOLINT

    OpenTo open_to{};
    CustomCheck check;
};

namespace detail {

template <class T>
struct HandlerTraits : HandlerTraits<decltype(&T::operator())> {};
template <class C, class Request, class Response>
struct HandlerTraits<boost::asio::awaitable<Result<Response>> (C::*)(CallContext&, const Request&) const> {
    using request = Request;
    using response = Response;
};
template <class C, class Request, class Response>
struct HandlerTraits<boost::asio::awaitable<Result<Response>> (C::*)(CallContext&, const Request&)> {
    using request = Request;
    using response = Response;
};

template <class Handler, class Request, class Response>
boost::asio::awaitable<Result<std::unique_ptr<google::protobuf::Message>>> run_handler(
    const Handler& handler, CallContext& context, const google::protobuf::Message& request) {
    Result<Response> answer = co_await handler(context, static_cast<const Request&>(request));
    if (!answer) {
        co_return std::move(answer).error();
    }
    std::unique_ptr<google::protobuf::Message> message = std::make_unique<Response>(std::move(*answer));
    co_return message;
}

}  // namespace detail

class ServiceEntry;

/// Adds the methods of one service to a server.
///
/// A handler is a callable `asio::awaitable<Result<Response>>(CallContext&, const Request&)`; types follow from its
/// signature and are checked against the proto descriptor (std::logic_error at start-up, never at the first call).
/// Context and request outlive the returned awaitable. The handler object lives as long as the server.
class ServiceBuilder {
public:
    explicit ServiceBuilder(ServiceEntry& entry) : entry_(&entry) {}

    /// `builder.query("GetBike", [&bikes](CallContext& c, const GetBikeRequest& r) { return bikes.get(c, r); });`
    template <class Handler>
    ServiceBuilder& query(std::string_view method, Handler handler, MethodRule rule = {}) {
        return add(method, MethodKind::query, std::move(handler), std::move(rule));
    }
    /// `builder.command("ProcureBike", runner.handler<Procure>());`
    template <class Request, class Response>
    ServiceBuilder& command(std::string_view method, CommandHandler<Request, Response> handler) {
        return add(method, MethodKind::command, std::move(handler), {});
    }

    /// The same with a member function: `builder.query("GetBike", &Bikes::get, bikes)`.
    template <class Owner, class Request, class Response>
    ServiceBuilder& query(std::string_view method,
                          boost::asio::awaitable<Result<Response>> (Owner::*function)(CallContext&, const Request&),
                          Owner& owner, MethodRule rule = {}) {
        return add(method, MethodKind::query, bind(function, owner), std::move(rule));
    }

private:
    template <class Owner, class Request, class Response>
    static auto bind(boost::asio::awaitable<Result<Response>> (Owner::*function)(CallContext&, const Request&),
                     Owner& owner) {
        return [function, &owner](CallContext& context, const Request& request) {
            return (owner.*function)(context, request);
        };
    }

    template <class Handler>
    ServiceBuilder& add(std::string_view method, MethodKind kind, Handler handler, MethodRule rule) {
        using Traits = detail::HandlerTraits<Handler>;
        using Request = typename Traits::request;
        using Response = typename Traits::response;
        // The erased callable is copied nowhere after registration, so the coroutine may refer to it.
        auto shared = std::make_shared<const Handler>(std::move(handler));
        ErasedHandler erased = [shared](CallContext& context, const google::protobuf::Message& request) {
            return detail::run_handler<Handler, Request, Response>(*shared, context, request);
        };
        add_erased(method, kind, Request::descriptor()->full_name(), Response::descriptor()->full_name(),
                   std::move(erased), std::move(rule));
        return *this;
    }

    void add_erased(std::string_view method, MethodKind kind, std::string_view request_type,
                    std::string_view response_type, ErasedHandler handler, MethodRule rule);

    ServiceEntry* entry_;
};

}  // namespace loan_manager::rpc
