#include "postgres/lanes.hpp"

#include <algorithm>

namespace loan_manager::postgres::detail {
namespace {

// A quarter stays for the others, at least one if there is more than one.
std::size_t all_but_a_quarter(std::size_t connections) {
    return connections < 2 ? connections : connections - std::max<std::size_t>(1, connections / 4);
}

std::size_t index_of(Use use) { return static_cast<std::size_t>(use); }

}  // namespace

Lanes::Lanes(std::size_t connections, bool bulkheads)
    : of_use_(bulkheads ? all_but_a_quarter(connections) : connections),
      of_lane_(bulkheads ? all_but_a_quarter(of_use_) : connections) {}

Lane& Lanes::find(std::string_view name, Use use) {
    auto& lanes = lanes_[index_of(use)];
    auto found = lanes.find(name);
    if (found == lanes.end()) found = lanes.emplace(std::string(name), Lane{.use = use}).first;
    return found->second;
}

void Lanes::take(Lane& lane) {
    ++lane.in_use;
    ++in_use_[index_of(lane.use)];
}

void Lanes::give_back(Lane& lane) {
    --lane.in_use;
    --in_use_[index_of(lane.use)];
}

}  // namespace loan_manager::postgres::detail
