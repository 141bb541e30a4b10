// The suite's routes, and how a property that does not hold ends the run.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "transcode/contract.hpp"
#include "transcode/route_table.hpp"

namespace loan_manager::fuzz {

inline const transcode::RouteTable& routes() {
    static const auto table = transcode::RouteTable::build(transcode::contract_services()).value();
    return table;
}

inline void demand(bool holds, const char* property) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s\n", property);
    std::abort();
}

inline std::string_view text(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

}  // namespace loan_manager::fuzz
