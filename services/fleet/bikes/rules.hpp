#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loanmanager/fleet/v1/bikes.pb.h"
#include "rpc/error.hpp"
#include "runtime/colombo_time.hpp"

/// The rules of a bike as pure functions: no I/O, no clock.
namespace loan_manager::fleet::bikes {

namespace v1 = loanmanager::fleet::v1;

/// "{brand} {model} {year}", cut to the length a title may have.
std::string default_title(std::string_view brand, std::string_view model, int year);

/// Neither SOLD nor WRITTEN_OFF.
bool is_live(v1::BikeStatus status);

/// The identity of a bike that must be unique among live ones, with the field a client knows it by.
struct IdentityKey {
    std::string_view field;  ///< license_plate, frame_number, engine_number
    std::string_view value;
};
std::vector<IdentityKey> identity_keys(const v1::Bike& bike);

/// A live bike that has a number somebody else is to get.
struct Twin {
    std::string field;         ///< As in IdentityKey.
    std::string bicycle_id;    ///< Empty: the caller may not know which.
    std::string stock_number;  ///< As above.
};
/// 409 DUPLICATE naming each field and the bike in the way (D-208).
rpc::Error duplicate(const std::vector<Twin>& twins);

/// `out_of_range` on a model year later than the next one; 0, a year that is not given, is none.
std::vector<rpc::FieldIssue> check_year(int year, runtime::Date today);
/// Numbers that are longer in their stored form than a field takes: some characters stand for several.
std::vector<rpc::FieldIssue> check_numbers(const std::optional<std::string>& license_plate,
                                           const std::optional<std::string>& frame_number,
                                           const std::optional<std::string>& engine_number);

/// Issues that declarative checks cannot express: years and dates against today, TRADE_IN as a source (only a sale may
/// bring a trade-in in, D-709), and those of check_numbers().
std::vector<rpc::FieldIssue> check(const v1::ProcureBikeRequest& request, runtime::Date today);
std::vector<rpc::FieldIssue> check(const v1::UpdateBikeRequest& request, runtime::Date today);

/// The facts of a bike being bought (B1), with defaults applied and identity normalised. Ids, branches, number, and
/// book-keeping fields are left to the command.
v1::Bike draft(const v1::ProcureBikeRequest& request, runtime::Date today);

/// Applies a PATCH to the row (D-501). `payment_branch_id` is left alone: it must be resolved first. Identity that
/// is named is normalised; a key of the mask that is unset clears.
void apply(const v1::UpdateBikeRequest& request, v1::Bike& bike);

/// D-501, D-502: whether this row accepts the PATCH. BIKE_SOLD, INVALID_STATE.
rpc::Result<void> check_patchable(const v1::Bike& bike, const v1::UpdateBikeRequest& request);

}  // namespace loan_manager::fleet::bikes
