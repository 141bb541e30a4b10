#include "fleet/bikes/rules.hpp"

#include <algorithm>
#include <array>

#include "fleet/bikes/state.hpp"
#include "fleet/values/row_message.hpp"

namespace loan_manager::fleet::bikes {
namespace {

constexpr std::size_t max_title = 200;
constexpr std::array province_groups{"WP", "CP", "SP", "NP", "EP", "NW", "NC", "UP", "SG"};

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_separator(char c) { return c == ' ' || c == '-'; }

// ^([A-Z]{2,3}|\d{2,3})-\d{4}$
bool is_usual_key(std::string_view key) {
    const auto hyphen = key.find('-');
    if (hyphen == std::string_view::npos) {
        return false;
    }
    const auto series = key.substr(0, hyphen);
    const auto number = key.substr(hyphen + 1);
    const bool length_fits = (series.size() == 2 || series.size() == 3) && number.size() == 4;
    return length_fits && std::all_of(number.begin(), number.end(), is_digit) &&
           (std::all_of(series.begin(), series.end(), is_upper) || std::all_of(series.begin(), series.end(), is_digit));
}

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

void set_plate(v1::Bike& bike, std::string_view input) {
    auto plate = normalise_plate(input);
    bike.set_license_plate(std::move(plate.text));
    bike.set_plate_key(std::move(plate.key));
    bike.set_plate_unusual(plate.unusual);
}

void clear_plate(v1::Bike& bike) {
    bike.clear_license_plate();
    bike.clear_plate_key();
    bike.set_plate_unusual(false);
}

void set_or_clear_identity(v1::Bike& bike) {
    if (bike.has_license_plate()) {
        set_plate(bike, bike.license_plate());
    } else {
        clear_plate(bike);
    }
    if (bike.has_frame_number()) {
        const auto frame = normalise_identity(bike.frame_number());
        frame.empty() ? bike.clear_frame_number() : bike.set_frame_number(frame);
    }
    if (bike.has_engine_number()) {
        const auto engine = normalise_identity(bike.engine_number());
        engine.empty() ? bike.clear_engine_number() : bike.set_engine_number(engine);
    }
}

void check_year(int year, runtime::Date today, std::vector<rpc::FieldIssue>& issues) {
    if (year > static_cast<int>(today.year()) + 1) {
        issues.emplace_back("year", std::string(validate::issue::out_of_range));
    }
}

}  // namespace

Plate normalise_plate(std::string_view input) {
    Plate plate;
    for (const char c : input) {
        if (!is_separator(c)) {
            plate.text += upper(c);
        } else if (plate.text.empty() || plate.text.back() != '-') {
            plate.text += '-';
        }
    }
    plate.key = plate.text;
    const auto first = plate.text.find('-');
    const bool has_two_more = first != std::string::npos && plate.text.find('-', first + 1) != std::string::npos;
    const auto group = std::string_view(plate.text).substr(0, first);
    if (has_two_more && std::find(province_groups.begin(), province_groups.end(), group) != province_groups.end()) {
        plate.key.erase(0, first + 1);
    }
    plate.unusual = !is_usual_key(plate.key);
    return plate;
}

std::string normalise_identity(std::string_view input) {
    std::string text;
    for (const char c : input) {
        if (!is_separator(c)) {
            text += upper(c);
        }
    }
    return text;
}

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

rpc::Error duplicate(std::string_view field) {
    std::vector<rpc::FieldIssue> details;
    details.emplace_back(std::string(field), std::string(validate::issue::duplicate));
    return rpc::Error("DUPLICATE", "Another live bike has the same " + std::string(field) + ".", std::move(details));
}

std::vector<rpc::FieldIssue> check(const v1::ProcureBikeRequest& request, runtime::Date today) {
    std::vector<rpc::FieldIssue> issues;
    if (request.has_year()) {
        check_year(request.year(), today, issues);
    }
    if (request.has_procurement_date()) {
        const auto date = runtime::parse_date(request.procurement_date());
        if (date && *date > today) {
            issues.emplace_back("procurement_date", std::string(validate::issue::out_of_range));
        }
    }
    if (request.procurement_source() == v1::PROCUREMENT_SOURCE_TRADE_IN) {
        issues.emplace_back("procurement_source", std::string(validate::issue::not_allowed));
    }
    return issues;
}

std::vector<rpc::FieldIssue> check(const v1::UpdateBikeRequest& request, runtime::Date today) {
    std::vector<rpc::FieldIssue> issues;
    if (request.bike().has_year()) {
        check_year(request.bike().year(), today, issues);
    }
    if (request.bike().has_purchase_price() && !request.bike().has_reason()) {
        issues.emplace_back("reason", std::string(validate::issue::required));
    }
    return issues;
}

v1::Bike draft(const v1::ProcureBikeRequest& request, runtime::Date today) {
    v1::Bike bike;
    copy_fields(request, bike, {"payment_branch_id"});
    set_or_clear_identity(bike);
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
    apply_patch(request.bike(), request.update_mask(), bike, {"payment_branch_id"});
    set_or_clear_identity(bike);
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

boost::json::object facts(const v1::Bike& bike) { return values_of(bike, *v1::BikePatch::descriptor()); }

}  // namespace loan_manager::fleet::bikes
