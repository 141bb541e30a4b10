#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "sql/table.hpp"

namespace loan_manager::commands {

/// One state change of one entity: becomes an audit row (D-219) and an outbox row with the matching event type
/// (D-220), both in the command's transaction. Empty texts are stored as NULL.
struct Change {
    std::string action;       ///< "BIKE_PROCURED"; the event type follows: "bike.procured".
    std::string entity_type;  ///< Singular table name: "bicycle".
    std::string entity_id;
    std::string entity_no;   ///< Human number, e.g. the stock number.
    std::string branch_id;   ///< Decides who may read the audit row.
    std::string bicycle_id;  ///< The bike concerned, for the refresher.
    std::string reason;
    boost::json::object old_values;  ///< Changed fields before; no secrets. Empty: none.
    boost::json::object new_values;  ///< Changed fields after.
    boost::json::object payload;     ///< Of the event.
    bool with_event = true;          ///< False for LOGIN, EXPORTED and the like, which have no outbox row.
};

/// The change of a row in these columns; what else is known of it is added by its area.
Change change_of(const char* action, const char* entity_type, const std::string& entity_id, sql::Difference difference);

/// An event without an audit row of its own, e.g. `stock_number.low`.
struct Event {
    std::string event_type;
    std::string entity_type;
    std::string entity_id;
    std::string bicycle_id;
    boost::json::object payload;
};

/// "BIKE_WRITE_OFF_REQUESTED" → "bike.write_off_requested" (D-220): the dot follows the entity.
std::string event_type_of(std::string_view action);

/// Values of `after` that differ from `before`, and their counterparts: what an audit row of an update holds.
/// Both objects have the same keys.
void keep_changed(boost::json::object& before, boost::json::object& after);

}  // namespace loan_manager::commands
