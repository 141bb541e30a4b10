#pragma once

#include <initializer_list>
#include <string>

#include "fleet/stock_numbers/rows.hpp"
#include "loanmanager/fleet/v1/bikes.pb.h"
#include "rpc/error.hpp"
#include "sql/proto_values.hpp"

/// The states of a bike and the ways between them (B2 to B13), as pure functions on the message. Guards are asked
/// first; these only make the move. bikes::save() stores the result.
namespace loan_manager::fleet::bikes {

namespace v1 = loanmanager::fleet::v1;

/// Whether a transfer of the bike is PENDING, APPROVED or IN_TRANSIT; its status tells (I-09).
bool has_open_transfer(const v1::Bike& bike);

/// BIKE_SOLD or INVALID_STATE unless the bike is live.
rpc::Result<void> check_live(const v1::Bike& bike);

/// What stands against a command, as far as the bike itself does not tell.
struct BikeFacts {
    bool open_job = false;   ///< A job that matters to the command is open.
    bool elsewhere = false;  ///< The bike is not at the branch the command is about.
};
/// D-212: the first of BIKE_SOLD, OPEN_TRANSFER, OPEN_JOB, NOT_AT_BRANCH, and INVALID_STATE if the status is none of
/// the accepted ones. ALLOCATED means: to a customer.
rpc::Result<void> check_ready(const v1::Bike& bike, BikeFacts facts, std::initializer_list<v1::BikeStatus> accepted);

void allocate_to_transfer(v1::Bike& bike);     ///< B4: keeps the status it returns to.
void send_off(v1::Bike& bike);                 ///< B5
void return_from_transfer(v1::Bike& bike);     ///< B7
void enter_maintenance(v1::Bike& bike);        ///< B8
void return_to_stock(v1::Bike& bike);          ///< B9, B10
void clear_reservation(v1::Bike& bike);        ///< B3, B11: the fields; the caller sets the status.
void clear_write_off_request(v1::Bike& bike);  ///< D-504

/// B13: carries no number any more. `by` is a user, `at` the moment of the command.
void mark_written_off(v1::Bike& bike, v1::WriteOffKind kind, const std::string& by, sql::WallTime at,
                      const std::string& reason);

/// B6: at its new branch, with its new number, in stock or for the workshop.
void arrive(v1::Bike& bike, const stock_numbers::Place& place, const std::string& stock_number, bool to_workshop);

/// B11: sold by this sale; carries no number any more.
void mark_sold(v1::Bike& bike, const std::string& sale_id);
/// B12: back in stock with the number it was sold with.
void mark_unsold(v1::Bike& bike, const std::string& stock_number);

}  // namespace loan_manager::fleet::bikes
