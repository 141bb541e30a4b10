// Every error answer of the gateway, in the one shape of D-211.
#pragma once

#include "gateway/http/exchange.hpp"
#include "gateway/http/message.hpp"
#include "rpc/error.hpp"
#include "transcode/error.hpp"

#include <cstdint>
#include <string_view>

namespace loan_manager::gateway {

/// An error on its way to the client. `status` is that of the code unless HTTP has a more precise one.
struct HttpError {
    explicit HttpError(rpc::Error cause) : error(std::move(cause)), status(rpc::http_status(error)) {}
    HttpError(unsigned precise_status, rpc::Error cause) : error(std::move(cause)), status(precise_status) {}

    rpc::Error error;
    unsigned status;
    /// The client did send a token; a 401 then says that it is the token that is wrong.
    bool token_sent = false;
};

/// Body, Retry-After, and for 401 WWW-Authenticate.
http::Response error_response(const HttpError& error, std::string_view request_id);

/// What a connection refuses by itself. Malformed HTTP has the code BAD_REQUEST; the status says more.
HttpError error_of(http::Refusal reason);

/// What the transcoder refuses.
rpc::Error error_of(const transcode::Error& error);

}  // namespace loan_manager::gateway
