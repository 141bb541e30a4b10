#pragma once

// Internal to lm_postgres: who may have how many of a pool's connections.

#include "postgres/statement.hpp"

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace loan_manager::postgres::detail {

/// Work of one origin and kind. Lives as long as its Lanes.
struct Lane {
    Use use;
    std::size_t in_use = 0;
};

/// Counts what each lane and each kind of use holds and knows what they may. Of the pool's thread alone.
class Lanes {
public:
    /// Without `bulkheads` everybody may have everything.
    Lanes(std::size_t connections, bool bulkheads);

    Lane& find(std::string_view name, Use use);
    [[nodiscard]] bool may_take(const Lane& lane) const { return room_of(lane) > 0 && room_of(lane.use) > 0; }
    /// How many more the lane, the kind of use could have by itself.
    [[nodiscard]] std::size_t room_of(const Lane& lane) const { return of_lane_ - lane.in_use; }
    [[nodiscard]] std::size_t room_of(Use use) const { return of_use_ - in_use_[static_cast<std::size_t>(use)]; }
    void take(Lane& lane);
    void give_back(Lane& lane);

private:
    std::size_t of_use_;
    std::size_t of_lane_;
    std::array<std::size_t, 2> in_use_{};
    std::array<std::map<std::string, Lane, std::less<>>, 2> lanes_;
};

}  // namespace loan_manager::postgres::detail
