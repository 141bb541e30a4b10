// Every answer a test sees is one that the OpenAPI document announces.
#pragma once

#include <cstdint>
#include <string>

#include "support/http.hpp"

namespace loan_manager::testing::contract {

/// From now on the answers from this port are compared. Any thread.
void watch(std::uint16_t gateway_port);

/// Fails the test case that runs if `docs/openapi.json` does not list the status (and, for an error, its code) for the
/// route that `method` and `target` mean. Does nothing for a port that is not watched. Any thread.
void saw(std::uint16_t port, const std::string& method, const std::string& target, const HttpResponse& response);

/// The same for the first answer to raw bytes, if these are a request at all.
void saw_raw(std::uint16_t port, const std::string& request, const std::string& answer);

/// What is wrong with an answer; "" when it is announced. Apart, so that the comparison itself can be tested.
std::string complaint(const std::string& method, const std::string& target, int status, const std::string& code);

}  // namespace loan_manager::testing::contract
