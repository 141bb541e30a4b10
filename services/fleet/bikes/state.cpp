#include "fleet/bikes/state.hpp"

#include <algorithm>

namespace loan_manager::fleet::bikes {
namespace {

// What the bike is, since that is why it cannot be done.
rpc::Error wrong_status(const v1::Bike& bike) {
    switch (bike.status()) {
        case v1::BIKE_STATUS_IN_STOCK:
            return rpc::Error("INVALID_STATE", "The bike is in stock.");
        case v1::BIKE_STATUS_ALLOCATED:
            return rpc::Error("INVALID_STATE", "The bike is reserved for a customer.");
        case v1::BIKE_STATUS_MAINTENANCE:
            return rpc::Error("INVALID_STATE", "The bike is in maintenance.");
        case v1::BIKE_STATUS_WRITTEN_OFF:
            return rpc::Error("INVALID_STATE", "The bike is written off.");
        default:
            return rpc::Error("INVALID_STATE");
    }
}

}  // namespace

bool has_open_transfer(const v1::Bike& bike) {
    return bike.status() == v1::BIKE_STATUS_IN_TRANSIT || bike.allocation_kind() == v1::ALLOCATION_KIND_TRANSFER;
}

rpc::Result<void> check_live(const v1::Bike& bike) {
    if (bike.status() == v1::BIKE_STATUS_SOLD) {
        return rpc::Error("BIKE_SOLD");
    }
    if (bike.status() == v1::BIKE_STATUS_WRITTEN_OFF) {
        return wrong_status(bike);
    }
    return {};
}

rpc::Result<void> check_ready(const v1::Bike& bike, BikeFacts facts, std::initializer_list<v1::BikeStatus> accepted) {
    if (bike.status() == v1::BIKE_STATUS_SOLD) {
        return rpc::Error("BIKE_SOLD");
    }
    if (has_open_transfer(bike)) {
        return rpc::Error("OPEN_TRANSFER");
    }
    if (facts.open_job) {
        return rpc::Error("OPEN_JOB");
    }
    if (facts.elsewhere) {
        return rpc::Error("NOT_AT_BRANCH");
    }
    if (std::find(accepted.begin(), accepted.end(), bike.status()) == accepted.end()) {
        return wrong_status(bike);
    }
    return {};
}

void allocate_to_transfer(v1::Bike& bike) {
    bike.set_status_before(bike.status());
    bike.set_status(v1::BIKE_STATUS_ALLOCATED);
    bike.set_allocation_kind(v1::ALLOCATION_KIND_TRANSFER);
}

void send_off(v1::Bike& bike) {
    bike.set_status(v1::BIKE_STATUS_IN_TRANSIT);
    bike.clear_allocation_kind();
}

void return_from_transfer(v1::Bike& bike) {
    bike.set_status(bike.status_before());
    bike.clear_status_before();
    bike.clear_allocation_kind();
}

void enter_maintenance(v1::Bike& bike) { bike.set_status(v1::BIKE_STATUS_MAINTENANCE); }

void return_to_stock(v1::Bike& bike) { bike.set_status(v1::BIKE_STATUS_IN_STOCK); }

void clear_reservation(v1::Bike& bike) {
    bike.clear_allocation_kind();
    bike.clear_reserved_for();
    bike.clear_reserved_phone();
    bike.clear_reserved_until();
}

void clear_write_off_request(v1::Bike& bike) {
    bike.clear_write_off_requested_by();
    bike.clear_write_off_requested_at();
    bike.clear_write_off_requested_kind();
    bike.clear_write_off_requested_reason();
}

void mark_written_off(v1::Bike& bike, v1::WriteOffKind kind, const std::string& by, sql::WallTime at,
                      const std::string& reason) {
    bike.set_status(v1::BIKE_STATUS_WRITTEN_OFF);
    bike.clear_current_stock_number();
    bike.set_write_off_kind(kind);
    bike.set_written_off_by(by);
    sql::assign(*bike.mutable_written_off_at(), at);
    bike.set_write_off_reason(reason);
}

void arrive(v1::Bike& bike, const stock_numbers::Place& place, const std::string& stock_number, bool to_workshop) {
    bike.set_status(to_workshop ? v1::BIKE_STATUS_MAINTENANCE : v1::BIKE_STATUS_IN_STOCK);
    bike.clear_status_before();
    bike.set_company_id(place.company_id);
    bike.set_company_code(place.company_code);
    bike.set_current_branch_id(place.branch_id);
    bike.set_current_branch_code(place.branch_code);
    bike.set_current_stock_number(stock_number);
}

void mark_sold(v1::Bike& bike, const std::string& sale_id) {
    bike.set_status(v1::BIKE_STATUS_SOLD);
    clear_reservation(bike);
    bike.clear_current_stock_number();
    bike.set_sale_id(sale_id);
}

void mark_unsold(v1::Bike& bike, const std::string& stock_number) {
    bike.set_status(v1::BIKE_STATUS_IN_STOCK);
    bike.set_current_stock_number(stock_number);
    bike.clear_sale_id();
}

}  // namespace loan_manager::fleet::bikes
