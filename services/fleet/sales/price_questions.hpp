#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "access/identity.hpp"
#include "fleet/sales/rules.hpp"
#include "rpc/error.hpp"
#include "sql/round_trip.hpp"

/// Whether a price is a loss tells where the cost lies. Somebody who may not see costs is told so for a few prices a
/// day of each bike, by its preview and by sales that are refused: enough to bargain, too little to find the cost by
/// halving.
namespace loan_manager::fleet::sales {

/// Whether the answers the caller gets about this bike must be counted: he may not see what it cost.
bool is_blind(const access::Identity& caller, const v1::Bike& bike);

/// Asks about a price: RATE_LIMITED, with the time until the day is over that began with the first question, once the
/// caller has asked about `limit` other prices of the bike; asking about a price again is free. `limit` 0: as many as
/// he likes. Committed by itself, before the answer is given, so that questions that are asked at once count like
/// others.
sql::Handle<std::optional<rpc::Error>> add_question(sql::RoundTrip& trip, const std::string& user_id,
                                                    const std::string& bicycle_id, money::Money price,
                                                    std::int32_t limit);

}  // namespace loan_manager::fleet::sales
