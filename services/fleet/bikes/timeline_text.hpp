#pragma once

#include <boost/json/object.hpp>
#include <string>

/// What happened to a bike, in a sentence: pure functions.
namespace loan_manager::fleet::bikes {

/// One audit row of the bike or of something that belongs to it, with codes in place of ids.
struct Happening {
    std::string action;          ///< "BIKE_PROCURED" (D-219)
    std::string number;          ///< Stock, transfer, job or invoice number.
    std::string branch;          ///< Code of the branch it happened at.
    std::string from, to;        ///< Codes of the ends of a transfer.
    boost::json::object before;  ///< Changed columns.
    boost::json::object after;   ///< As above.
    std::string reason;
    bool automatic = false;  ///< Done by the user `system`.
};

/// A sentence for people. It tells no cost that needs `costs:read` (D-904): a selling price and the amount of an
/// expense are none. Rows that say less, as those of imported or generated data, and actions that are not known here,
/// get a shorter one.
std::string sentence(const Happening& happening);

}  // namespace loan_manager::fleet::bikes
