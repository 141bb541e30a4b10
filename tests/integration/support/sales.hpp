#pragma once

#include <doctest/doctest.h>

#include <atomic>
#include <cstdio>
#include <string>

#include "support/answers.hpp"
#include "support/suite.hpp"

/// What tests of sales have in common: bikes of their own, sales that are valid as they stand, answers taken apart.
namespace loan_manager::testing {

/// A plate that no other bike has: "ZSA-0001" …
inline std::string fresh_plate() {
    static std::atomic<int> next{0};
    char plate[16];
    std::snprintf(plate, sizeof plate, "ZSA-%04d", ++next);
    return plate;
}

/// Buys a bike for 150000.00 and returns its id.
inline std::string bike_at(Suite& suite, const std::string& branch, const std::string& extra = {}) {
    const auto answer = suite.post("/v1/bikes/procure", procurement(branch, extra), suite.token("admin"));
    REQUIRE(answer.status == 201);
    return text(answer.json(), "id");
}

/// The body of a sale without payment; `payment` are further JSON members.
inline std::string sale_body(const std::string& price, const std::string& payment = R"("payment_method":"CASH")") {
    return R"({"selling_price":")" + price + R"(","customer_name":"Nimal Perera","customer_phone":"0771234567",)" +
           R"("customer_nic":"851234567v","customer_address":"12 Main Street, Tangalle",)" + payment + "}";
}

inline HttpResponse sell(Suite& suite, const std::string& bike, const std::string& user, const std::string& body) {
    return suite.post("/v1/bikes/" + bike + "/sell", body, suite.token(user));
}

/// A bike of the branch, sold by its manager for 195000.00; the sale.
inline boost::json::value sold_at(Suite& suite, const std::string& branch,
                                  const std::string& payment = R"("payment_method":"CASH")") {
    const auto manager = suite.user_with_role("branch_manager", branch);
    const auto answer = sell(suite, bike_at(suite, branch), manager, sale_body("195000.00", payment));
    INFO(answer.body);
    REQUIRE(answer.status == 201);
    return answer.json();
}

/// A command on a sale, with the tag of a version.
inline HttpResponse command(Suite& suite, const std::string& sale, const std::string& verb, const std::string& user,
                            int version, const std::string& body) {
    return suite.post("/v1/sales/" + sale + "/" + verb, body, suite.token(user),
                      {{"if-match", "\"" + std::to_string(version) + "\""}});
}

/// Moves the recording of a sale into the past: past the 24 hours in which one person may edit and void it.
inline void let_a_day_pass(Suite& suite, const std::string& sale) {
    suite.database().rows("update sales set recorded_at = recorded_at - interval '25 hours' where id = '" + sale + "'");
}

inline std::string user_id(Suite& suite, const std::string& username) {
    return suite.database().value("select id from auth.users where username = '" + username + "'");
}

}  // namespace loan_manager::testing
