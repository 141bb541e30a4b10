// The reckoning: everything is worked out again from the clients' books and compared with the API and the database.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "support/dealership/dealer.hpp"

namespace loan_manager::testing::dealership {

/// Where counters and tables stood before anybody traded.
struct Baseline {
    std::map<std::string, int> stock_counters;
    std::map<std::string, int> rows;
    /// Audit rows by action, and announced changes by event ("transfer.completed").
    std::map<std::string, int> journal;

    explicit Baseline(Suite& suite);
};

/// Adds a finding for each difference. The clients have stopped.
void recount(Market& market, const World& world, const Baseline& before, const std::vector<const Bikes*>& books);

}  // namespace loan_manager::testing::dealership
