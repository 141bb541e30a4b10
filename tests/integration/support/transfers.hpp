#pragma once

#include <doctest/doctest.h>

#include "support/answers.hpp"
#include "support/suite.hpp"

/// Bikes on their way, for the tests of transfers and of what may not happen meanwhile.
namespace loan_manager::testing {

/// Id of a bike just bought by the admin.
inline std::string new_bike(Suite& suite, const std::string& branch) {
    auto answer = suite.post("/v1/bikes/procure", procurement(branch), suite.token("admin"));
    REQUIRE(answer.status == 201);
    return text(answer.json(), "id");
}

/// T1; `extra`: further members (", …").
inline HttpResponse request_transfer(Suite& suite, const std::string& bike, const std::string& to,
                                     const std::string& user = "admin", const std::string& extra = {}) {
    return suite.post("/v1/bikes/" + bike + "/transfers",
                      R"({"to_branch_id":")" + to + R"(","reason_code":"STOCK_REBALANCING")" + extra + "}",
                      suite.token(user));
}

/// A command on the transfer as `row` shows it.
inline HttpResponse command_transfer(Suite& suite, const boost::json::value& row, const std::string& command,
                                     const std::string& user = "admin", const std::string& body = "{}") {
    return suite.post("/v1/transfers/" + text(row, "id") + "/" + command, body, suite.token(user),
                      {{"if-match", '"' + std::to_string(row.at("version").as_int64()) + '"'}});
}

/// A PENDING transfer of a new bike, requested by the admin.
inline boost::json::value pending_transfer(Suite& suite, const std::string& from, const std::string& to,
                                           const std::string& extra = {}) {
    auto answer = request_transfer(suite, new_bike(suite, from), to, "admin", extra);
    REQUIRE(answer.status == 201);
    return answer.json();
}

/// One that is APPROVED and has not left.
inline boost::json::value approved_transfer(Suite& suite, const std::string& from, const std::string& to,
                                            const std::string& extra = {}) {
    auto answer =
        command_transfer(suite, pending_transfer(suite, from, to, extra), "approve", "admin", R"({"dispatch":false})");
    REQUIRE(answer.status == 200);
    return answer.json();
}

/// One that is IN_TRANSIT.
inline boost::json::value transfer_in_transit(Suite& suite, const std::string& from, const std::string& to,
                                              const std::string& extra = {}) {
    auto answer = command_transfer(suite, pending_transfer(suite, from, to, extra), "approve");
    REQUIRE(answer.status == 200);
    return answer.json();
}

/// The last number a branch has issued.
inline int stock_counter(Suite& suite, const std::string& branch) {
    return std::stoi(suite.database().value(
        "select last_number from stock_counters c join branches b on b.id = c.branch_id where b.code = '" + branch +
        "'"));
}

}  // namespace loan_manager::testing
