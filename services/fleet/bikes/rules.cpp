#include "fleet/bikes/rules.hpp"

#include "fleet/bikes/state.hpp"
#include "sql/proto_values.hpp"
#include "sql/row_message.hpp"
#include "validate/text.hpp"
#include "validate/vehicle_number.hpp"

namespace loan_manager::fleet::bikes {
namespace {

constexpr std::size_t max_title = 200;
constexpr std::size_t max_plate = 50;
constexpr std::size_t max_number = 100;
constexpr runtime::Date earliest_procurement{std::chrono::year{1990}, std::chrono::January, std::chrono::day{1}};

// Cuts after `limit` code points, never inside one.
std::string cut(std::string text, std::size_t limit) {
    std::size_t points = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool starts_point = (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U;
        if (starts_point && points++ == limit) {
            text.resize(at);
            break;
        }
    }
    return text;
}

void normalise_plate_of(v1::Bike& bike) {
    auto plate = validate::normalise_plate(bike.license_plate());
    bike.clear_license_plate();
    bike.clear_plate_key();
    bike.set_plate_unusual(plate.unusual);
    if (!plate.text.empty()) {
        bike.set_license_plate(std::move(plate.text));
        bike.set_plate_key(std::move(plate.key));
    }
}

void normalise_frame_of(v1::Bike& bike) {
    const auto frame = validate::normalise_vehicle_number(bike.frame_number());
    frame.empty() ? bike.clear_frame_number() : bike.set_frame_number(frame);
}

void normalise_engine_of(v1::Bike& bike) {
    const auto engine = validate::normalise_vehicle_number(bike.engine_number());
    engine.empty() ? bike.clear_engine_number() : bike.set_engine_number(engine);
}

void check_length(std::string_view field, const std::string& stored, std::size_t limit,
                  std::vector<rpc::FieldIssue>& issues) {
    if (validate::count_code_points(stored) > limit) {
        issues.emplace_back(std::string(field), validate::issue::too_long, std::to_string(limit));
    }
}

void append(std::vector<rpc::FieldIssue>& issues, std::vector<rpc::FieldIssue> more) {
    issues.insert(issues.end(), more.begin(), more.end());
}

}  // namespace

std::string default_title(std::string_view brand, std::string_view model, int year) {
    return cut(std::string(brand) + ' ' + std::string(model) + ' ' + std::to_string(year), max_title);
}

bool is_live(v1::BikeStatus status) { return status != v1::BIKE_STATUS_SOLD && status != v1::BIKE_STATUS_WRITTEN_OFF; }

std::vector<IdentityKey> identity_keys(const v1::Bike& bike) {
    std::vector<IdentityKey> keys;
    if (bike.has_plate_key()) {
        keys.push_back({"license_plate", bike.plate_key()});
    }
    if (bike.has_frame_number()) {
        keys.push_back({"frame_number", bike.frame_number()});
    }
    if (bike.has_engine_number()) {
        keys.push_back({"engine_number", bike.engine_number()});
    }
    return keys;
}

rpc::Error duplicate(const std::vector<Twin>& twins) {
    std::string message;
    std::vector<rpc::FieldIssue> details;
    for (const auto& twin : twins) {
        message += message.empty() ? "Another live bike has the same " : ", and the same ";
        message += twin.field;
        if (!twin.stock_number.empty()) {
            message += " (" + twin.stock_number + ")";
        }
        auto& detail = details.emplace_back(twin.field, validate::issue::duplicate);
        detail.bicycle_id = twin.bicycle_id;
        detail.stock_number = twin.stock_number;
    }
    return rpc::Error("DUPLICATE", message + ".", std::move(details));
}

std::vector<rpc::FieldIssue> check_year(int year, runtime::Date today) {
    std::vector<rpc::FieldIssue> issues;
    const int latest = static_cast<int>(today.year()) + 1;
    if (year > latest) {
        issues.emplace_back("year", validate::issue::out_of_range, std::to_string(latest));
    }
    return issues;
}

std::vector<rpc::FieldIssue> check_numbers(const std::optional<std::string>& license_plate,
                                           const std::optional<std::string>& frame_number,
                                           const std::optional<std::string>& engine_number) {
    std::vector<rpc::FieldIssue> issues;
    check_length("license_plate", validate::normalise_plate(license_plate.value_or("")).text, max_plate, issues);
    check_length("frame_number", validate::normalise_vehicle_number(frame_number.value_or("")), max_number, issues);
    check_length("engine_number", validate::normalise_vehicle_number(engine_number.value_or("")), max_number, issues);
    return issues;
}

std::vector<rpc::FieldIssue> check(const v1::ProcureBikeRequest& request, runtime::Date today) {
    auto issues = check_year(request.year(), today);
    if (request.has_procurement_date()) {
        const auto date = runtime::parse_date(request.procurement_date());
        const auto outside = [&](runtime::Date limit) {
            issues.emplace_back("procurement_date", validate::issue::out_of_range, runtime::format_date(limit));
        };
        if (date && *date > today) {
            outside(today);
        } else if (date && *date < earliest_procurement) {
            outside(earliest_procurement);
        }
    }
    if (request.procurement_source() == v1::PROCUREMENT_SOURCE_TRADE_IN) {
        issues.emplace_back("procurement_source", validate::issue::not_allowed);
    }
    append(issues, check_numbers(LM_MAYBE(request, license_plate), LM_MAYBE(request, frame_number),
                                 LM_MAYBE(request, engine_number)));
    return issues;
}

std::vector<rpc::FieldIssue> check(const v1::UpdateBikeRequest& request, runtime::Date today) {
    auto issues = check_year(request.bike().year(), today);
    if (request.bike().has_purchase_price() && !request.bike().has_reason()) {
        issues.emplace_back("reason", validate::issue::required);
    }
    append(issues, check_numbers(LM_MAYBE(request.bike(), license_plate), LM_MAYBE(request.bike(), frame_number),
                                 LM_MAYBE(request.bike(), engine_number)));
    return issues;
}

v1::Bike draft(const v1::ProcureBikeRequest& request, runtime::Date today) {
    v1::Bike bike;
    sql::copy_fields(request, bike, {"payment_branch_id"});
    normalise_plate_of(bike);
    normalise_frame_of(bike);
    normalise_engine_of(bike);
    if (!request.has_title()) {
        bike.set_title(default_title(request.brand(), request.model(), request.year()));
    }
    if (!request.has_condition()) {
        bike.set_condition(v1::BIKE_CONDITION_USED);
    }
    if (!request.has_business_model()) {
        bike.set_business_model(v1::BUSINESS_MODEL_STOCK);
    }
    if (!request.has_procurement_source()) {
        bike.set_procurement_source(v1::PROCUREMENT_SOURCE_OTHER);
    }
    if (!request.has_procurement_date()) {
        bike.set_procurement_date(runtime::format_date(today));
    }
    bike.set_status(v1::BIKE_STATUS_IN_STOCK);
    return bike;
}

void apply(const v1::UpdateBikeRequest& request, v1::Bike& bike) {
    sql::apply_patch(request.bike(), request.update_mask(), bike, {"payment_branch_id"});
    if (sql::names(request.update_mask(), "license_plate")) {
        normalise_plate_of(bike);
    }
    if (sql::names(request.update_mask(), "frame_number")) {
        normalise_frame_of(bike);
    }
    if (sql::names(request.update_mask(), "engine_number")) {
        normalise_engine_of(bike);
    }
}

rpc::Result<void> check_patchable(const v1::Bike& bike, const v1::UpdateBikeRequest& request) {
    if (auto live = check_live(bike); !live) {
        return live;
    }
    if (request.bike().has_purchase_price() && bike.procurement_source() == v1::PROCUREMENT_SOURCE_TRADE_IN) {
        return rpc::Error("INVALID_STATE", "The price of a trade-in bike is that of the sale that brought it in.");
    }
    return {};
}

}  // namespace loan_manager::fleet::bikes
